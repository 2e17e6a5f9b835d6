-- One row per touched order: what the lines come to against what the shop states, and how far they may differ.
-- bound_ore: half an øre for each rounded amount (components and rate groups), rounded up; never above [documents]
-- tolerance, and 0 for public buyers (vat.md 4.2 (5), 4.3). rounding_ore is the one line that makes the invoice the paid total.
with sums as (
    select
        order_key,
        sum(net_ore)::bigint as net_ore,
        sum(vat_ore)::bigint as vat_ore,
        sum(gross_ore)::bigint as gross_ore,
        (sum(gross_ore) filter (rate_bp > 0))::bigint as taxed_gross_ore,
        abs(sum(net_ore) filter (rate_bp > 0))::bigint as taxed_net_ore,
        count(*) filter (is_first and rate_bp > 0) as rates,
        max(rate_bp) as rate_bp,
        max(vat_rate) as vat_rate,
        count(*) as parts,
        count(*) filter (rate_bp > 0) as taxed_parts,
        count(*) filter (is_first) as groups,
        arg_max(treatment, abs(gross_ore)) as treatment,
        arg_max(vat_country, abs(gross_ore)) as vat_country
    from line_vat
    group by order_key
),
bounds as (
    select
        sums.*,
        modes.price_mode,
        modes.total_ore,
        modes.shop_vat_ore,
        if(modes.price_mode = 'excl', sums.taxed_net_ore, abs(sums.taxed_gross_ore) - abs(coalesce(modes.shop_vat_ore, 0)))
            as shop_net_ore,
        if(buyers.buyer_type = 'ean', 0, least((sums.parts + sums.groups + 1) // 2, to_ore(documents.tolerance)))
            as bound_ore
    from sums
    inner join price_modes as modes using (order_key)
    inner join buyers using (order_key)
    inner join core.orders as orders using (order_key)
    inner join setting.documents as documents on documents.shop = orders.shop
)
select
    *,
    total_ore - gross_ore as rounding_ore,
    coalesce(shop_vat_ore - vat_ore, 0) as vat_gap_ore,
    -- The rate the shop's own figures imply must hold the rate due (vat.md 4.2 (4)); all in doubled øre, to stay whole.
    rates = 1 and shop_vat_ore is not null and not (
        10000 * (2 * abs(shop_vat_ore) - taxed_parts) <= rate_bp * (2 * shop_net_ore + taxed_parts)
        and rate_bp * (2 * shop_net_ore - taxed_parts) <= 10000 * (2 * abs(shop_vat_ore) + taxed_parts)
    ) as is_rate_off
from bounds
