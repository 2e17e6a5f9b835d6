-- One row per line of a document: what is sold or credited, at which VAT code, and which row of which file says so.
-- Every line carries an explicit VAT code, the named NO_VAT one included (accounting §10).
select
    documents.shop || '/' || documents.order_id || '/' || documents.event as document_id,
    lines.line_no,
    lines.line_type,
    lines.item,
    lines.text,
    lines.quantity,
    lines.unit_price,
    lines.vat_code,
    lines.vat_rate,
    lines.vat_country,
    lines.net_amount,
    lines.vat_amount,
    lines.gross_amount,
    files.file_name,
    lines.source_record,
    lines.treatment,
    documents.currency,
    lines.batch_id
from core.document_lines as lines
join core.documents as documents on documents.doc_key = lines.doc_key
left join staging.files as files on files.file_id = lines.file_id
