-- One row per order whose way of payment does not say where the money goes: unnamed, unmapped, joined without amounts
-- although the ways are booked differently, or amounts that do not come to the total.
-- appends: findings_now
with bookings as (
    select *, concat_ws('/', register, payment_term, acquirer, is_gift_card) as booking
    from setting.payment_methods
),
paid as (
    select
        payments.order_key,
        payments.payment_method,
        payments.amount,
        methods.method_name is not null as is_mapped,
        methods.booking
    from core.order_payments as payments
    inner join touched_orders using (order_key)
    left join bookings as methods on methods.method_name = payments.method_name
),
orders_paid as (
    select
        orders.order_key,
        orders.order_total,
        orders.payment_method,
        count(paid.payment_method) as methods,
        min(paid.payment_method) filter (not paid.is_mapped) as unmapped,
        min(paid.booking) is distinct from max(paid.booking) as is_mixed,
        bool_or(paid.payment_method is not null and paid.amount is null) as is_unsplit,
        sum(paid.amount) as paid_amount
    from core.orders as orders
    inner join touched_orders using (order_key)
    left join paid on paid.order_key = orders.order_key
    group by orders.order_key, orders.order_total, orders.payment_method
)
select
    'order' as subject,
    order_key,
    'hold' as effect,
    40 as place,
    case
        when methods = 0 then 'PAYMENT_METHOD_MISSING'
        when unmapped is not null then 'PAYMENT_METHOD_UNMAPPED'
        when is_unsplit then 'PAYMENT_SPLIT_UNKNOWN'
        else 'PAYMENT_SUM_MISMATCH'
    end as code,
    'payment_method' as field,
    coalesce(unmapped, payment_method) as value_read,
    order_total::varchar as expected
from orders_paid
where (methods = 0 and order_total <> 0)
    or unmapped is not null
    or (is_unsplit and is_mixed)
    or (not is_unsplit and methods > 1 and paid_amount <> order_total)
