-- One row per different supply: everything VAT depends on that is the order's and not the line's, and the orders it stands for.
-- A treatment is decided once per supply and kind of line, not once per line.
select
    row_number() over () as supply_id,
    p.route, p.place_hold, p.from_country, p.from_state, p.to_country, p.vat_country, p.region, p.supply_date,
    case when p.route = 'unclear' then p.territory_id end as unclear_territory_id,
    coalesce(b.buyer_number, 'none') as buyer_number,
    coalesce(b.is_business, false) as is_business,
    b.vat_number,
    list(p.order_key) as order_keys
from supply_places as p
left join vat_buyers as b on b.order_key = p.order_key
group by all
