-- One row per line of the sale that a further document would credit or change: what was sent and stands, else the sale being
-- prepared. Withdrawn sales do not stand.
with lines as (
    select * from core.document_lines where batch_id is not null and order_key in (select order_key from orders_to_credit)
    union all by name
    select * from open_document_lines where order_key in (select order_key from orders_to_credit)
),
sales as (
    select doc_key from core.documents
    where batch_id is not null and not is_withdrawn and (event = 'sale' or starts_with(event, 'sale_change:'))
        and order_key in (select order_key from orders_to_credit)
    union all
    select doc_key from open_documents
)
select
    lines.order_key, lines.doc_key, lines.line_no, lines.line_type, lines.item, lines.text, lines.quantity, lines.unit_price,
    lines.vat_code, lines.vat_rate, lines.vat_country, lines.treatment, lines.rule_id, lines.case_key, to_ore(lines.net_amount) as net_ore,
    to_ore(lines.vat_amount) as vat_ore, to_ore(lines.gross_amount) as gross_ore, lines.file_id, lines.source_record
from lines
inner join sales using (doc_key)
