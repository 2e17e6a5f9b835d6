-- One row per line that no transaction id explains and whose order number is an order's: the lowest and highest key of
-- those. Which question: whose payment is this, by the number that the shop gave the order? Rule: architecture §4: the
-- trailing run of digits, as text, equal to the order's own, in the file's shop.
select
    lines.line_key,
    min(orders.order_key) as order_low,
    max(orders.order_key) as order_high
from lines_to_match as lines
anti join lines_by_transaction using (line_key)
inner join core.orders as orders using (shop, order_digits)
where lines.line_type in ('sale', 'refund', 'chargeback', 'chargeback_reversal')
group by lines.line_key
