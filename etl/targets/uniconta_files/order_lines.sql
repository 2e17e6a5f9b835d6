-- One row per line of a document of the batch. Which item, how many, for how much in all, under which VAT code?
-- The total is the amount as entered: gross where the order's prices include VAT, else net (accounting §10).
select
    'order_lines' as output_part,
    lines.number,
    lines.line_no,
    lines.item,
    lines.text,
    lines.quantity,
    case when documents.is_incl_vat then lines.gross_amount else lines.net_amount end as total_amount,
    lines.vat_code,
    documents.transaction_id
from batch_document_lines as lines
inner join batch_documents as documents on documents.doc_key = lines.doc_key
order by lines.number, lines.line_no
