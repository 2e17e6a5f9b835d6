-- One row per different supply: everything VAT depends on that is the order's and not the line's, and the orders it stands for.
-- A treatment is decided once per supply and sort of line, not once per line. The threshold and the value of a consignment are
-- looked at only where they can decide: `-` elsewhere.
select
    row_number() over () as supply_id,
    p.shop, p.place_kind, p.route, p.place_hold, p.from_country, p.from_state, p.to_country, p.vat_country, p.region, p.supply_date,
    case when p.route = 'unclear' then p.territory_id end as unclear_territory_id,
    coalesce(n.buyer_number, 'none') as buyer_number,
    if(n.buyer_number is not null or coalesce(b.buyer_type, '') in ('b2b', 'ean'), 'business', 'consumer') as buyer,
    n.vat_number,
    case
        when p.route <> 'other_eu' or n.buyer_number is not null or s.oss = 'union' then '-'
        when s.is_without_threshold or not s.is_in_eu then 'above'
        else coalesce(t.threshold, 'unknown')
    end as threshold,
    if(p.route = 'import', coalesce(c.value_band, 'unknown'), '-') as value_band,
    case
        when not s.is_in_eu then 'outside' when p.from_state = s.state then 'home' when f.country is not null then 'yes' else 'no'
    end as local_from,
    case when p.vat_country = s.state then 'home' when d.country is not null then 'yes' else 'no' end as local_to,
    list(p.order_key) as order_keys
from supply_places as p
inner join vat_seller as s on s.shop = p.shop
inner join buyers as b on b.order_key = p.order_key
left join vat_buyers as n on n.order_key = p.order_key and n.place_kind = p.place_kind
left join thresholds as t on t.order_key = p.order_key
left join consignments as c on c.order_key = p.order_key
left join vat_registered as f on f.seller = s.seller and f.country = p.from_state
left join vat_registered as d on d.seller = s.seller and d.country = p.vat_country
group by all
