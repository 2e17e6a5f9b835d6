-- One row per debtor of the batch, in the order of the files: new ones, then changed ones. Which buyer is it in the ERP's words?
-- Its lineage is the first line of the first document that it was needed for. A company registration number takes no blanks.
with first_documents as (
    select buyer_key, min_by(doc_key, number) as doc_key from batch_documents group by buyer_key
),
first_lines as (
    select doc_key, min_by(file_id, line_no) as file_id, min_by(source_record, line_no) as source_record
    from batch_document_lines
    where doc_key in (select doc_key from first_documents)
    group by doc_key
)
select
    case when debtors.is_update then 'debtors_update' else 'debtors_new' end as output_part,
    debtors.* replace (replace(debtors.company_reg_no, ' ', '') as company_reg_no),
    first_documents.doc_key,
    null::ubigint as voucher_key,
    first_lines.file_id,
    first_lines.source_record
from batch_debtors as debtors
left join first_documents on first_documents.buyer_key = debtors.buyer_key
left join first_lines on first_lines.doc_key = first_documents.doc_key
order by output_part, debtors.account, debtors.buyer_key
