-- One row per order whose money does not tie: a currency we cannot count in, price mode or discount unclear, VAT charged where none is
-- due, VAT at another rate, VAT or total off by more than rounding explains (vat.md 4.2). The rate is checked before any tolerance.
-- appends: findings_now
select 'order' as subject, order_key, 'hold' as effect, 69 as place, 'CURRENCY_DECIMALS' as code, 'currency' as field,
    currency as value_read, decimals_too_many::varchar as expected
from order_methods where decimals_too_many is not null
union all by name
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
select 'order' as subject, off.order_key, 'hold' as effect, 73 as place, off.code, if(off.scope = 'line', 'vat_amount', 'order_vat') as field,
    off.value_read, off.expected, lines.file_id, lines.source_record
from rates_off as off
left join order_lines as lines on lines.order_key = off.order_key and lines.line_no = off.line_no
-- An order without VAT is told by its own VAT above, where it has any.
inner join order_totals as totals on totals.order_key = off.order_key
where totals.rates > 0 or coalesce(totals.shop_vat_ore, 0) = 0
union all by name
select 'order' as subject, order_key, 'hold' as effect, 74 as place, 'VAT_TOTAL_MISMATCH' as code, 'order_vat' as field,
    ore_text(shop_vat_ore) as value_read, ore_text(vat_ore) as expected
from order_totals where rates > 0 and not is_rate_off and abs(vat_gap_ore) > vat_bound_ore
union all by name
select 'order' as subject, order_key, 'hold' as effect, 75 as place, 'TOTAL_MISMATCH' as code, 'order_total' as field,
    ore_text(total_ore) as value_read, ore_text(gross_ore) as expected
from order_totals where price_mode <> 'unknown' and rounding_ore <> 0 and rounding_kind is null
union all by name
select 'order' as subject, parts.order_key, 'hold' as effect, 76 as place, 'VAT_CODE_MISSING' as code, 'vat.codes' as field,
    concat_ws(':', min(parts.treatment), min(parts.vat_country), rate_text(min(parts.rate_bp))) as value_read, value_read as expected
from line_parts as parts
inner join order_methods as methods on methods.order_key = parts.order_key and methods.freight_vat = 'standard_rate'
inner join order_lines as lines on lines.order_key = parts.order_key and lines.line_no = parts.line_no
where lines.line_type in ('shipping', 'fee') and parts.rate_bp is not null and parts.vat_code is null and parts.treatment <> 'HOLD'
group by parts.order_key
