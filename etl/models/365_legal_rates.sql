-- One row per state, region, day and rate by which VAT of a touched order is due: the next lower and the next higher legal rate there
-- on that day; null where there is none. Rates are in basis points.
with due as (
    select distinct groups.vat_country, groups.vat_region, methods.supply_date, groups.rate_bp
    from vat_groups as groups
    inner join order_methods as methods using (order_key)
    where groups.is_known
)
select
    due.vat_country, due.vat_region, due.supply_date, due.rate_bp,
    (max(rates.rate * 100) filter (rates.rate * 100 < due.rate_bp))::integer as below_bp,
    (min(rates.rate * 100) filter (rates.rate * 100 > due.rate_bp))::integer as above_bp
from due
left join setting.vat_rates as rates
    on rates.vat_country = due.vat_country and coalesce(rates.region, '') = due.vat_region
    and due.supply_date between rates.valid_from and coalesce(rates.valid_to, date '9999-12-31')
group by due.vat_country, due.vat_region, due.supply_date, due.rate_bp
