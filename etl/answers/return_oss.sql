-- One row per line of a One Stop Shop return in its original currency, with its conversion: parameter $1 is the return's period.
select * exclude (period, oss_line)
from review.oss_declaration
where period = $1
order by correction_period nulls first, scheme, vat_country, supply_kind, dispatch_country, vat_rate desc, currency
