-- One row per acquirer line already staged that may belong to an order being decided: found by transaction id or order number.
-- The chain ends here: a payout that is looked at again does not touch its other orders.
select lines.line_key, lines.payout_key
from touched_orders
inner join core.order_transactions as transactions using (order_key)
inner join core.payout_lines as lines on lines.transaction_id = transactions.transaction_id
union
select lines.line_key, lines.payout_key
from touched_orders
inner join core.orders as orders using (order_key)
inner join core.payout_lines as lines on lines.order_digits = orders.order_digits
