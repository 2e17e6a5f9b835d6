-- One row per touched order and way of finding its place (goods, service, event): from where to where, as written, and the day.
-- Goods go to the delivery address, to the billing address where there is none, and nowhere when they are collected; services
-- belong to the billing address first. The day is that of dispatch, else of payment, else of order.
-- A place is the postcode, and only where some territory asks for it; with `|` and the city where a city decides.
with asking as (
    select iso_country, bool_or(city_part is not null) as asks_city
    from setting.territories where postcode_from is not null group by iso_country
),
wanted as (
    select distinct lines.order_key, sorts.place_kind
    from order_lines as lines
    inner join line_sorts as sorts
        on sorts.line_type is not distinct from lines.line_type and sorts.supply_type is not distinct from lines.supply_type
        and sorts.product_category is not distinct from lines.product_category
),
chosen as (
    select
        w.order_key, w.place_kind, s.shop,
        w.place_kind = 'goods' and coalesce(o.delivery, '') = 'collected' as is_collected,
        case when w.place_kind = 'goods' then coalesce(o.ship_from_country, s.ship_from) else s.country end as from_country,
        w.place_kind = 'goods' and coalesce(o.ship_from_country, s.ship_from) = s.ship_from as is_from_usual,
        s.ship_from_postcode, s.ship_from_city,
        case
            when w.place_kind = 'event' then [o.event_country, '', '']
            when w.place_kind = 'service' and o.billing_country is not null
                then [o.billing_country, o.billing_postcode, o.billing_city]
            when o.shipping_country is not null then [o.shipping_country, o.shipping_postcode, o.shipping_city]
            else [o.billing_country, o.billing_postcode, o.billing_city]
        end as address,
        coalesce(o.shipped_date, o.paid_date, o.order_date) as supply_date
    from wanted as w
    inner join core.orders as o on o.order_key = w.order_key
    inner join vat_seller as s on s.shop = o.shop
),
placed as (
    select
        c.*,
        coalesce(if(c.is_collected, c.from_country, c.address[1]), '') as to_country,
        if(c.is_from_usual, place_text(f.asks_city, c.ship_from_postcode, c.ship_from_city), '') as from_place,
        place_text(t.asks_city, c.address[2], c.address[3]) as to_place
    from chosen as c
    left join asking as f on f.iso_country = c.from_country
    left join asking as t on t.iso_country = c.address[1]
)
select
    order_key, place_kind, shop, from_country, from_place, to_country, supply_date, is_collected,
    if(is_collected, from_place, to_place) as to_place
from placed
