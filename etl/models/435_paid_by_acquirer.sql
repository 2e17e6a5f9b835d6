-- One row per order that a line found and acquirer that it was paid through: how much, and by which mechanism it is
-- registered. Which question: what should this acquirer's lines come to? amount is empty where the shop names a method
-- without an amount. is_only: nothing else paid the order, so its total is the amount. A gift card is paid through no
-- acquirer.
with summed as (
    select
        payments.order_key,
        case when not methods.is_gift_card then methods.acquirer end as acquirer,
        sum(payments.amount)::decimal(18, 2) as amount,
        count(payments.amount) as amounts,
        count(*) as payments,
        bool_or(methods.register = 'payout') as is_registered_by_payout
    from core.order_payments as payments
    semi join lines_found as found using (order_key)
    left join setting.payment_methods as methods on methods.method_name = payments.method_name
    group by all
),
several as (
    select order_key from summed group by order_key having count(*) > 1
)
select
    summed.order_key,
    summed.acquirer,
    case when amounts = payments then amount end as amount,
    several.order_key is null as is_only,
    coalesce(is_registered_by_payout, false) as is_registered_by_payout
from summed
left join several using (order_key)
