-- One row per line that we wrote and row of a file that it rests on. Where does this figure come from, and where did this row go?
-- output_line is the line of the file in outbox/<batch>/, the heading being line 1; it follows the order in which the target
-- writes. A journal line has no document; a fee or bank line of a payout rests on each of the payout's lines.
with order_lines as (
    select 'order_lines.csv' as output_file,
        1 + row_number() over (partition by lines.batch_id order by documents.number, lines.line_no) as output_line,
        lines.doc_key, lines.file_id, lines.source_record, lines.batch_id
    from core.document_lines as lines
    join core.documents as documents on documents.doc_key = lines.doc_key and documents.batch_id = lines.batch_id
),
first_lines as (
    select doc_key, batch_id, min_by(file_id, line_no) as file_id, min_by(source_record, line_no) as source_record
    from core.document_lines where batch_id is not null group by doc_key, batch_id
),
orders as (
    select 'orders.csv' as output_file,
        1 + row_number() over (partition by documents.batch_id order by documents.number) as output_line,
        documents.doc_key, first_lines.file_id, first_lines.source_record, documents.batch_id
    from core.documents as documents
    join first_lines on first_lines.doc_key = documents.doc_key and first_lines.batch_id = documents.batch_id
),
journals as (
    select distinct batch_id, journal, 'journal_' || regexp_replace(journal, '[^0-9A-Za-z_-]+', '_', 'g') as name
    from core.journal_lines where batch_id is not null
),
journal_files as (
    select batch_id, journal, name || if(occurrence > 1, '~' || occurrence, '') || '.csv' as output_file
    from (select *, row_number() over (partition by batch_id, lower(name) order by journal) as occurrence from journals)
),
journal_lines as (
    select output_file,
        1 + row_number() over (partition by batch_id, journal order by voucher, line_no) as output_line,
        null::ubigint as doc_key, file_id, source_record, batch_id, payout_key, line_key
    from core.journal_lines
    join journal_files using (batch_id, journal)
),
gathered as (
    select journal.* exclude (file_id, source_record, payout_key, line_key), lines.file_id, lines.source_record
    from journal_lines as journal
    join core.payout_lines as lines on lines.payout_key = journal.payout_key
    where journal.line_key is null
),
written as (
    select * from orders union all by name select * from order_lines union all by name select * from gathered
    union all by name
    select * exclude (payout_key, line_key) from journal_lines where line_key is not null or payout_key is null
)
select
    written.output_file,
    written.output_line,
    documents.shop || '/' || documents.order_id || '/' || documents.event as document_id,
    written.file_id,
    files.file_name,
    written.source_record,
    written.batch_id
from written
left join core.documents as documents on documents.doc_key = written.doc_key
left join staging.files as files on files.file_id = written.file_id
