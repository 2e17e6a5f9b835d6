-- One row per document that we prepare for the ERP. How far has it come: planned, sent, booked, paid, paid out?
-- Sent is not imported and exported is not booked (architecture §8): booked is said only by an invoice in the ERP's own file, found
-- by our sales order number, or by the shop's order number where exactly one invoice and one document carry it.
-- Paid: booked with a payment term that pays at once, or our payment journal line was sent. Paid out: then in a payout that was sent.
with credits_told as (
    select *, kind = 'credit_note' as is_credit from core.documents
), invoices as (
    select invoice_no, invoice_date, order_number, total_amount < 0 as is_credit, unnest([our_ref, requisition]) as reference
    from erp.invoices
), invoices_by_number as (
    select order_number, is_credit, min(invoice_no) as invoice_no, min(invoice_date) as invoice_date
    from invoices where order_number is not null group by all
), invoices_by_reference as (
    select reference, is_credit, min(invoice_no) as invoice_no, min(invoice_date) as invoice_date
    from invoices where reference is not null group by all having count(distinct invoice_no) = 1
), documents_by_reference as (
    select order_no as reference, is_credit, min(doc_key) as doc_key
    from credits_told where batch_id is not null group by all having count(*) = 1
), booked as (
    select documents.doc_key, coalesce(numbered.invoice_no, referred.invoice_no) as erp_invoice_no,
        coalesce(numbered.invoice_date, referred.invoice_date) as booked_date
    from credits_told as documents
    left join invoices_by_number as numbered
        on numbered.order_number = cast(documents.number as varchar) and numbered.is_credit = documents.is_credit
    left join documents_by_reference as single on single.doc_key = documents.doc_key
    left join invoices_by_reference as referred
        on referred.reference = single.reference and referred.is_credit = single.is_credit
    where documents.batch_id is not null
), paid_by_term as (
    select distinct payments.order_key from core.order_payments as payments
    join setting.payment_methods as methods on methods.method_name = payments.method_name
    where methods.register = 'payment_term'
), paid_by_journal as (
    select distinct order_key from core.journal_lines where voucher_kind = 'payment' and batch_id is not null
), paid_out as (
    select matches.order_key, lines.line_type = 'refund' as is_credit, max(payouts.payout_date) as payout_date
    from core.payout_matches as matches
    join core.payout_lines as lines on lines.line_key = matches.line_key
    join core.payouts as payouts on payouts.payout_key = matches.payout_key
    where matches.status = 'matched' and payouts.status = 'posted' and payouts.batch_id is not null
        and lines.line_type in ('sale', 'refund')
    group by all
), staged_in_time as (
    select
        documents.*,
        booked.erp_invoice_no,
        booked.booked_date,
        paid_out.payout_date as paid_out_date,
        case
            when documents.is_withdrawn then 'withdrawn'
            when documents.batch_id is null then 'planned'
            when booked.erp_invoice_no is null then 'sent'
            when paid_out.payout_date is not null then 'paid_out'
            when paid_by_journal.order_key is not null then 'paid'
            when paid_by_term.order_key is not null and documents.payment_term is not null then 'paid'
            else 'booked'
        end as status
    from credits_told as documents
    left join booked on booked.doc_key = documents.doc_key
    left join paid_by_term on paid_by_term.order_key = documents.order_key
    left join paid_by_journal on paid_by_journal.order_key = documents.order_key
    left join paid_out on paid_out.order_key = documents.order_key and paid_out.is_credit = documents.is_credit
)
select
    documents.shop || '/' || documents.order_id || '/' || documents.event as document_id,
    documents.kind,
    documents.event,
    documents.shop,
    documents.order_no,
    documents.number,
    documents.debtor_account,
    documents.document_date,
    documents.currency,
    documents.exchange_rate,
    documents.net_amount,
    documents.vat_amount,
    documents.total_amount,
    documents.vat_zone,
    documents.status,
    case documents.status
        when 'planned' then null
        when 'booked' then cast(documents.booked_date as timestamp)
        when 'paid' then cast(documents.booked_date as timestamp)
        when 'paid_out' then cast(documents.paid_out_date as timestamp)
        else batches.published_at
    end as status_at,
    documents.batch_id,
    credited.shop || '/' || credited.order_id || '/' || credited.event as credited_document_id,
    documents.erp_invoice_no,
    documents.wanted_date,
    documents.paid_out_date,
    documents.payment_term,
    documents.transaction_id,
    documents.needs_person
from staged_in_time as documents
left join core.documents as credited on credited.doc_key = documents.credited_doc_key
left join ops.batches as batches on batches.batch_id = documents.batch_id
