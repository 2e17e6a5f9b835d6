-- One row per touched order: the VAT territories its goods leave from and arrive in. Which way do they go?
-- `route`: same_state, other_eu, third, stock_abroad (they do not leave from the seller's own state), unclear (`place_hold`
-- says why). Membership counts on the day of supply. Northern Ireland is the state XI, for goods.
with placed as (
    select
        a.order_key, a.supply_date, a.from_country, a.to_country,
        f.vat_country as from_state,
        f.vat_country = s.state and a.supply_date between f.eu_from and coalesce(f.eu_to, date '9999-12-31') as is_from_home,
        coalesce(t.vat_country, c.vat_country) as vat_country,
        coalesce(t.region, '') as region,
        t.territory_id,
        if(t.status is null, a.supply_date between c.eu_from and coalesce(c.eu_to, date '9999-12-31'), t.status = 'eu') as is_eu,
        case
            when a.to_country = '' then 'COUNTRY_MISSING'
            when c.iso2 is null then 'COUNTRY_UNKNOWN'
            when a.supply_date is null then 'DATE_MISSING'
            when t.status = 'unclear' then 'VAT_TERRITORY_UNCLEAR'
        end as place_hold
    from supply_addresses as a
    cross join vat_seller as s
    left join supply_territories as t on t.to_country = a.to_country and t.place = a.place
    left join setting.countries as f on f.iso2 = a.from_country
    left join setting.countries as c on c.iso2 = a.to_country
)
select
    order_key, supply_date, from_country, from_state, to_country, vat_country, region, territory_id, place_hold,
    case
        when place_hold is not null then 'unclear'
        when not coalesce(is_from_home, false) then 'stock_abroad'
        when not coalesce(is_eu, false) then 'third'
        when vat_country = from_state then 'same_state'
        else 'other_eu'
    end as route
from placed
