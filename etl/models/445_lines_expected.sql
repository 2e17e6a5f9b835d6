-- One row per acquirer line to decide, and beside it the order that was found, with what the line is to be compared
-- with. Which question: what should the order's lines through this acquirer come to? Without exactly one order, no
-- order facts. Rule: accounting.md §5: the acquirer's part of the payment, the total where nothing else paid; refunds
-- against refunded_amount. direction is -1 for refunds, so that both are compared as positive amounts; equal_text is
-- what was equal.
with skipped as (
    select order_key from core.verdicts where verdict = 'skipped'
),
facts as (
    select
        lines.*, found.match_rule, found.is_own, found.order_key, orders.order_no as found_order_no,
        orders.currency as order_currency, orders.order_total, orders.refunded_amount, orders.exchange_rate as order_rate,
        coalesce(orders.currency <> coalesce(lines.currency, company.currency), false) as is_foreign,
        paid.amount as paid_amount,
        coalesce(paid.is_only, true) as is_only,
        skipped.order_key is not null as is_skipped,
        coalesce(paid.is_registered_by_payout, false) as is_registered_by_payout,
        coalesce(found.match_rule = 'order_number' and found.order_key is not null and paid.order_key is null, false)
            as is_other_acquirer
    from lines_to_match as lines
    left join lines_found as found using (line_key)
    left join core.orders as orders using (order_key)
    left join paid_by_acquirer as paid on paid.order_key = found.order_key and paid.acquirer = lines.acquirer
    left join skipped on skipped.order_key = found.order_key
    cross join setting.company as company
)
select
    line_key, payout_key, is_sent, acquirer, line_type, gross_amount, payout_date, occurred_date, transaction_id, file_id,
    source_record, match_rule, order_key, found_order_no, order_currency, is_foreign, is_skipped, is_other_acquirer,
    trim(coalesce(order_no, transaction_id, parent_transaction_id)) as line_reference,
    case when match_rule = 'order_number' then order_digits when is_own then transaction_id else parent_transaction_id end
        as equal_text,
    is_registered_by_payout and not is_skipped as is_for_debtor,
    case line_type when 'refund' then -1 when 'sale' then 1 end::tinyint as direction,
    case when order_key is null then null
        when not is_foreign then gross_amount
        when order_currency = presentment_currency then sign(gross_amount) * abs(presentment_amount)
    end::decimal(18, 2) as order_amount,
    case when is_foreign then order_rate else 1 end::decimal(18, 8) as rate,
    case when line_type = 'refund' then nullif(refunded_amount, 0)
        when paid_amount is not null then paid_amount
        when is_only then order_total
    end as expected_amount,
    case when line_type = 'sale' and paid_amount is not null then paid_amount else order_total end as most_amount
from facts
