-- One row per touched order: do its prices include VAT? Decided by which identity holds, or by the file or the shop's setting.
-- incl: lines = total. excl: lines + VAT = total. none: the shop charged no VAT, both hold. unknown: neither holds (held).
with sums as (
    select
        order_key,
        sum(amount_ore)::bigint as lines_ore,
        count(*) as components,
        if(bool_and(shop_vat_ore is not null), sum(shop_vat_ore), null)::bigint as lines_vat_ore
    from order_lines group by order_key
),
gaps as (
    select
        orders.order_key,
        sums.lines_ore,
        sums.components,
        to_ore(orders.order_total) as total_ore,
        coalesce(to_ore(orders.order_vat), sums.lines_vat_ore) as shop_vat_ore,
        abs(to_ore(orders.order_total) - sums.lines_ore) as gap_incl,
        abs(to_ore(orders.order_total) - sums.lines_ore - coalesce(to_ore(orders.order_vat), sums.lines_vat_ore, 0))
            as gap_excl,
        to_ore(documents.tolerance) as tolerance_ore,
        coalesce(orders.prices_include_vat, case shops.prices_include_vat when 'yes' then true when 'no' then false end)
            as is_stated_incl
    from core.orders as orders
    inner join touched_orders using (order_key)
    inner join sums using (order_key)
    inner join setting.documents as documents on documents.shop = orders.shop
    left join setting.shops as shops on shops.shop = orders.shop
)
select
    order_key,
    lines_ore,
    components,
    total_ore,
    shop_vat_ore,
    case
        when coalesce(shop_vat_ore, 0) = 0 and gap_incl <= tolerance_ore and is_stated_incl is not false then 'none'
        when is_stated_incl then 'incl'
        when not is_stated_incl then 'excl'
        when gap_incl <= tolerance_ore and gap_incl < gap_excl then 'incl'
        when gap_excl <= tolerance_ore and gap_excl < gap_incl then 'excl'
        else 'unknown'
    end as price_mode,
    gap_incl,
    gap_excl
from gaps
