-- One row per touched order that counts toward the EUR 10,000: where its seller stood when it was supplied, itself included.
-- `threshold`: below, above, unknown. More than 10,000 net in the year before or in this one is above, exactly 10,000 is below;
-- the sale that passes it is above already (vat.md 2). Days before the first one counted on are known from the settings:
-- `year_to_date_eur` is of `threshold_year`, else of the year of the first sale that counts. A sale whose value in euro is not known
-- (no exchange rate) makes the sums unknown from it on.
with sellers as (
    select seller, any_value(threshold_year) as threshold_year, any_value(prior_year_eur) as prior_year_eur,
        any_value(year_to_date_eur) as year_to_date_eur
    from vat_seller where oss <> 'union' group by seller
),
sales as (
    select
        order_key, seller, year(supply_date) as supply_year, net_eur_cents,
        if(count(*) over so_far = count(net_eur_cents) over so_far, sum(net_eur_cents) over so_far, null)::bigint as until_cents
    from core.threshold_sales where seller in (select seller from sellers)
    window so_far as (partition by seller, year(supply_date) order by supply_date, order_no, order_key)
),
years as (
    select
        seller, supply_year, if(count(*) = count(net_eur_cents), sum(net_eur_cents), null)::bigint as year_cents,
        min(supply_year) over (partition by seller) as first_year
    from sales group by seller, supply_year
),
stood as (
    select
        s.order_key, s.until_cents, sellers.prior_year_eur, sellers.year_to_date_eur,
        s.supply_year - coalesce(sellers.threshold_year, y.first_year) as years_on,
        if(before.seller is null, 0, before.year_cents) as year_before_cents
    from sales as s
    inner join touched_orders as t on t.order_key = s.order_key
    inner join sellers on sellers.seller = s.seller
    inner join years as y on y.seller = s.seller and y.supply_year = s.supply_year
    left join years as before on before.seller = s.seller and before.supply_year = s.supply_year - 1
),
compared as (
    select
        order_key,
        until_cents + if(years_on = 0, to_ore(year_to_date_eur), 0) as this_year_cents,
        case
            when years_on < 0 then null
            when years_on = 0 then to_ore(prior_year_eur)
            else year_before_cents + if(years_on = 1, to_ore(year_to_date_eur), 0)
        end as last_year_cents
    from stood
)
select
    order_key, this_year_cents, last_year_cents,
    case
        when this_year_cents > 1000000 or last_year_cents > 1000000 then 'above'
        when this_year_cents is null or last_year_cents is null then 'unknown'
        else 'below'
    end as threshold
from compared
