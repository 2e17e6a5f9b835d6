-- One row per touched order, VAT rate, code and treatment: what its lines come to, and their VAT by each way of rounding (vat.md 4.2 (3)).
-- canonical_ore: rounded once; line_ore: per line; unit_ore: per unit. pieces: how many amounts a shop that rounds per unit rounded.
-- leeway_ore: less than the VAT of one percentage point, so that no rate passes for rounding; only from a net amount of 5.00.
select
    order_key, rate_bp, vat_code, treatment,
    min(vat_country) as vat_country,
    coalesce(min(vat_region), '') as vat_region,
    min(vat_rate) as vat_rate,
    bool_and(is_known) as is_known,
    count(*) as parts,
    count(sold_ore) as sold_parts,
    count(shop_vat_ore) as told_parts,
    sum(greatest(ceil(abs(quantity)), 1))::bigint as pieces,
    sum(amount_ore)::bigint as amount_ore,
    sum(net_ore)::bigint as net_ore,
    sum(vat_ore)::bigint as vat_ore,
    sum(gross_ore)::bigint as gross_ore,
    sum(canonical_ore)::bigint as canonical_ore,
    sum(line_ore)::bigint as line_ore,
    sum(unit_ore)::bigint as unit_ore,
    bool_and(coalesce(shop_vat_ore = canonical_ore, true)) as is_carried,
    if(min(shop_rate) = max(shop_rate), (min(shop_rate) * 100)::integer, null) as stated_bp,
    case when rate_bp > 0 and abs(sum(net_ore)) >= 500
        then (abs(sum(net_ore)) * 100 // (10000 + rate_bp))::bigint end as leeway_ore
from line_vat
group by order_key, rate_bp, vat_code, treatment
