-- One row per line whose transaction id an order knows: the lowest and the highest key of those orders (equal = one
-- order). Which question: whose payment is this, by the acquirer's own id? The parent's id counts only where the
-- line's own finds nothing. Rule: accounting.md §5; in any shop, since an acquirer's id is nobody else's.
with wanted as (
    select line_key, transaction_id, true as is_own
    from lines_to_match
    where transaction_id is not null and line_type in ('sale', 'refund', 'chargeback', 'chargeback_reversal')
    union all
    select line_key, parent_transaction_id, false
    from lines_to_match
    where parent_transaction_id is not null and line_type in ('sale', 'refund', 'chargeback', 'chargeback_reversal')
)
select
    line_key,
    bool_or(is_own) as is_own,
    coalesce(min(order_key) filter (where is_own), min(order_key)) as order_low,
    coalesce(max(order_key) filter (where is_own), max(order_key)) as order_high
from wanted
inner join core.order_transactions using (transaction_id)
group by line_key
