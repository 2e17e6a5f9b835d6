-- One row per acquirer line to decide: everything known about it side by side, nothing decided. Which question: which
-- order, compared how, with which invoice of the ERP, and until when does it wait for a late order? Rule:
-- accounting.md §2 (register = payout needs the invoice number) and §5 (unmatched_after_days).
-- view: read once, by lines_posted
with invoices as (
    select order_key, is_credit, min(invoice_no) as invoice_no, min(account) as debtor_account
    from order_invoices
    group by order_key, is_credit
    having count(*) = 1
)
select
    lines.*,
    lines.line_type in ('sale', 'refund') as is_payment,
    lines.line_type in ('chargeback', 'chargeback_reversal') as is_dispute,
    compared.comparison,
    compared.posted_amount,
    compared.posted_order_amount,
    compared.reached_amount,
    invoices.invoice_no,
    invoices.debtor_account,
    coalesce(acquirers.payout_to, 'bank') as transfer_role,
    coalesce(lines.payout_date, lines.occurred_date) + coalesce(acquirers.unmatched_after_days, 0)::integer as due_date
from lines_expected as lines
left join lines_compared as compared using (line_key)
left join invoices on invoices.order_key = lines.order_key and invoices.is_credit = (lines.line_type = 'refund')
left join setting.acquirers as acquirers on acquirers.acquirer = lines.acquirer
