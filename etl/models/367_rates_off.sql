-- One row per touched order whose VAT is not at the rate due: the first amount that shows it, and the rate the shop seems to have used.
-- The check comes before any tolerance and does not depend on it. e2: 2e in øre, half a minor unit for each rounded amount, but from
-- a net amount of 5.00 less than one percentage point of it. Where another legal rate is possible too, the shop must have said which.
with measured as (
    select
        told.*,
        methods.minor_ore,
        methods.supply_date,
        cast(if(told.amount_ore < 0, -told.vat_ore, told.vat_ore) as hugeint) as vat,
        abs(told.amount_ore) - if(modes.price_mode = 'excl', 0, vat) as net,
        abs(told.other_ore) - if(modes.price_mode = 'excl', 0, vat) as other_net,
        methods.minor_ore * if(methods.vat_method = 'unit', greatest(told.pieces, told.parts), told.parts) as most,
        if(
            net >= 500,
            least(most, greatest(methods.minor_ore, 2 * (net * 100 // (10000 + told.rate_bp)) - 2 * methods.minor_ore)),
            most
        )::bigint as e2
    from shop_vat as told
    inner join order_methods as methods using (order_key)
    inner join price_modes as modes using (order_key)
    where modes.price_mode <> 'unknown'
),
judged as (
    select
        measured.*,
        not is_rate_possible(measured.rate_bp, vat, net, e2) and not is_rate_possible(measured.rate_bp, vat, other_net, e2) as is_off,
        if(is_rate_possible(legal.below_bp, vat, net, e2), legal.below_bp, null) as below_bp,
        if(is_rate_possible(legal.above_bp, vat, net, e2), legal.above_bp, null) as above_bp
    from measured
    left join legal_rates as legal
        on legal.vat_country = measured.vat_country and legal.vat_region = measured.vat_region
        and legal.supply_date = measured.supply_date and legal.rate_bp = measured.rate_bp
),
suspected as (
    select *, (20000 * vat + net) // nullif(2 * net, 0) as implied_bp, 100 * ((implied_bp + 50) // 100) as whole_bp,
        10 * ((implied_bp + 5) // 10) as tenth_bp
    from judged
    where is_off or (coalesce(below_bp, above_bp) is not null and stated_bp is distinct from rate_bp)
),
-- A rate that the shop names and that no line has: told before the rate whose VAT is therefore missing.
strange as (
    select taxes.order_key, max(taxes.rate_bp) as used_bp
    from shop_taxes as taxes
    anti join vat_groups as groups on groups.order_key = taxes.order_key and groups.rate_bp = taxes.rate_bp
    where taxes.vat_ore <> 0 and not taxes.is_unnamed
    group by taxes.order_key
),
told as (
    select
        suspected.*,
        case
            when is_off and strange.used_bp is not null and scope = 'rate' then rate_text(strange.used_bp)
            when is_off and (net <= 0 or vat < 0 or suspected.rate_bp = 0) then ore_text(vat_ore)
            when not is_off then concat_ws(' / ', rate_text(below_bp), rate_text(rate_bp), rate_text(above_bp))
            when is_rate_possible(whole_bp, vat, net, e2) then rate_text(whole_bp)
            when is_rate_possible(tenth_bp, vat, net, e2) then rate_text(tenth_bp)
            else rate_text(implied_bp)
        end as value_read
    from suspected
    left join strange on strange.order_key = suspected.order_key
)
select
    order_key, scope, line_no, rate_bp, vat_country, treatment, vat_ore, value_read,
    if(rate_bp = 0, 'VAT_CHARGED_NOT_DUE', 'VAT_RATE_MISMATCH') as code,
    if(rate_bp = 0, treatment, vat_country || ' ' || rate_text(rate_bp)) as expected
from told
qualify row_number() over (partition by order_key order by not is_off, rate_bp = 0, scope, line_no, rate_bp desc) = 1
