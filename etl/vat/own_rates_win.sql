-- setting.vat_rates, one row per state, region, category and window of days, with `origin`: the company's own rates
-- (temp own_rates, windows that do not overlap) as they stand, and of the shipped ones the days that those leave.
create or replace temp table shipped_rates as from setting.vat_rates;

create or replace table setting.vat_rates as
with own as (
    select *, coalesce(valid_to, date '9999-12-31') as last_day from own_rates
),
-- One row per stretch of days that a key's own rates say nothing of: before each of them, and after the last.
silent as (
    select
        vat_country, region, category,
        coalesce(lag(last_day) over (partition by vat_country, region, category order by valid_from) + 1, date '0001-01-01')
            as first_day,
        valid_from - 1 as last_day
    from own
    union all
    select vat_country, region, category, max(last_day) + 1, date '9999-12-31'
    from own
    group by vat_country, region, category
    having max(last_day) < date '9999-12-31'
),
cut as (
    select
        s.* replace (
            greatest(s.valid_from, coalesce(g.first_day, s.valid_from)) as valid_from,
            nullif(
                least(coalesce(s.valid_to, date '9999-12-31'), coalesce(g.last_day, date '9999-12-31')), date '9999-12-31'
            ) as valid_to
        ),
        'shipped' as origin
    from shipped_rates as s
    left join silent as g
        on g.vat_country = s.vat_country and g.region is not distinct from s.region and g.category = s.category
    where g.vat_country is not null
        or not exists (
            select 1 from own as o
            where o.vat_country = s.vat_country and o.region is not distinct from s.region and o.category = s.category
        )
)
select * from cut where valid_from <= coalesce(valid_to, date '9999-12-31')
union all by name
select * exclude (last_day), 'workspace' as origin from own;

drop table shipped_rates;
drop table own_rates;
