-- One row per shop and source whose orders tell their VAT. Which way of rounding VAT gives exactly the shop's VAT, in how many orders?
-- matches_c: once per rate (canonical), matches_l: per line, matches_u: per unit, matches_m: per line with the rest carried on.
-- fits_best is the way that explains most orders, the plainest of equals; chosen is what [[shops]] vat_method says: nothing is used
-- before a person has chosen it (vat.md 4.2).
with counted as (
    select
        orders.shop,
        orders.source,
        count(*) as documents,
        count(*) filter (methods.is_canonical) as matches_c,
        count(*) filter (methods.is_line) as matches_l,
        count(*) filter (methods.is_unit) as matches_u,
        count(*) filter (methods.is_carried) as matches_m
    from core.vat_methods as methods
    join core.orders as orders using (order_key)
    group by orders.shop, orders.source
)
select
    counted.*,
    case greatest(matches_c, matches_l, matches_u, matches_m)
        when 0 then null
        when matches_c then 'canonical'
        when matches_l then 'line'
        when matches_u then 'unit'
        else 'carried'
    end as fits_best,
    coalesce(shops.vat_method, 'canonical') as chosen
from counted
left join setting.shops as shops on shops.shop = counted.shop
