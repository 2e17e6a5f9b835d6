-- One row per line of the batch's documents, with the number of the sales order it belongs to.
select lines.* exclude (batch_id), documents.number
from core.document_lines as lines
inner join batch_documents as documents using (doc_key)
where lines.batch_id is null
