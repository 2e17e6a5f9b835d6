-- One row per touched order: how its VAT and total are worked out: what its shop does, the currency's minor unit, the tolerance.
-- minor_ore: the smallest amount of the currency in hundredths (1, 10; 100 without decimals). More than two decimals are held.
-- tolerance_ore: [documents] tolerance, one whole unit in a currency without decimals, nothing for public buyers (vat.md 4.3).
with cash as (
    select payments.order_key, bool_and(coalesce(methods.is_cash, false)) as is_cash
    from core.order_payments as payments
    inner join touched_orders using (order_key)
    left join setting.payment_methods as methods on methods.method_name = payments.method_name
    where exists (select 1 from setting.payment_methods where is_cash)
    group by payments.order_key
)
select
    orders.order_key,
    orders.currency,
    documents.discount = 'line' as is_line,
    coalesce(shops.vat_method, 'canonical') as vat_method,
    coalesce(shops.freight_vat, 'goods') as freight_vat,
    case currencies.minor_units when 0 then 100 when 1 then 10 else 1 end::integer as minor_ore,
    if(currencies.minor_units > 2, currencies.minor_units, null) as decimals_too_many,
    case
        when buyers.buyer_type = 'ean' then 0
        when currencies.minor_units = 0 and documents.tolerance > 0 then 100
        else to_ore(documents.tolerance)
    end::integer as tolerance_ore,
    coalesce(cash.is_cash, false) as is_cash,
    coalesce(orders.shipped_date, orders.paid_date, orders.order_date) as supply_date
from core.orders as orders
inner join touched_orders using (order_key)
inner join buyers using (order_key)
inner join setting.documents as documents on documents.shop = orders.shop
left join setting.shops as shops on shops.shop = orders.shop
left join setting.currencies as currencies on currencies.currency = orders.currency
left join cash on cash.order_key = orders.order_key
