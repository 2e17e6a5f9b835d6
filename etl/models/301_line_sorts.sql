-- One row per different sort of line that the touched orders have: what it is to VAT, and by which address its place is found.
-- `line_kind`: goods, eservice, service, event, stream, margin, gift_card, no_vat, unknown. `place_kind`: goods are where they
-- are sent to, services where the buyer belongs, events where they take place (vat.md 1.6). Freight and fees are goods here and
-- follow them (320). A shop's product category means what [vat.supply_types] and [vat.categories] say, without regard to case.
with seen as (
    select distinct line_type, supply_type, product_category from order_lines
),
categories as (
    select lower(trim(product_category)) as product_category, min(category) as category
    from setting.vat_categories group by 1
),
supply_types as (
    select lower(trim(product_category)) as product_category, min(supply_type) as supply_type
    from setting.vat_supply_types group by 1
),
kinds as (
    select
        seen.line_type, seen.supply_type, seen.product_category,
        if(seen.line_type = 'item', c.category, null) as mapped_category,
        case
            when seen.line_type = 'gift_card_sale' then 'gift_card'
            when seen.line_type in ('tip', 'rounding') then 'no_vat'
            when seen.line_type in ('shipping', 'fee') then 'goods'
            when seen.line_type <> 'item' then 'unknown'
            when coalesce(seen.supply_type, 'goods') = 'goods' then coalesce(t.supply_type, 'goods')
            when seen.supply_type in ('eservice', 'service', 'event', 'stream', 'margin') then seen.supply_type
            else 'unknown'
        end as line_kind
    from seen
    left join categories as c on c.product_category = lower(trim(seen.product_category))
    left join supply_types as t on t.product_category = lower(trim(seen.product_category))
)
select
    row_number() over () as sort_id,
    *,
    case
        when line_kind in ('eservice', 'service', 'stream') then 'service' when line_kind = 'event' then 'event' else 'goods'
    end as place_kind
from kinds
