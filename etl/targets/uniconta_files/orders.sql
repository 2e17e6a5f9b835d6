-- One row per document of the batch: a sales order, whose lines are negative where it is a credit note. Which head does the ERP need?
-- No rate where it is 1; no invoice date where the order is only kept open; settles is an ERP invoice number, on credit notes only
-- (accounting §3). Its lineage is its first line, which for a refund is the refund's row.
with first_lines as (
    select doc_key, min_by(file_id, line_no) as file_id, min_by(source_record, line_no) as source_record
    from batch_document_lines
    group by doc_key
)
select
    'orders' as output_part,
    documents.number,
    documents.debtor_account,
    documents.currency,
    nullif(documents.exchange_rate, 1) as exchange_rate,
    documents.is_incl_vat,
    documents.payment_term,
    documents.your_ref,
    documents.our_ref,
    documents.requisition,
    documents.transaction_id,
    documents.remark,
    documents.delivery_name,
    documents.delivery_address1,
    documents.delivery_address2,
    documents.delivery_postcode,
    documents.delivery_city,
    documents.delivery_country,
    case when documents.kind <> 'sales_order' then documents.document_date end as invoice_date,
    case when documents.kind = 'credit_note' then documents.settles end as settles,
    documents.doc_key,
    null::ubigint as voucher_key,
    first_lines.file_id,
    first_lines.source_record
from batch_documents as documents
left join first_lines on first_lines.doc_key = documents.doc_key
order by documents.number
