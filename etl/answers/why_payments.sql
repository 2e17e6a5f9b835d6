-- How the order was paid, and what the settings make of it. $1: order_key.
select
    payments.payment_no,
    payments.payment_method,
    payments.amount,
    payments.currency,
    payments.transaction_id,
    methods.register,
    methods.payment_term,
    methods.acquirer
from core.order_payments as payments
left join setting.payment_methods as methods on methods.method_name = payments.method_name
where payments.order_key = $1
order by payments.payment_no
