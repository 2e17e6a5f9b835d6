-- One row per line that we wrote and row of a file that it rests on. Where does this figure come from, and where did this row go?
-- output_line is the line of the file in outbox/<batch>/, the heading being line 1. A journal line has no document.
select
    lineage.output_file,
    lineage.output_line,
    documents.shop || '/' || documents.order_id || '/' || documents.event as document_id,
    lineage.file_id,
    files.file_name,
    lineage.source_record,
    lineage.batch_id
from core.lineage as lineage
left join core.documents as documents on documents.doc_key = lineage.doc_key
left join staging.files as files on files.file_id = lineage.file_id
