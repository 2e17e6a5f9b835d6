-- One row per sent document of an order whose payment we post to the debtor: the number that the ERP gave its invoice.
-- Which question: which of the ERP's invoices may this payment close? Empty is no row: the payment waits for the
-- number. Rule: accounting.md §2: by our sales order number; else by our reference, and then debtor and amount must be
-- equal too.
with wanted as (
    select order_key from paid_by_acquirer where is_registered_by_payout
    union
    select payments.order_key
    from core.order_payments as payments
    semi join touched_orders using (order_key)
    inner join setting.payment_methods as methods on methods.method_name = payments.method_name
    where methods.register = 'journal' or methods.is_gift_card
),
documents as (
    select *, kind = 'credit_note' as is_credit
    from core.documents
    semi join wanted using (order_key)
    where
        batch_id is not null
        and not coalesce(is_withdrawn, false)
        and kind in ('invoice', 'sales_order', 'credit_note')
),
by_number as (
    select documents.*, invoices.invoice_no, invoices.account
    from documents
    inner join erp.invoices as invoices on invoices.order_number = documents.number::varchar
),
by_reference as (
    select documents.*, invoices.invoice_no, invoices.account
    from documents
    anti join by_number using (doc_key)
    inner join erp.invoices as invoices on invoices.account = documents.debtor_account
    cross join setting.matching
    where
        documents.order_no in (invoices.requisition, invoices.our_ref)
        and (invoices.total_amount < 0) = documents.is_credit
        and abs(abs(invoices.total_amount) - abs(documents.total_amount)) <= matching.tolerance
)
select
    doc_key,
    order_key,
    is_credit,
    min(total_amount) as total_amount,
    min(currency) as currency,
    min(document_date) as document_date,
    min(invoice_no) as invoice_no,
    min(account) as account
from (select * from by_number union all select * from by_reference)
group by doc_key, order_key, is_credit
having min(invoice_no) = max(invoice_no)
