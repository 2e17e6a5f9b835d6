-- Document lines that rest on a record. $1: file_id, $2: source_record, $3: file name.
select told.*
from review.document_lines as told
where (told.file_name = $3 and told.source_record = $2)
    or told.document_id in (
        select document_id from review.lineage where file_id = $1 and source_record = $2 and document_id is not null
    )
order by told.document_id, told.line_no
