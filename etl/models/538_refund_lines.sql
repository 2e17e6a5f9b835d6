-- One row per acquirer's refund line of an order with a refund that has no date of its own: the payout's date dates the note.
-- Found as matching finds it: by transaction id, the sale's own or the line's parent, else by the shop's order number.
with undated as (
    select distinct wanted.order_key, orders.order_digits, orders.shop
    from refunds_wanted as wanted
    inner join core.orders as orders using (order_key)
    where wanted.refund_date is null
),
refunds as (
    select transaction_id, parent_transaction_id, order_digits, shop, coalesce(payout_date, occurred_at::date) as payout_date
    from staging.payouts
    where line_type = 'refund' and fate = 'staged' and (payout_date is not null or occurred_at is not null)
)
select undated.order_key, refunds.payout_date
from undated
inner join core.order_transactions as transactions using (order_key)
inner join refunds on refunds.transaction_id = transactions.transaction_id
union all
select undated.order_key, refunds.payout_date
from undated
inner join core.order_transactions as transactions using (order_key)
inner join refunds on refunds.parent_transaction_id = transactions.transaction_id
union all
select undated.order_key, refunds.payout_date
from undated
inner join refunds on refunds.order_digits = undated.order_digits and refunds.shop = undated.shop
