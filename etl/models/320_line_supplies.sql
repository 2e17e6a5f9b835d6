-- One row per different sort of line of a supply: every fact the decision table asks about, and the lines it stands for.
-- Freight and fees follow the goods (is_follower): the same treatment, and the goods' rates (340). Without a category of the
-- rate table the standard rate is due. `era`: the last day on which some rule began to hold.
with orders as (
    select supply_id, place_kind, unnest(order_keys) as order_key from supplies
),
-- Freight and fees of an order without goods have nobody to follow.
alone as (
    select distinct order_key from order_lines
    where line_type in ('shipping', 'fee')
        and order_key not in (select order_key from order_lines where line_type = 'item')
),
kinds as (
    select
        o.supply_id, k.line_kind, k.mapped_category,
        l.line_type in ('shipping', 'fee') and a.order_key is null as is_follower,
        l.line_type, l.product_category, l.shop_rate,
        list(l.order_key) as order_keys,
        list(l.line_no) as line_nos
    from order_lines as l
    inner join line_sorts as k
        on k.line_type is not distinct from l.line_type and k.supply_type is not distinct from l.supply_type
        and k.product_category is not distinct from l.product_category
    inner join orders as o on o.order_key = l.order_key and o.place_kind = k.place_kind
    left join alone as a on a.order_key = l.order_key
    group by all
),
eras as (
    select supply_date, max(r.first_day) as era
    from (select distinct supply_date from supplies) as days
    inner join (
        select valid_from as first_day from setting.vat_rules where valid_from is not null
        union select valid_to + 1 from setting.vat_rules where valid_to is not null
    ) as r on r.first_day <= days.supply_date
    group by supply_date
)
select
    row_number() over () as kind_id,
    k.*,
    if(k.mapped_category is null or k.mapped_category = 'electronics_rc', 'standard', k.mapped_category) as category,
    case
        when k.line_kind = 'gift_card' then v.gift_cards
        when k.mapped_category = 'electronics_rc' and s.buyer_number <> 'none' then v.electronics_to_business
        else 'none'
    end as special,
    s.shop, s.route, s.buyer, s.buyer_number, s.supply_date, v.seller_registered, v.oss, s.threshold, s.value_band,
    s.local_from, s.local_to, e.era
from kinds as k
inner join supplies as s on s.supply_id = k.supply_id
inner join vat_seller as v on v.shop = s.shop
left join eras as e on e.supply_date = s.supply_date
