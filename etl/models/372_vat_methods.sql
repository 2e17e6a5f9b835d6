-- One row per touched order whose shop tells its VAT: which ways of rounding give exactly that VAT (vat.md 4.2 (3)).
-- Evidence only: a way is used when a person has said so ([[shops]] vat_method). Where the shop tells the VAT of lines, the way that
-- carries rests must give those as well. VAT at another rate is no evidence of a way of rounding, unless one explains it.
-- replaces: core.vat_methods by order_key
select
    order_key,
    shop_vat_ore = canonical_ore as is_canonical,
    shop_vat_ore = line_ore as is_line,
    shop_vat_ore = unit_ore as is_unit,
    shop_vat_ore = canonical_ore and is_carried as is_carried
from order_totals
where rates > 0 and is_known and price_mode <> 'unknown' and shop_vat_ore is not null
    and (not is_rate_off or shop_vat_ore in (canonical_ore, line_ore, unit_ore))
