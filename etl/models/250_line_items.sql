-- One row per line of a touched order: the ERP item it is sold as.
-- source: known (snapshot or sent by us), create, default, named (shipping and the like, from [items]), missing (held).
with known as (
    select item from erp.items where is_blocked is not true
    union
    select item from core.items where batch_id is not null
),
seen as (
    select
        (select count(*) from erp.items) > 0 as is_seen,
        coalesce((select without_snapshot from setting.erp), 'hold') as without_snapshot
)
select
    lines.order_key,
    lines.line_no,
    case
        when lines.line_type = 'shipping' then items.shipping
        when lines.line_type = 'fee' then items.fee
        when lines.line_type = 'gift_card_sale' then items.gift_card
        when lines.line_type = 'tip' then items.tip
        when lines.line_type = 'rounding' then items.rounding
        when known.item is not null then lines.sku
        when lines.sku <> '' and items.is_create then lines.sku
        else nullif(items.default_item, '')
    end as item,
    case
        when lines.line_type <> 'item' then 'named'
        when known.item is not null then 'known'
        when lines.sku <> '' and items.is_create and not seen.is_seen and seen.without_snapshot <> 'create' then 'no_snapshot'
        when lines.sku <> '' and items.is_create then 'create'
        when items.default_item <> '' then 'default'
        else 'missing'
    end as source
from order_lines as lines
inner join core.orders as orders using (order_key)
inner join setting.items as items on items.shop = orders.shop
cross join seen
left join known on known.item = lines.sku
