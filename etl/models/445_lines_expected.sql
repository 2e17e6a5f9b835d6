-- One row per line that could be an order's: the order's facts beside it, and what is to be compared with what.
-- Which question: what should the order's lines through this acquirer come to? Empty order facts = several orders are possible.
-- Rule: accounting.md §5: the acquirer's part of the payment, the total where nothing else paid; refunds against refunded_amount.
-- direction is -1 for refunds, so that both are compared as positive amounts.
with single as (
    select order_key, bool_or(is_only) as is_only from paid_by_acquirer group by order_key
),
facts as (
    select
        found.line_key, found.match_rule, found.is_own, found.order_key, lines.acquirer, lines.line_type, lines.is_sent,
        lines.occurred_date, lines.gross_amount, lines.presentment_amount, lines.presentment_currency, orders.order_no,
        orders.currency as order_currency, orders.order_total, orders.refunded_amount, orders.exchange_rate,
        orders.currency <> coalesce(lines.currency, company.currency) as is_foreign,
        paid.amount as paid_amount,
        coalesce(single.is_only, true) as is_only,
        coalesce(verdicts.verdict = 'skipped', false) as is_skipped,
        coalesce(paid.is_registered_by_payout, false) as is_registered_by_payout,
        found.match_rule = 'order_number' and found.order_key is not null and paid.order_key is null as is_other_acquirer
    from lines_found as found
    inner join lines_to_match as lines using (line_key)
    left join core.orders as orders using (order_key)
    left join paid_by_acquirer as paid using (order_key, acquirer)
    left join single using (order_key)
    left join core.verdicts as verdicts using (order_key)
    cross join setting.company as company
)
select
    line_key, match_rule, is_own, order_key, order_no, order_currency, acquirer, line_type, is_sent, occurred_date, is_foreign,
    is_skipped, is_other_acquirer,
    is_registered_by_payout and not is_skipped as is_for_debtor,
    case line_type when 'refund' then -1 when 'sale' then 1 end::tinyint as direction,
    case when not is_foreign then gross_amount
        when order_currency = presentment_currency then sign(gross_amount) * abs(presentment_amount)
    end::decimal(18, 2) as order_amount,
    case when is_foreign then exchange_rate else 1 end::decimal(18, 8) as rate,
    case when line_type = 'refund' then nullif(refunded_amount, 0)
        when paid_amount is not null then paid_amount
        when is_only then order_total
    end as expected_amount,
    case when line_type = 'sale' and paid_amount is not null then paid_amount else order_total end as most_amount
from facts
