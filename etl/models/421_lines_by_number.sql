-- One row per line that no transaction id explains and whose order number is an order's: the lowest and highest key of
-- those. Which question: whose payment is this, by the number that the shop gave the order? Rule: architecture §4: the
-- trailing run of digits, as text, equal to the order's own, in the file's shop; a line whose number begins with a shop's
-- order_prefix is that shop's, whatever folder the file lay in.
with prefixes as (
    select lines.line_key, arg_max(shops.shop, length(shops.order_prefix)) as shop
    from lines_to_match as lines
    cross join setting.shops as shops
    where starts_with(lower(lines.order_no), lower(shops.order_prefix))
    group by lines.line_key
),
routed as (
    select lines.line_key, lines.line_type, lines.order_digits, coalesce(prefixes.shop, lines.shop) as shop
    from lines_to_match as lines
    left join prefixes using (line_key)
)
select
    lines.line_key,
    min(orders.order_key) as order_low,
    max(orders.order_key) as order_high
from routed as lines
anti join lines_by_transaction using (line_key)
inner join core.orders as orders using (shop, order_digits)
where lines.line_type in ('sale', 'refund', 'chargeback', 'chargeback_reversal')
group by lines.line_key
