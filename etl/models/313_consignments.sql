-- One row per touched order whose goods come from outside the EU: is the consignment worth more than EUR 150 without its VAT?
-- `value_band`: low (not more), high, unknown. Freight does not count. What includes VAT is worth at most its price, at least
-- that less the VAT of the standard rate; between the two the shop's own VAT decides, and without it nobody knows.
with goods as (
    select
        p.order_key, any_value(p.shop) as shop, any_value(p.vat_country) as vat_country, any_value(p.supply_date) as supply_date,
        sum(l.amount_ore)::bigint as amount_ore, sum(l.shop_vat_ore)::bigint as shop_vat_ore
    from supply_places as p
    inner join order_lines as l on l.order_key = p.order_key and l.line_type = 'item'
    where p.route = 'import'
    group by p.order_key
),
bounds as (
    select
        g.order_key, v.eur_rate, o.currency, company.currency as own_currency, o.exchange_rate, m.price_mode,
        g.amount_ore as most_ore,
        g.amount_ore - if(m.price_mode = 'incl', g.shop_vat_ore, 0) as told_ore,
        g.amount_ore - if(m.price_mode = 'incl', vat_in_gross_ore(g.amount_ore, (r.rate * 100)::integer), 0) as least_ore
    from goods as g
    inner join vat_seller as v on v.shop = g.shop
    inner join core.orders as o on o.order_key = g.order_key
    inner join price_modes as m on m.order_key = g.order_key
    cross join setting.company as company
    left join setting.vat_rates as r on r.vat_country = g.vat_country and r.category = 'standard' and r.region is null
        and g.supply_date between r.valid_from and coalesce(r.valid_to, date '9999-12-31')
),
values_eur as (
    select
        order_key,
        in_eur_cents(most_ore, currency, own_currency, exchange_rate, eur_rate) as most_cents,
        in_eur_cents(told_ore, currency, own_currency, exchange_rate, eur_rate) as told_cents,
        in_eur_cents(least_ore, currency, own_currency, exchange_rate, eur_rate) as least_cents
    from bounds
)
select
    order_key,
    case
        when most_cents <= 15000 or told_cents <= 15000 then 'low'
        when least_cents > 15000 or told_cents > 15000 then 'high'
        else 'unknown'
    end as value_band
from values_eur
