-- One row per VAT amount that the shop tells of a touched order and that stands for one rate (vat.md 4.2 (4)): of a line where it
-- tells the lines', of a rate where it tells the rates', else of the whole order where that has one rate. scope: line, rate, order.
-- amount_ore: what the VAT is of, in the order's price mode; pieces: rounded amounts in it. What is free and without VAT is left out.
-- A line whose order discount was spread by us may tell its VAT before it (other_ore) or after it.
with rates as (
    select
        order_key, rate_bp, arg_max(vat_country, abs(gross_ore)) as vat_country, arg_max(vat_region, abs(gross_ore)) as vat_region,
        arg_max(treatment, abs(gross_ore)) as treatment, sum(sold_parts) = sum(told_parts) as is_told_by_line,
        sum(parts) as parts, sum(pieces) as pieces, sum(amount_ore) as amount_ore,
        if(min(stated_bp) = max(stated_bp), min(stated_bp), null) as stated_bp, bool_and(is_known) as is_known,
        count(*) over (partition by order_key) as rates
    from vat_groups
    where rate_bp > 0
    group by order_key, rate_bp
),
taxed as (
    select rates.*, told.order_key is not null as has_rates
    from rates
    left join (select distinct order_key from shop_taxes where not is_unnamed) as told using (order_key)
)
select
    'line' as scope, order_key, line_no, rate_bp, vat_country, coalesce(vat_region, '') as vat_region, treatment,
    shop_vat_ore as vat_ore, sold_ore as amount_ore, list_ore as other_ore, 1 as parts,
    greatest(ceil(abs(quantity)), 1)::bigint as pieces, (shop_rate * 100)::integer as stated_bp
from line_vat
where shop_vat_ore is not null and is_known and (sold_ore <> 0 or shop_vat_ore <> 0)
union all by name
select
    'rate' as scope, taxed.order_key, taxed.rate_bp, taxed.vat_country, taxed.vat_region, taxed.treatment,
    coalesce(taxes.vat_ore, 0) as vat_ore, taxed.amount_ore::bigint as amount_ore, taxed.amount_ore::bigint as other_ore,
    taxed.parts::bigint as parts, taxed.pieces::bigint as pieces, taxes.rate_bp as stated_bp
from taxed
left join shop_taxes as taxes on taxes.order_key = taxed.order_key and taxes.rate_bp = taxed.rate_bp
where taxed.has_rates and taxed.is_known and (taxed.amount_ore <> 0 or taxes.vat_ore <> 0)
union all by name
select
    'order' as scope, taxed.order_key, taxed.rate_bp, taxed.vat_country, taxed.vat_region, taxed.treatment,
    modes.shop_vat_ore as vat_ore, taxed.amount_ore::bigint as amount_ore, taxed.amount_ore::bigint as other_ore,
    taxed.parts::bigint as parts, taxed.pieces::bigint as pieces, taxed.stated_bp
from taxed
inner join price_modes as modes using (order_key)
where taxed.rates = 1 and not taxed.has_rates and not taxed.is_told_by_line and taxed.is_known and modes.shop_vat_ore is not null
    and (taxed.amount_ore <> 0 or modes.shop_vat_ore <> 0)
