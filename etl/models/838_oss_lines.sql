-- One row per document line of the One Stop Shop: what the books say of it, and what it is in the return. Where do they part?
-- _company_amount: exported, at the books' own rate. _declared: the same line by the period's rate of the bank, alone and to the cent;
-- empty where the return has no rate, and for lines that no return has. state: declared, direct (told to the state itself),
-- withdrawn (exported, and withdrawn since), planned (not exported yet).
with withdrawn_or_planned as (
    select
        if(documents.batch_id is null, 'planned', 'withdrawn') as state,
        if(lines.treatment = 'IOSS', strftime(documents.document_date, '%Y-%m'),
            year(documents.document_date) || 'Q' || quarter(documents.document_date)) as period,
        lines.vat_country,
        documents.shop || '/' || documents.order_id || '/' || documents.event as document_id,
        lines.line_no,
        documents.currency,
        lines.net_amount,
        lines.vat_amount,
        if(documents.currency = company.currency, 1, documents.exchange_rate) as books_rate
    from core.document_lines as lines
    join core.documents as documents on documents.doc_key = lines.doc_key
    cross join setting.company as company
    where lines.treatment in ('OSS_UNION', 'OSS_NONUNION', 'IOSS') and (documents.batch_id is null or documents.is_withdrawn)
), priced as (
    select
        lines.*,
        if(lines.currency = declared.company_currency, 1, cast(declared.company_rate * 100000000 as hugeint)) as up,
        if(lines.currency = declared.company_currency, 1, cast(declared.currency_rate * 100000000 as hugeint)) as down,
        cast(lines.net_amount * 100 as hugeint) as net_cents,
        cast(lines.vat_amount * 100 as hugeint) as vat_cents
    from review.vat_lines as lines
    left join review.oss_declaration as declared on declared.oss_line = lines.oss_line
    where lines.oss_scheme is not null
)
select
    oss_period as period,
    if(is_direct, 'direct', 'declared') as state,
    vat_country,
    correction_period,
    document_id,
    line_no,
    currency,
    net_amount,
    vat_amount,
    net_company_amount,
    vat_company_amount,
    cast(sign(net_cents) * ((2 * abs(net_cents) * up + down) // (2 * down)) * 0.01 as decimal(18, 2)) as net_declared,
    cast(sign(vat_cents) * ((2 * abs(vat_cents) * up + down) // (2 * down)) * 0.01 as decimal(18, 2)) as vat_declared,
    oss_line
from priced
union all by name
select
    * exclude (books_rate),
    cast(round(net_amount * books_rate, 2) as decimal(18, 2)) as net_company_amount,
    cast(round(vat_amount * books_rate, 2) as decimal(18, 2)) as vat_company_amount
from withdrawn_or_planned
