-- One row per sum of the tie-out of a One Stop Shop return ($1): side and what (review.oss_tieout).
select side, what, count(*)::bigint as lines, sum(amount)::decimal(18, 2) as amount, sum(net_amount)::decimal(18, 2) as net_amount
from review.oss_tieout
where period = $1
group by side, what
order by list_position(['return', 'exported', 'difference', 'not_sent'], side), what
