-- One row per order that was paid with a gift card whose VAT was paid when it was sold ([vat] gift_cards = "single_purpose"): held,
-- since its goods would carry VAT a second time (Directive 2006/112 art. 30b(1)).
-- appends: findings_now
select distinct on (payments.order_key)
    'order' as subject,
    payments.order_key,
    'hold' as effect,
    64 as place,
    'VAT_UNSUPPORTED' as code,
    'payment_method' as field,
    payments.payment_method as value_read
from core.order_payments as payments
inner join touched_orders using (order_key)
inner join core.orders as orders using (order_key)
inner join vat_seller as seller on seller.shop = orders.shop and seller.gift_cards = 'single_purpose'
inner join setting.payment_methods as methods on methods.method_name = payments.method_name and methods.is_gift_card
order by payments.order_key, payments.payment_no
