-- One row per difference between a One Stop Shop return ($1) and the exported lines, and per line that is planned and not sent yet.
select side, what, document_id, line_no, vat_country, correction_period, currency, currency_amount, amount, net_amount
from review.oss_tieout
where period = $1 and side in ('difference', 'not_sent')
order by side, what, document_id nulls last, line_no, vat_country, currency
