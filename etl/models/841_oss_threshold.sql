-- One row per day with sales that count towards the EUR 10,000 of Directive 2006/112 art. 59c. How near is the limit?
-- Net sales of goods and electronic services to consumers in other EU states, refunds not taken off; running_eur is the year's total
-- up to the day, with what the settings say was sold before the first staged order; share is percent of the limit.
-- status: above (this year's total or last year's is more than 10,000: exactly 10,000 is not), near (80 percent and more), below, unknown
-- (the settings do not say what was sold before: [vat] threshold). is_warning: on the newest day, near or above, where no One Stop Shop
-- is joined.
with based as (
    select
        any_value(prior_year_eur) as prior_year_eur,
        any_value(year_to_date_eur) as year_to_date_eur,
        coalesce(any_value(threshold_year), (select min(year(supply_date)) from core.threshold_sales)) as base_year,
        coalesce(any_value(oss), 'none') = 'none' and not coalesce(any_value(destination_from_first_sale), false) as is_at_origin,
        (select max(supply_date) from core.threshold_sales) as newest
    from setting.vat
), sold as (
    select supply_date, year(supply_date) as year, sum(net_eur_cents) as day_cents, count(*) as sales
    from core.threshold_sales group by supply_date
), running as (
    select
        sold.*,
        based.base_year,
        based.is_at_origin and sold.supply_date = based.newest as is_looked_at,
        if(sold.year = based.base_year, based.year_to_date_eur, 0) as base_eur,
        sum(day_cents) over (partition by sold.year order by supply_date)
            + cast(coalesce(if(sold.year = based.base_year, based.year_to_date_eur, 0), 0) * 100 as hugeint) as running_cents,
        based.prior_year_eur,
        based.year_to_date_eur
    from sold cross join based
), years as (
    select year, max(running_cents) as year_cents from running group by year
), compared as (
    select
        running.*,
        case
            when running.year = base_year then cast(prior_year_eur * 100 as hugeint)
            when running.year = base_year + 1 then cast(coalesce(years.year_cents, year_to_date_eur * 100) as hugeint)
            when running.year > base_year then coalesce(years.year_cents, 0)
        end as prior_cents,
        running.year = base_year and (year_to_date_eur is null or prior_year_eur is null)
            or running.year = base_year + 1 and year_to_date_eur is null
            or running.year < base_year as is_unknown
    from running
    left join years on years.year = running.year - 1
)
select
    year,
    supply_date,
    cast(sales as bigint) as sales,
    cast(day_cents * 0.01 as decimal(18, 2)) as net_eur,
    cast(running_cents * 0.01 as decimal(18, 2)) as running_eur,
    cast(prior_cents * 0.01 as decimal(18, 2)) as prior_year_eur,
    cast(10000 as decimal(18, 2)) as limit_eur,
    cast(running_cents * 0.0001 as decimal(18, 2)) as share,
    case
        when prior_cents > 1000000 or running_cents > 1000000 then 'above'
        when is_unknown then 'unknown'
        when running_cents >= 800000 then 'near'
        else 'below'
    end as status,
    is_looked_at and (coalesce(prior_cents > 1000000, false) or running_cents >= 800000) as is_warning
from compared
