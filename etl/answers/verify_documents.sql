-- Each document: what its head says less what its lines come to, which must be 0.
with lines as (
    select doc_key, sum(net_amount) as net_amount, sum(vat_amount) as vat_amount, sum(gross_amount) as gross_amount
    from core.document_lines
    group by doc_key
)
select
    documents.shop || '/' || documents.order_id || '/' || documents.event as document_id,
    documents.net_amount - coalesce(lines.net_amount, 0) as net_difference,
    documents.vat_amount - coalesce(lines.vat_amount, 0) as vat_difference,
    documents.total_amount - coalesce(lines.gross_amount, 0) as total_difference
from core.documents as documents
left join lines on lines.doc_key = documents.doc_key
