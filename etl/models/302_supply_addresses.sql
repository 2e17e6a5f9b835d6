-- One row per touched order: where its goods leave from and go to, as written, and the day of supply.
-- The delivery address counts, the billing address where there is none; the day of dispatch, else of payment, else of order.
-- `place` is the postcode, and only where some territory asks for it; with `|` and the city where a city decides.
with asking as (
    select iso_country, bool_or(city_part is not null) as asks_city
    from setting.territories
    where postcode_from is not null
    group by iso_country
)
select
    o.order_key,
    coalesce(o.ship_from_country, s.ship_from) as from_country,
    coalesce(o.shipping_country, o.billing_country, '') as to_country,
    case
        when a.iso_country is null then ''
        else coalesce(o.shipping_postcode, if(o.shipping_country is null, o.billing_postcode, null), '')
            || case
                when a.asks_city
                    then '|' || lower(coalesce(o.shipping_city, if(o.shipping_country is null, o.billing_city, null), ''))
                else ''
            end
    end as place,
    coalesce(o.shipped_date, o.paid_date, o.order_date) as supply_date
from touched_orders as t
inner join core.orders as o on o.order_key = t.order_key
cross join vat_seller as s
left join asking as a on a.iso_country = coalesce(o.shipping_country, o.billing_country)
