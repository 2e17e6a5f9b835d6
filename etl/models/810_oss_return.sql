-- One row per line of the One Stop Shop return: period, country of consumption, kind, where it left from, rate. What is to be declared?
-- Union scheme by quarter (2026Q4), import scheme by month (2026-11); sums per original currency, no rounding to whole units.
-- What belongs to an earlier period is a correction: correction_period names that period; within the period a refund just nets.
-- Corrections of a return that was due more than three years ago are not here but in oss_direct.
select
    oss_period as period,
    vat_country,
    supply_kind,
    dispatch_country,
    rate_type,
    vat_rate,
    cast(sum(net_amount) as decimal(18, 2)) as net_amount,
    cast(sum(vat_amount) as decimal(18, 2)) as vat_amount,
    currency,
    correction_period,
    oss_scheme as scheme,
    oss_line
from review.vat_lines
where oss_line is not null
group by all
