-- One row per touched order whose sent sale the ERP's invoice list shows as booked: by our sales order number, else by the
-- shop's order number in a reference that we wrote.
select
    sent.order_key,
    min(invoices.invoice_no) as invoice_no,
    min(invoices.account) as account,
    bool_or(coalesce(items.amount_open, 0) <> 0) as is_open
from sent_documents as sent
inner join core.documents as documents on documents.doc_key = sent.sale_doc_key
inner join erp.invoices as invoices
    on invoices.order_number = documents.number::varchar
    or invoices.our_ref = documents.our_ref
    or invoices.requisition = documents.requisition
left join erp.open_items as items on items.invoice_no = invoices.invoice_no
group by sent.order_key
