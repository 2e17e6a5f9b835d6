-- One row per touched order that counts toward the EUR 10,000 of Directive 2006/112 art. 59c: goods sent from the seller's own
-- state and electronic services, to consumers in other member states. Net of the VAT of the seller's state, in euro cents.
-- Refunds are not taken off; cancelled orders do not count. Counted whatever the seller's scheme, so that the preview is whole.
-- replaces: core.threshold_sales by order_key
with counted as (
    select
        p.order_key, p.shop, any_value(p.supply_date) as supply_date, any_value(p.from_state) as from_state,
        coalesce(sum(l.amount_ore), 0)::bigint as amount_ore
    from order_lines as l
    inner join line_sorts as k
        on k.line_type is not distinct from l.line_type and k.supply_type is not distinct from l.supply_type
        and k.product_category is not distinct from l.product_category
    inner join supply_places as p on p.order_key = l.order_key and p.place_kind = k.place_kind and p.route = 'other_eu'
    left join vat_buyers as b on b.order_key = p.order_key and b.place_kind = p.place_kind
    where k.line_kind in ('goods', 'eservice') and b.buyer_number is null
    group by p.order_key, p.shop
),
nets as (
    select
        c.order_key, v.seller, c.supply_date, o.order_no, o.currency, o.exchange_rate, v.eur_rate, company.currency as own_currency,
        c.amount_ore - if(m.price_mode = 'incl', vat_in_gross_ore(c.amount_ore, (r.rate * 100)::integer), 0) as net_ore
    from counted as c
    inner join vat_seller as v on v.shop = c.shop
    inner join core.orders as o on o.order_key = c.order_key
    inner join price_modes as m on m.order_key = c.order_key
    cross join setting.company as company
    inner join setting.vat_rates as r on r.vat_country = c.from_state and r.category = 'standard' and r.region is null
        and c.supply_date between r.valid_from and coalesce(r.valid_to, date '9999-12-31')
    where coalesce(o.state, '') not in ('cancelled', 'voided', 'failed') and o.cancelled_date is null
)
select
    order_key, seller, supply_date, order_no,
    in_eur_cents(net_ore, currency, own_currency, exchange_rate, eur_rate) as net_eur_cents
from nets
