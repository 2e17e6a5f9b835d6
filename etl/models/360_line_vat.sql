-- One row per line part of a touched order: net, VAT and gross in øre. The VAT of a rate is rounded once, on the rate's sum
-- (vat.md 4.2 (3)); a line's share is what it adds to the running sum's VAT, so the shares add up to it exactly.
with running as (
    select
        parts.*,
        modes.price_mode,
        coalesce(parts.rate_bp, 0) as bp,
        (sum(parts.amount_ore) over rate_so_far)::bigint as sum_ore,
        row_number() over rate_so_far = 1 as is_first
    from line_parts as parts
    inner join price_modes as modes using (order_key)
    window rate_so_far as (
        partition by parts.order_key, parts.rate_bp, parts.vat_code, parts.treatment order by parts.line_no, parts.part_no
    )
),
taxed as (
    select
        *,
        case
            when bp = 0 then 0
            when price_mode = 'excl' then vat_on_net_ore(sum_ore, bp) - vat_on_net_ore(sum_ore - amount_ore, bp)
            else vat_in_gross_ore(sum_ore, bp) - vat_in_gross_ore(sum_ore - amount_ore, bp)
        end as vat_ore
    from running
)
select
    order_key, line_no, part_no, rule_id, treatment, vat_country, vat_rate, vat_code, bp as rate_bp, amount_ore, vat_ore, is_first,
    if(price_mode = 'excl', amount_ore, amount_ore - vat_ore) as net_ore,
    if(price_mode = 'excl', amount_ore + vat_ore, amount_ore) as gross_ore
from taxed
