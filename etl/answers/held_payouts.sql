-- Payouts that are held whole.
select
    acquirer,
    payout_id,
    payout_date,
    currency,
    net_amount,
    declared_amount,
    difference,
    reason_code as code,
    reason
from review.payouts
where status = 'held'
order by payout_date, payout_id
