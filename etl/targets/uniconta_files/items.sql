-- One row per new item of the batch. Which product is it in the ERP's words?
-- Its lineage is the first line of the batch that sells it.
with first_lines as (
    select
        item,
        min_by(doc_key, (number, line_no)) as doc_key,
        min_by(file_id, (number, line_no)) as file_id,
        min_by(source_record, (number, line_no)) as source_record
    from batch_document_lines
    where item in (select item from batch_items)
    group by item
)
select
    'items' as output_part,
    items.*,
    first_lines.doc_key,
    null::ubigint as voucher_key,
    first_lines.file_id,
    first_lines.source_record
from batch_items as items
left join first_lines on first_lines.item = items.item
order by items.item
