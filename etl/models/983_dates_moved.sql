-- One row per document whose date was moved out of a locked period ([periods] late = "move"): both dates are told.
-- appends: findings_now
select 'order' as subject, documents.order_key, documents.event, 'DATE_MOVED' as code, 'info' as effect, 'document_date' as field,
    documents.wanted_date::varchar as value_read, documents.document_date::varchar as expected, orders.file_id,
    orders.first_record as source_record
from open_documents as documents
inner join core.orders as orders using (order_key)
where documents.document_date <> documents.wanted_date
