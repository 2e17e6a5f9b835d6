-- One row per order that a line found and acquirer that it was paid through: how much, and by which mechanism it is registered.
-- Which question: what should this acquirer's lines come to? amount is empty where the shop names a method without an amount.
-- is_only: nothing else paid the order, so its total is the amount.
with paid as (
    select
        payments.order_key,
        methods.acquirer,
        payments.amount,
        methods.register,
        count(*) over (partition by payments.order_key) as payments_of_order
    from core.order_payments as payments
    semi join lines_found as found using (order_key)
    left join setting.payment_methods as methods on lower(methods.payment_method) = lower(payments.payment_method)
)
select
    order_key,
    acquirer,
    case when count(amount) = count(*) then sum(amount)::decimal(18, 2) end as amount,
    count(*) = max(payments_of_order) as is_only,
    bool_or(register = 'payout') as is_registered_by_payout
from paid
group by order_key, acquirer
