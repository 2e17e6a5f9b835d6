-- One row per line of the One Stop Shop return: period, country of consumption, kind, where it left from, rate. What is to be declared?
-- Union scheme by quarter (2026Q4), import scheme by month (2026-11); sums per original currency, no rounding to whole units.
-- A credit note of an earlier period is a correction: correction_period names that period; within the period it just nets.
with standard_rates as (
    select vat_country, rate as vat_rate, valid_from, coalesce(valid_to, date '9999-12-31') as valid_to
    from setting.vat_rates where category = 'standard'
), declared as (
    select
        lines.*,
        if(lines.treatment = 'IOSS', lines.month, lines.quarter) as period,
        if(lines.treatment = 'IOSS', lines.credited_month, lines.credited_quarter) as credited_period,
        exists (
            select 1 from standard_rates
            where standard_rates.vat_country = lines.vat_country and standard_rates.vat_rate = lines.vat_rate
                and lines.document_date between standard_rates.valid_from and standard_rates.valid_to
        ) as is_standard
    from review.vat_lines as lines
    where lines.treatment in ('OSS_UNION', 'OSS_NONUNION', 'IOSS')
)
select
    period,
    vat_country,
    if(treatment = 'OSS_NONUNION' or ends_with(oss_section, 'services'), 'services', 'goods') as supply_kind,
    dispatch_country,
    if(is_standard, 'standard', 'reduced') as rate_type,
    vat_rate,
    cast(sum(net_amount) as decimal(18, 2)) as net_amount,
    cast(sum(vat_amount) as decimal(18, 2)) as vat_amount,
    currency,
    if(credited_period < period, credited_period, null) as correction_period
from declared
group by all
