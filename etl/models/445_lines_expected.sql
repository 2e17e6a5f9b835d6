-- One row per sale or refund line with one order: its amount in the order's currency, and what the order says it should come to.
-- Which question: what is compared with what? direction is -1 for refunds, so that both are compared as positive amounts.
-- Rule: accounting.md §5: the acquirer's part of the payment, the total where nothing else paid; refunds against refunded_amount.
with single as (
    select order_key, bool_or(is_only) as is_only from paid_by_acquirer group by order_key
)
select
    lines.line_key,
    lines.acquirer,
    lines.line_type,
    lines.is_sent,
    lines.occurred_date,
    lines.gross_amount,
    found.order_key,
    case when lines.line_type = 'refund' then -1 else 1 end as direction,
    case when orders.currency = coalesce(lines.currency, company.currency) then lines.gross_amount
        when orders.currency = lines.presentment_currency then sign(lines.gross_amount) * abs(lines.presentment_amount)
    end as order_amount,
    case when orders.currency = coalesce(lines.currency, company.currency) then 1 else orders.exchange_rate end as rate,
    orders.currency <> coalesce(lines.currency, company.currency) as is_foreign,
    case when lines.line_type = 'refund' then nullif(orders.refunded_amount, 0)
        when paid.amount is not null then paid.amount
        when coalesce(single.is_only, true) then orders.order_total
    end as expected_amount,
    case when lines.line_type = 'sale' then paid.amount end as most_amount,
    orders.order_total,
    found.match_rule = 'order_number' and paid.order_key is null as is_other_acquirer
from lines_found as found
inner join lines_to_match as lines using (line_key)
inner join core.orders as orders using (order_key)
left join paid_by_acquirer as paid using (order_key, acquirer)
left join single using (order_key)
cross join setting.company as company
where lines.line_type in ('sale', 'refund')
