-- One row per touched order: the payment term its document carries, of the way it was paid (not of a redeemed gift card).
select
    payments.order_key,
    arg_min(methods.payment_term, payments.payment_no) filter (not methods.is_gift_card) as payment_term,
    arg_min(payments.transaction_id, payments.payment_no) as transaction_id
from core.order_payments as payments
inner join touched_orders using (order_key)
left join setting.payment_methods as methods on methods.method_name = payments.method_name
group by payments.order_key
