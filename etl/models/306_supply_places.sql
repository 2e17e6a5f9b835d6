-- One row per touched order and way of finding its place: the VAT territories it leaves from and arrives in. Which way does it go?
-- `route`: same_state, other_eu, third (out of the EU); of goods also stock_same, stock_other, stock_third (from a member state
-- that is not the seller's own: they stay there, go to another one, leave the EU), import, transit (from outside, into the EU or
-- past it); unclear (`place_hold` says why). Membership counts on the day of supply; Northern Ireland is a member for goods only.
with placed as (
    select
        a.order_key, a.place_kind, a.shop, a.supply_date, a.from_country, a.to_country, t.territory_id, s.state,
        coalesce(ft.vat_country, f.vat_country) as from_state,
        coalesce(t.vat_country, c.vat_country) as vat_country,
        coalesce(t.region, '') as region,
        coalesce(ft.region, '') as from_region,
        coalesce(
            if(ft.status is null, a.supply_date between f.eu_from and coalesce(f.eu_to, date '9999-12-31'), ft.status <> 'third'),
            false
        ) as is_from_eu,
        coalesce(
            if(t.status is null, a.supply_date between c.eu_from and coalesce(c.eu_to, date '9999-12-31'), t.status <> 'third'), false
        ) and (a.place_kind = 'goods' or coalesce(t.vat_country, c.vat_country) <> 'XI') as is_to_eu,
        case
            when a.to_country = '' then 'COUNTRY_MISSING'
            when c.iso2 is null or f.iso2 is null then 'COUNTRY_UNKNOWN'
            when a.supply_date is null then 'DATE_MISSING'
            when t.status = 'unclear' and not a.is_collected then 'VAT_TERRITORY_UNCLEAR'
        end as place_hold
    from supply_addresses as a
    inner join vat_seller as s on s.shop = a.shop
    left join supply_territories as t on t.country = a.to_country and t.place = a.to_place
    left join supply_territories as ft on ft.country = a.from_country and ft.place = a.from_place
    left join setting.countries as f on f.iso2 = a.from_country
    left join setting.countries as c on c.iso2 = a.to_country
)
select
    order_key, place_kind, shop, supply_date, from_country, from_state, from_region, to_country, vat_country, region,
    territory_id, place_hold,
    case
        when place_hold is not null then 'unclear'
        when place_kind = 'goods' and not is_from_eu then if(is_to_eu, 'import', 'transit')
        when from_state = 'XI' and vat_country = 'GB' then 'transit'  -- within one kingdom: no export
        when place_kind = 'goods' and from_state <> state
            then case when not is_to_eu then 'stock_third' when vat_country = from_state then 'stock_same' else 'stock_other' end
        when vat_country = from_state and (is_to_eu or not is_from_eu) then 'same_state'
        when is_to_eu then 'other_eu'
        else 'third'
    end as route
from placed
