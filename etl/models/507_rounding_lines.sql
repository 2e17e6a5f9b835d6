-- One row per touched order whose paid total takes a rounding: the one line that makes its invoice that total, with the NO_VAT code
-- (accounting.md 10). Cash has an item of its own.
select
    totals.order_key,
    if(totals.rounding_kind = 'cash', 'cash_rounding', 'rounding') as line_type,
    if(totals.rounding_kind = 'cash', items.cash_rounding, items.rounding) as item,
    coalesce(totals.rounding_text, items.rounding) as text,
    (select min(vat_code) from setting.vat_codes where treatment = 'NO_VAT') as vat_code,
    0::decimal(9, 4) as vat_rate,
    totals.vat_country,
    'NO_VAT' as treatment,
    totals.rounding_ore as net_ore,
    0::bigint as vat_ore,
    totals.rounding_ore as gross_ore,
    orders.file_id,
    orders.first_record as source_record
from order_totals as totals
inner join core.orders as orders using (order_key)
inner join setting.items as items on items.shop = orders.shop
where totals.rounding_ore <> 0
