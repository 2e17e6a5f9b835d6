-- One row per line with several possible orders: all of them, for the person who decides. Which question: between
-- which orders could we not choose?
with undecided as (
    select
        lines.line_key, lines.shop, lines.order_digits, lines.transaction_id, lines.parent_transaction_id,
        found.match_rule, found.is_own
    from lines_found as found
    inner join lines_to_match as lines using (line_key)
    where found.order_key is null
),
candidates as (
    select undecided.line_key, transactions.order_key
    from (
        select *, case when is_own then transaction_id else parent_transaction_id end as wanted_id
        from undecided
        where match_rule = 'transaction_id'
    ) as undecided
    inner join core.order_transactions as transactions on transactions.transaction_id = undecided.wanted_id
    union
    select undecided.line_key, orders.order_key
    from undecided
    inner join core.orders as orders using (shop, order_digits)
    where undecided.match_rule = 'order_number'
)
select
    candidates.line_key,
    string_agg(orders.shop || ' ' || orders.order_no, ', ' order by orders.shop, orders.order_no) as alternatives
from candidates
inner join core.orders as orders using (order_key)
group by candidates.line_key
