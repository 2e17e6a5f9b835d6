-- One row per acquirer line to decide: everything known about it side by side, nothing decided.
-- Which question: which order, compared how, registered by which mechanism, with which invoice of the ERP?
-- Rule: equal_text is what was equal between line and order; due_date is when a line stops waiting for a late order.
-- view: read once, by lines_posted
with invoices as (
    select order_key, is_credit, min(invoice_no) as invoice_no, min(account) as debtor_account
    from order_invoices
    group by order_key, is_credit
    having count(*) = 1
)
select
    lines.line_key, lines.payout_key, lines.is_sent, lines.acquirer, lines.line_type, lines.gross_amount, lines.occurred_date,
    lines.transaction_id, lines.file_id, lines.source_record,
    trim(coalesce(lines.order_no, lines.transaction_id, lines.parent_transaction_id)) as line_reference,
    lines.line_type in ('sale', 'refund') as is_payment,
    lines.line_type in ('chargeback', 'chargeback_reversal') as is_dispute,
    case when expected.match_rule = 'order_number' then lines.order_digits
        when expected.is_own then lines.transaction_id
        else lines.parent_transaction_id
    end as equal_text,
    expected.match_rule, expected.order_key, expected.order_no as found_order_no, expected.order_currency, expected.order_amount,
    expected.expected_amount, expected.is_foreign, expected.is_skipped, expected.is_other_acquirer, expected.is_for_debtor,
    compared.comparison, compared.posted_amount, compared.posted_order_amount, compared.reached_amount,
    invoices.invoice_no, invoices.debtor_account,
    coalesce(acquirers.payout_to, 'bank') as transfer_role,
    coalesce(lines.payout_date, lines.occurred_date) + coalesce(acquirers.unmatched_after_days, 0)::integer as due_date
from lines_to_match as lines
left join lines_expected as expected using (line_key)
left join lines_compared as compared using (line_key)
left join invoices on invoices.order_key = expected.order_key and invoices.is_credit = (lines.line_type = 'refund')
left join setting.acquirers as acquirers on acquirers.acquirer = lines.acquirer
