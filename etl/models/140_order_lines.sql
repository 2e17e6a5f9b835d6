-- One row per line of a touched order: its amount after line and order discounts, in the order's price mode.
-- Discount lines are gone: their money is in discount_ore of the lines they reduce.
select
    lines_read.order_key,
    row_number() over (partition by lines_read.order_key order by lines_read.part, lines_read.source_record)::integer
        as line_no,
    lines_read.line_type,
    lines_read.sku,
    lines_read.description,
    lines_read.product_category,
    lines_read.supply_type,
    lines_read.quantity,
    lines_read.unit_price,
    lines_read.list_ore,
    coalesce(spread.discount_ore, 0) as discount_ore,
    lines_read.list_ore - coalesce(spread.discount_ore, 0) as amount_ore,
    lines_read.shop_rate,
    lines_read.shop_vat_ore,
    lines_read.is_taxable,
    lines_read.file_id,
    lines_read.source_record
from lines_read
left join discounts_spread as spread
    on spread.order_key = lines_read.order_key and spread.source_record = lines_read.source_record
    and spread.part = lines_read.part
where lines_read.line_type <> 'discount'
