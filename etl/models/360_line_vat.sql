-- One row per line part of a touched order: net, VAT and gross in øre, by the shop's method ([[shops]] vat_method).
-- Canonical (vat.md 4.2 (3)): the VAT of a rate is rounded once, on the rate's sum; a line's share is what it adds to the running
-- sum's VAT, so the shares add up to it exactly. To carry each rest to the next line comes to the very same shares.
-- line_ore, unit_ore: the VAT of what was sold, rounded per line and per unit. A discount line takes what its rate's other lines
-- have too much. is_known: a rule and a rate were found. is_first: the first part of its rate and code.
with rounded as (
    select
        parts.* exclude (rate_bp), methods.vat_method, methods.minor_ore, modes.price_mode = 'excl' as is_excl,
        coalesce(parts.rate_bp, 0) as bp,
        parts.rate_bp is not null and parts.treatment <> 'HOLD' as is_known,
        vat_of_ore(sold_ore, bp, is_excl, minor_ore) as line_ore,
        vat_of_units_ore(sold_ore, quantity, bp, is_excl, minor_ore) as unit_ore,
        case when methods.vat_method = 'unit' then vat_of_units_ore(amount_ore, quantity, bp, is_excl, minor_ore)
            else vat_of_ore(amount_ore, bp, is_excl, minor_ore) end as shown_ore
    from line_parts as parts
    inner join price_modes as modes using (order_key)
    inner join order_methods as methods using (order_key)
),
running as (
    select
        *,
        (sum(amount_ore) over rate_so_far)::bigint as sum_ore,
        (sum(if(vat_method = 'unit', unit_ore, line_ore) - shown_ore) over rate_so_far)::bigint as discount_ore,
        row_number() over rate_so_far = 1 as is_first
    from rounded
    window rate_so_far as (partition by order_key, bp, vat_code, treatment order by line_no, part_no)
),
taxed as (
    select
        *,
        vat_of_ore(sum_ore, bp, is_excl, minor_ore) - vat_of_ore(sum_ore - amount_ore, bp, is_excl, minor_ore) as canonical_ore,
        case
            when vat_method not in ('line', 'unit') then canonical_ore
            when sold_ore is null then discount_ore
            else shown_ore
        end as vat_ore
    from running
)
select
    order_key, line_no, part_no, rule_id, case_key, treatment, vat_country, vat_region, vat_rate, vat_code, bp as rate_bp, amount_ore,
    vat_ore, is_first, is_known, quantity, sold_ore, list_ore, shop_rate, shop_vat_ore, canonical_ore, line_ore, unit_ore,
    if(is_excl, amount_ore, amount_ore - vat_ore) as net_ore,
    if(is_excl, amount_ore + vat_ore, amount_ore) as gross_ore
from taxed
