-- One row per acquirer line to decide: everything known about it side by side, nothing decided.
-- Which question: which order, compared how, registered by which mechanism, with which invoice of the ERP?
-- Rule: equal_text is what was equal between line and order; due_date is when a line stops waiting for a late order.
with invoices as (
    select order_key, is_credit, min(invoice_no) as invoice_no, min(account) as debtor_account
    from order_invoices
    group by order_key, is_credit
    having count(*) = 1
),
orders as (
    select order_key, order_no, currency as order_currency from core.orders semi join lines_found using (order_key)
),
verdicts as (
    select order_key, verdict = 'skipped' as is_skipped from core.verdicts semi join lines_found using (order_key)
)
select
    lines.line_key,
    lines.payout_key,
    lines.is_sent,
    lines.acquirer,
    lines.line_type,
    lines.gross_amount,
    lines.line_type in ('sale', 'refund') as is_payment,
    lines.line_type in ('chargeback', 'chargeback_reversal') as is_dispute,
    found.match_rule,
    case when found.match_rule = 'order_number' then lines.order_digits
        when found.is_own then lines.transaction_id
        when found.match_rule is not null then lines.parent_transaction_id
    end as equal_text,
    found.order_key,
    orders.order_no as found_order_no,
    orders.order_currency,
    alternatives.alternatives,
    found.match_rule = 'order_number' and found.order_key is not null and paid.order_key is null as is_other_acquirer,
    compared.comparison,
    compared.order_amount,
    compared.posted_amount,
    compared.posted_order_amount,
    compared.reached_amount,
    compared.expected_amount,
    coalesce(compared.is_foreign, false) as is_foreign,
    coalesce(verdicts.is_skipped, false) as is_skipped,
    coalesce(paid.is_registered_by_payout, false) as is_registered_by_payout,
    invoices.invoice_no,
    invoices.debtor_account,
    coalesce(acquirers.payout_to, 'bank') as transfer_role,
    coalesce(lines.payout_date, lines.occurred_date) + coalesce(acquirers.unmatched_after_days, 0)::integer as due_date,
    lines.transaction_id,
    trim(coalesce(nullif(lines.order_no, ''), lines.transaction_id, lines.parent_transaction_id)) as line_reference,
    lines.occurred_date,
    lines.file_id,
    lines.source_record
from lines_to_match as lines
left join lines_found as found using (line_key)
left join line_alternatives as alternatives using (line_key)
left join lines_compared as compared using (line_key)
left join orders on orders.order_key = found.order_key
left join verdicts on verdicts.order_key = found.order_key
left join paid_by_acquirer as paid on paid.order_key = found.order_key and paid.acquirer = lines.acquirer
left join invoices on invoices.order_key = found.order_key and invoices.is_credit = (lines.line_type = 'refund')
left join setting.acquirers as acquirers on acquirers.acquirer = lines.acquirer
