-- One row per line of an order to explain, and per rate of the freight that follows goods of several rates.
-- rate_bp is null where no rate is known: such an order is not explained.
with line_discounts as (
    select order_key, source_record, file_id, to_ore(discount_amount) as line_discount_ore
    from current_rows
    where discount_amount <> 0 and has_lines
),
parts as (
    select order_key, line_no, part_no, rate_bp, amount_ore, vat_country from line_vat where line_no < 100000
)
select
    lines.order_key,
    lines.line_no,
    coalesce(parts.part_no, 1) as part_no,
    lines.line_type as kind,
    coalesce(lines.sku, lines.description, lines.line_type) as name,
    lines.quantity,
    if(lines.line_type in ('shipping', 'fee'), coalesce(parts.amount_ore, lines.amount_ore), lines.amount_ore) as amount_ore,
    lines.discount_ore as order_discount_ore,
    if(lines.line_type = 'item', coalesce(line_discounts.line_discount_ore, 0), 0) as line_discount_ore,
    (lines.shop_rate * 100)::integer as shop_bp,
    if(rules.rate_bp is null, null, coalesce(parts.rate_bp, rules.rate_bp)) as rate_bp,
    coalesce(parts.vat_country, rules.vat_country) as state,
    coalesce(rules.vat_region, '') as region
from order_lines as lines
inner join orders_to_explain using (order_key)
inner join line_rules as rules on rules.order_key = lines.order_key and rules.line_no = lines.line_no
left join parts on parts.order_key = lines.order_key and parts.line_no = lines.line_no
left join line_discounts on line_discounts.order_key = lines.order_key and lines.line_type = 'item'
    and line_discounts.source_record = lines.source_record and line_discounts.file_id = lines.file_id
order by lines.order_key, lines.line_no, part_no
