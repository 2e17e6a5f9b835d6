-- One row per line of the documents prepared in 547.
-- appends: core.document_lines
select
    documents.doc_key, documents.order_key, lines.line_type, lines.item, lines.text, lines.quantity, lines.unit_price,
    lines.vat_code, lines.vat_rate, lines.vat_country, lines.treatment, lines.rule_id, lines.case_key,
    from_ore(lines.net_ore) as net_amount,
    from_ore(lines.vat_ore) as vat_amount, from_ore(lines.gross_ore) as gross_amount, lines.file_id, lines.source_record,
    row_number() over (partition by documents.doc_key order by lines.place, lines.item)::integer as line_no
from (select * from credit_lines union all by name select * from change_lines) as lines
inner join open_documents as documents on documents.order_key = lines.order_key and documents.event = lines.event
