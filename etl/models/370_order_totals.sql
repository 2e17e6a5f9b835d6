-- One row per touched order: what the lines come to against what the shop states, and how far they may differ.
-- bound_ore: half a minor unit for each rounded amount (components and rate groups; of a shop that rounds per unit each unit too),
-- rounded up, never above the tolerance of 341 (vat.md 4.2 (5), 4.3). vat_bound_ore: the same for the VAT, and less than one
-- percentage point. rounding_ore is the one line that makes the invoice the paid total; rounding_kind says which, `cash` where the
-- order was paid in cash and its total is one that coins can pay (BEK 928 of 2008).
with sums as (
    select
        order_key,
        sum(net_ore)::bigint as net_ore,
        sum(vat_ore)::bigint as vat_ore,
        sum(gross_ore)::bigint as gross_ore,
        (sum(gross_ore) filter (rate_bp > 0))::bigint as taxed_gross_ore,
        abs(sum(net_ore) filter (rate_bp > 0))::bigint as taxed_net_ore,
        sum(canonical_ore)::bigint as canonical_ore,
        sum(line_ore)::bigint as line_ore,
        sum(unit_ore)::bigint as unit_ore,
        bool_and(is_carried) as is_carried,
        bool_and(is_known) as is_known,
        min(leeway_ore) as leeway_ore,
        count(*) filter (rate_bp > 0) as rates,
        max(rate_bp) as rate_bp,
        max(vat_rate) as vat_rate,
        sum(parts)::bigint as parts,
        sum(pieces)::bigint as pieces,
        coalesce(sum(parts) filter (rate_bp > 0), 0)::bigint as taxed_parts,
        count(*) as groups,
        arg_max(treatment, abs(gross_ore)) as treatment,
        arg_max(vat_country, abs(gross_ore)) as vat_country
    from vat_groups
    group by order_key
),
bounds as (
    select
        sums.*, modes.price_mode, modes.total_ore, modes.shop_vat_ore, methods.vat_method, methods.minor_ore, methods.is_cash,
        methods.currency, orders.source, company.language, rates_off.code is not distinct from 'VAT_RATE_MISMATCH' as is_rate_off,
        if(modes.price_mode = 'excl', sums.taxed_net_ore, abs(sums.taxed_gross_ore) - abs(coalesce(modes.shop_vat_ore, 0)))
            as shop_net_ore,
        least(
            methods.minor_ore * ((sums.parts + sums.groups + if(methods.vat_method = 'unit', sums.pieces, 0) + 1) // 2),
            methods.tolerance_ore
        ) as bound_ore
    from sums
    inner join price_modes as modes using (order_key)
    inner join order_methods as methods using (order_key)
    inner join core.orders as orders using (order_key)
    left join setting.company as company on true
    left join rates_off on rates_off.order_key = sums.order_key
),
compared as (
    select
        *,
        least(bound_ore, greatest(coalesce(leeway_ore, bound_ore + minor_ore) - minor_ore, 0)) as vat_bound_ore,
        total_ore - gross_ore as rounding_ore,
        coalesce(shop_vat_ore - vat_ore, 0) as vat_gap_ore
    from bounds
)
select
    * exclude (source, language),
    case
        when rounding_ore = 0 then null
        when is_cash and currency = 'DKK' and total_ore % 50 = 0 and abs(rounding_ore) <= 25 then 'cash'
        when abs(rounding_ore) <= bound_ore then 'rounding'
    end as rounding_kind,
    case rounding_kind
        when 'cash' then if(language = 'da', 'Øreafrunding, kontant', 'Cash rounding')
        when 'rounding' then concat(if(language = 'da', 'Øredifference (moms ', 'Rounding (VAT '), case vat_method
            when 'line' then if(language = 'da', 'pr. linje', 'per line')
            when 'unit' then if(language = 'da', 'pr. stk.', 'per unit')
            when 'carried' then if(language = 'da', 'pr. linje med overført rest', 'per line, rest carried')
            else if(language = 'da', 'pr. sats', 'per rate')
        end, ', ', source, ')')
    end as rounding_text
from compared
