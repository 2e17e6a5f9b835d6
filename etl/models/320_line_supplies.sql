-- One row per different kind of line of a supply: every fact the decision table asks about, and the lines it stands for.
-- Freight and fees follow the goods (is_follower): the same treatment, and the goods' rates (340). A shop's product category
-- means what [vat.categories] says, without regard to case; without an entry the standard rate is due.
with orders as (
    select supply_id, unnest(order_keys) as order_key from supplies
),
-- Freight and fees of an order without goods have nobody to follow.
alone as (
    select distinct order_key from order_lines
    where line_type in ('shipping', 'fee')
        and order_key not in (select order_key from order_lines where line_type = 'item')
),
categories as (
    select lower(trim(product_category)) as product_category, min(category) as category
    from setting.vat_categories
    group by 1
),
kinds as (
    select
        o.supply_id,
        case
            when l.line_type in ('gift_card_sale', 'tip', 'rounding') then 'no_vat'
            when l.line_type in ('shipping', 'fee') then 'goods'
            when l.line_type <> 'item' then 'unknown'
            when l.supply_type is null or l.supply_type = 'goods' then 'goods'
            when l.supply_type in ('eservice', 'service') then 'service'
            when l.supply_type = 'event' then 'event'
            else 'unknown'
        end as line_kind,
        l.line_type in ('shipping', 'fee') and a.order_key is null as is_follower,
        l.line_type, l.product_category, l.shop_rate,
        if(l.line_type = 'item', c.category, null) as mapped_category,
        list(l.order_key) as order_keys,
        list(l.line_no) as line_nos
    from orders as o
    inner join order_lines as l on l.order_key = o.order_key
    left join alone as a on a.order_key = l.order_key
    left join categories as c on c.product_category = lower(trim(l.product_category))
    group by all
)
select
    row_number() over () as kind_id,
    k.*,
    if(k.mapped_category is null or k.mapped_category = 'electronics_rc', 'standard', k.mapped_category) as category,
    if(k.mapped_category = 'electronics_rc' and s.is_business, v.electronics_to_business, 'none') as special,
    s.route, s.buyer_number, s.supply_date, v.seller_registered, v.oss, v.threshold
from kinds as k
inner join supplies as s on s.supply_id = k.supply_id
cross join vat_seller as v
