-- One row per treatment, state and rate that a touched line has: the company's own VAT code. Which key of [vat.codes] fits?
-- TREATMENT:COUNTRY:RATE before TREATMENT:COUNTRY before TREATMENT; Greece may be written GR or EL. Null = no key fits, and
-- `vat_key` is the one to add.
with due as (
    select distinct r.treatment, d.vat_country, d.rate_bp
    from vat_rates_due as d
    inner join setting.vat_rules as r on r.rule_id = d.rule_id
    where d.rate_bp is not null
),
fitting as (
    select
        d.treatment, d.vat_country, d.rate_bp,
        arg_max(c.vat_code, (c.country is not null)::integer + (c.vat_rate is not null)::integer) as vat_code
    from due as d
    inner join setting.vat_codes as c on c.treatment = d.treatment
    left join setting.countries as n on n.iso2 = c.country
    where (c.country is null or coalesce(n.vat_country, c.country) = d.vat_country)
        and (c.vat_rate is null or c.vat_rate * 100 = d.rate_bp)
    group by d.treatment, d.vat_country, d.rate_bp
)
select
    d.treatment, d.vat_country, d.rate_bp, f.vat_code,
    case
        when d.rate_bp = 0 and d.treatment not in ('OSS_UNION', 'OSS_NONUNION', 'IOSS') then d.treatment
        else d.treatment || ':' || d.vat_country || ':' || rate_text(d.rate_bp)
    end as vat_key
from due as d
left join fitting as f on f.treatment = d.treatment and f.vat_country = d.vat_country and f.rate_bp = d.rate_bp
