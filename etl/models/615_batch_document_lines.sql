-- One row per line of the batch's documents, with the number of the sales order it belongs to.
-- view: read a few columns at a time
with lines as (
    select * exclude (batch_id) from planned_document_lines
    union all by name
    select * exclude (batch_id) from core.document_lines where doc_key in (select doc_key from core.documents where is_resend)
)
select lines.*, numbers.number
from lines
inner join batch_numbers as numbers using (doc_key)
