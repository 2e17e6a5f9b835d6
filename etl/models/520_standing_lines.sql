-- One row per line of the sale that a further document would credit or change: what was sent and stands, else the sale being
-- prepared. Withdrawn sales do not stand.
select
    lines.order_key, lines.doc_key, lines.line_no, lines.line_type, lines.item, lines.text, lines.quantity, lines.unit_price,
    lines.vat_code, lines.vat_rate, lines.vat_country, lines.treatment, to_ore(lines.net_amount) as net_ore,
    to_ore(lines.vat_amount) as vat_ore, to_ore(lines.gross_amount) as gross_ore, lines.file_id, lines.source_record
from core.documents as documents
inner join core.document_lines as lines on lines.doc_key = documents.doc_key
where documents.order_key in (select order_key from orders_to_credit) and not documents.is_withdrawn
    and (documents.event = 'sale' or starts_with(documents.event, 'sale_change:'))
