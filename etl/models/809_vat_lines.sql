-- One row per line of a document that was sent, as the VAT returns see it: which period, which treatment, which box.
-- Amounts of credit notes are negative. _company_amount is in the company's currency, at the document's own rate.
-- The returns below are sums of this view: oss_return, sales_list, vat_boxes.
with boxes as (
    select treatment, min(dk_box) as dk_box, min(esl) as esl, min(oss_section) as oss_section
    from setting.vat_rules group by treatment
), signed as (
    select
        lines.line_no,
        lines.treatment,
        lines.vat_country,
        lines.vat_rate,
        lines.vat_code,
        documents.kind,
        documents.document_date,
        documents.currency,
        documents.order_key,
        documents.credited_doc_key,
        if(documents.currency = company.currency, 1, documents.exchange_rate) as exchange_rate,
        if(documents.kind = 'credit_note', -abs(lines.net_amount), lines.net_amount) as signed_net_amount,
        if(documents.kind = 'credit_note', -abs(lines.vat_amount), lines.vat_amount) as signed_vat_amount
    from core.document_lines as lines
    join core.documents as documents on documents.doc_key = lines.doc_key
    cross join setting.company as company
    where documents.batch_id is not null and not coalesce(documents.is_withdrawn, false)
)
select
    orders.shop || '/' || orders.order_id as order_id,
    signed.line_no,
    signed.kind,
    signed.document_date,
    strftime(signed.document_date, '%Y-%m') as month,
    year(signed.document_date) || 'Q' || quarter(signed.document_date) as quarter,
    year(credited.document_date) || 'Q' || quarter(credited.document_date) as credited_quarter,
    strftime(credited.document_date, '%Y-%m') as credited_month,
    signed.treatment,
    signed.vat_country,
    signed.vat_rate,
    signed.vat_code,
    boxes.dk_box,
    boxes.esl,
    boxes.oss_section,
    coalesce(orders.ship_from_country, vat.ship_from) as dispatch_country,
    orders.vat_number,
    coalesce(orders.shipping_country, orders.billing_country) as country,
    signed.currency,
    signed.signed_net_amount as net_amount,
    signed.signed_vat_amount as vat_amount,
    cast(round(signed.signed_net_amount * signed.exchange_rate, 2) as decimal(18, 2)) as net_company_amount,
    cast(round(signed.signed_vat_amount * signed.exchange_rate, 2) as decimal(18, 2)) as vat_company_amount
from signed
cross join setting.vat as vat
left join core.orders as orders on orders.order_key = signed.order_key
left join core.documents as credited on credited.doc_key = signed.credited_doc_key
left join boxes on boxes.treatment = signed.treatment
