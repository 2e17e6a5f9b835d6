-- One row per period of a One Stop Shop return and currency in it: the European Central Bank's rate, and of which day it is.
-- The last day of the period, or the next day on which the bank publishes, if none (Directive 2006/112 art. 369h(2)): weekends, 1 January,
-- Good Friday, Easter Monday, 1 May, 25 and 26 December have none (those of Easter that meet a month's end until 2050 are listed).
-- A later rate is taken only where that must be the next one: no publication day lies between, or its file has the days before too.
-- units_per_eur is empty where no dropped file has it.
with seen as materialized (
    select distinct oss_period, correction_period, currency from review.vat_lines where oss_period is not null
), wanted as (
    select distinct periods.period, currencies.currency
    from (select oss_period as period from seen union all select correction_period from seen) as periods
    cross join (select currency from seen union all select currency from setting.company) as currencies
    where periods.period is not null and currencies.currency is not null
), ended as (
    select
        *,
        last_day(make_date(
            cast(left(period, 4) as bigint),
            if(period[5] = 'Q', cast(substr(period, 6) as bigint) * 3, cast(substr(period, 6) as bigint)),
            1
        )) as last_day
    from wanted
), published as (
    select
        *,
        list_min(list_filter(
            list_transform(range(0, 8), lambda days: last_day + cast(days as integer)),
            lambda day: isodow(day) < 6 and strftime(day, '%m-%d') not in ('01-01', '05-01', '12-25', '12-26')
                and day not in (date '2024-04-01', date '2029-04-02', date '2040-04-02')
        )) as publication_day
    from ended
), found as (
    select
        published.period,
        published.currency,
        published.last_day,
        published.publication_day,
        min(rates.rate_date) as rate_date,
        arg_min(rates.units_per_eur, rates.rate_date) as units_per_eur,
        arg_min(rates.file_id, rates.rate_date) as file_id
    from published
    left join staging.exchange_rates as rates
        on rates.fate = 'reference' and rates.currency = published.currency and rates.units_per_eur > 0
        and rates.rate_date between published.last_day and published.last_day + 7
    group by all
), proven as (
    select
        *,
        rate_date <= publication_day or exists (
            select 1 from staging.exchange_rates as before
            where before.file_id = found.file_id and before.rate_date between found.last_day - 7 and found.last_day - 1
        ) as is_proven
    from found
)
select
    proven.period,
    proven.currency,
    proven.last_day,
    case
        when proven.currency = 'EUR' then proven.last_day
        when proven.is_proven then proven.rate_date
    end as rate_date,
    case
        when proven.currency = 'EUR' then cast(1 as decimal(18, 6))
        when proven.is_proven then proven.units_per_eur
    end as units_per_eur,
    proven.publication_day,
    files.file_name
from proven
left join staging.files as files on proven.is_proven and files.file_id = proven.file_id
