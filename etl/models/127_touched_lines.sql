-- One row per acquirer line already staged that may belong to an order being decided: found by transaction id or order number,
-- or matched with it before. After 110 and 125, since a new order is known by its ids only then.
-- The chain ends here: a payout that is looked at again does not touch its other orders.
select lines.line_key, lines.payout_key
from touched_orders
inner join core.order_transactions as transactions using (order_key)
inner join core.payout_lines as lines on lines.transaction_id = transactions.transaction_id
union
select lines.line_key, lines.payout_key
from touched_orders
inner join core.order_transactions as transactions using (order_key)
inner join core.payout_lines as lines on lines.parent_transaction_id = transactions.transaction_id
union
select lines.line_key, lines.payout_key
from touched_orders
inner join core.orders as orders using (order_key)
inner join core.payout_lines as lines on lines.order_digits = orders.order_digits
union
select matches.line_key, matches.payout_key
from touched_orders
inner join core.payout_matches as matches using (order_key)
