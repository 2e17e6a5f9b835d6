-- One row per day and source of the documents that we sent. How much of the turnover is rounding, and in how many documents?
-- rounding_amount adds the rounding lines without their signs, in the company's currency; rounding of cash is none of it. share is
-- rounding_amount in percent of turnover. Above 0.1 percent, or in more than one document of five, the shop rounds VAT in another way
-- than we think: `etl lint` tells it (vat.md 4.2 (9)).
with rounded as (
    select doc_key, sum(abs(gross_amount)) as rounding_amount
    from core.document_lines
    where batch_id is not null and line_type = 'rounding'
    group by doc_key
),
converted as (
    select
        documents.document_date as day,
        orders.source,
        rounded.doc_key is not null as is_rounded,
        if(documents.currency = company.currency, 1, documents.exchange_rate) as exchange_rate,
        coalesce(rounded.rounding_amount, 0) as rounding_amount,
        abs(documents.total_amount) as total_amount
    from core.documents as documents
    join core.orders as orders on orders.order_key = documents.order_key
    cross join setting.company as company
    left join rounded on rounded.doc_key = documents.doc_key
    where documents.batch_id is not null and not coalesce(documents.is_withdrawn, false)
),
sums as (
    select
        day,
        source,
        count(*) as documents,
        count(*) filter (is_rounded) as rounded_documents,
        cast(round(sum(rounding_amount * exchange_rate), 2) as decimal(18, 2)) as rounding_amount,
        cast(round(sum(total_amount * exchange_rate), 2) as decimal(18, 2)) as turnover
    from converted
    group by day, source
)
select
    *,
    if(turnover > 0, cast((cast(rounding_amount * 100 as hugeint) * 1000000 // cast(turnover * 100 as hugeint)) * 0.0001
        as decimal(18, 4)), null) as share
from sums
