-- One row per line of a touched order as the shop wrote it, the order's own shipping and fee as lines of their own.
-- list_ore is the line after its own discount: the shop's line amount where it exports one, else quantity times price. Above
-- a million million it is cut off, which never ties: such an order is held and does not stop a run.
with gift_cards as (
    select orders.order_key, settings.gift_card_skus
    from core.orders as orders
    inner join touched_orders using (order_key)
    inner join setting.items as settings on settings.shop = orders.shop
),
items as (
    select
        order_key, file_id, source_record, 1 as part, sku, description, product_category, supply_type, unit_price,
        case when list_contains(gift_card_skus, sku) then 'gift_card_sale' else coalesce(line_type, 'item') end as line_type,
        coalesce(quantity, 1) as quantity,
        line_ore(coalesce(
            line_amount, round(coalesce(quantity, 1)::decimal(38, 6) * unit_price, 2) - coalesce(discount_amount, 0)
        )) as list_ore,
        vat_rate as shop_rate,
        to_ore(vat_amount) as shop_vat_ore,
        line_is_taxable as is_taxable
    from current_rows
    inner join gift_cards using (order_key)
    where has_lines and (sku is not null or description is not null or line_amount is not null or unit_price is not null)
),
order_level as (
    select order_key, file_id, source_record, 2 as part, 'shipping' as line_type, order_shipping as amount
    from current_rows where source_record = first_record and order_shipping <> 0
    union all
    select order_key, file_id, source_record, 3 as part, 'fee' as line_type, order_fee as amount
    from current_rows where source_record = first_record and order_fee <> 0
)
select * from items
union all by name
select
    order_key, file_id, source_record, part, line_type, 'goods' as supply_type, 1 as quantity, amount as unit_price,
    line_ore(amount) as list_ore
from order_level
