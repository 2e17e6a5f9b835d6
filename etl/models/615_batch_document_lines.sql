-- One row per line of the batch's documents, with the number of the sales order it belongs to.
with lines as (
    select * exclude (batch_id) from planned_document_lines
    union all by name
    select * exclude (batch_id) from core.document_lines where doc_key in (select doc_key from core.documents where is_resend)
)
select lines.*, documents.number
from lines
inner join batch_documents as documents using (doc_key)
