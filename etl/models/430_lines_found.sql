-- One row per line that could be an order's: the rule that found it, and the order where there is exactly one. Which
-- question: how many readings are there? Two are never resolved by us (accounting.md §5): order_key stays empty.
select
    line_key,
    'transaction_id' as match_rule,
    is_own,
    case when order_low = order_high then order_low end as order_key
from lines_by_transaction
union all
select
    line_key,
    'order_number',
    true,
    case when order_low = order_high then order_low end
from lines_by_number
