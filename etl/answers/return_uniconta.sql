-- One row per cause, state and currency of the lines that Uniconta's own report of a One Stop Shop period ($1) shows otherwise.
select why, vat_country, count(*)::bigint as lines, sum(difference)::decimal(18, 2) as difference, currency
from review.oss_uniconta
where period = $1
group by why, vat_country, currency
order by why, vat_country, currency
