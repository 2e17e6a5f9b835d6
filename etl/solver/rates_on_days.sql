-- One row per state, region, day and rate in force then that an order to explain may have been taxed at, with the rate it
-- took the place of (null: none since the table begins) and the last day of that one.
with asked as (
    select distinct
        rules.vat_country, coalesce(rules.vat_region, '') as region,
        coalesce(orders.shipped_date, orders.paid_date, orders.order_date) as day
    from line_rules as rules
    inner join orders_to_explain using (order_key)
    inner join core.orders as orders using (order_key)
    where rules.rate_bp is not null
)
select distinct
    asked.vat_country as state,
    asked.region,
    asked.day,
    (rates.rate * 100)::integer as rate_bp,
    (old.rate * 100)::integer as stale_bp,
    old.valid_to as stale_until
from asked
inner join setting.vat_rates as rates
    on rates.vat_country = asked.vat_country and coalesce(rates.region, '') = asked.region
    and asked.day between rates.valid_from and coalesce(rates.valid_to, date '9999-12-31')
left join setting.vat_rates as old
    on old.vat_country = rates.vat_country and coalesce(old.region, '') = asked.region and old.category = rates.category
    and old.valid_to = rates.valid_from - 1 and old.rate <> rates.rate
order by all
