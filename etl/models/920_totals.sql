-- One row per order whose money does not tie: price mode or discount unclear, VAT charged where none is due, VAT at another
-- rate, VAT or total off by more than rounding explains (vat.md 4.2).
-- appends: findings_now
select 'order' as subject, order_key, 'hold' as effect, 70 as place, 'DISCOUNT_UNCLEAR' as code,
    'order_discount' as field, ore_text(rest_ore) as value_read, ore_text(discount_ore) as expected
from order_discounts where not is_clear
union all by name
select 'order' as subject, order_key, 'hold' as effect, 71 as place, 'PRICE_MODE_UNKNOWN' as code,
    'order_total' as field, ore_text(total_ore) as value_read,
    concat_ws(' / ', ore_text(lines_ore), ore_text(lines_ore + coalesce(shop_vat_ore, 0))) as expected
from price_modes where price_mode = 'unknown' or total_ore is null
union all by name
select 'order' as subject, order_key, 'hold' as effect, 72 as place, 'VAT_CHARGED_NOT_DUE' as code, 'order_vat' as field,
    ore_text(shop_vat_ore) as value_read, treatment as expected
from order_totals where rates = 0 and treatment <> 'HOLD' and abs(shop_vat_ore) > 0
union all by name
select 'order' as subject, order_key, 'hold' as effect, 73 as place, 'VAT_RATE_MISMATCH' as code, 'order_vat' as field,
    ore_text(shop_vat_ore) as value_read,
    concat(ore_text(vat_ore), ' (', vat_country, ' ', rate_text(rate_bp), ' %)') as expected
from order_totals where is_rate_off
union all by name
select 'order' as subject, order_key, 'hold' as effect, 74 as place, 'VAT_TOTAL_MISMATCH' as code, 'order_vat' as field,
    ore_text(shop_vat_ore) as value_read, ore_text(vat_ore) as expected
from order_totals where rates > 0 and not is_rate_off and abs(vat_gap_ore) > bound_ore
union all by name
select 'order' as subject, order_key, 'hold' as effect, 75 as place, 'TOTAL_MISMATCH' as code, 'order_total' as field,
    ore_text(total_ore) as value_read, ore_text(gross_ore) as expected
from order_totals where price_mode <> 'unknown' and abs(rounding_ore) > bound_ore
