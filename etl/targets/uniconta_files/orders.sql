-- One row per document of the batch: a sales order, whose lines are negative where it is a credit note. Which head does the ERP need?
-- No rate where it is 1; no invoice date where the order is only kept open; settles is an ERP invoice number, on credit notes only
-- (accounting §3).
select
    'orders' as output_part,
    documents.number,
    documents.debtor_account,
    documents.currency,
    nullif(documents.exchange_rate, 1) as exchange_rate,
    documents.is_incl_vat,
    documents.payment_term,
    deliveries.your_ref,
    documents.our_ref,
    documents.requisition,
    documents.transaction_id,
    deliveries.remark,
    deliveries.delivery_name,
    deliveries.delivery_address1,
    deliveries.delivery_address2,
    deliveries.delivery_postcode,
    deliveries.delivery_city,
    deliveries.delivery_country,
    case when documents.kind <> 'sales_order' then documents.document_date end as invoice_date,
    case when documents.kind = 'credit_note' then documents.settles end as settles
from batch_documents as documents
left join batch_deliveries as deliveries on deliveries.doc_key = documents.doc_key
order by documents.number
