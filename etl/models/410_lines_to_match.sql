-- One row per acquirer line to decide: the lines of touched payouts that are not sent yet, and the sent lines of
-- touched_lines, whose order may have turned up (is_sent; they can only be reclassed, never posted again). Which
-- question: which lines does this run look at? The transfer itself is no line: it is what the lines must come to.
with sent as (
    select payout_key from core.payouts semi join touched_payouts using (payout_key) where batch_id is not null
),
touched as (
    select
        line_key, payout_key, shop, acquirer, line_type, payout_date, occurred_date, transaction_id,
        parent_transaction_id, order_no, order_digits, gross_amount, currency, presentment_amount,
        presentment_currency, file_id, source_record
    from core.payout_lines
    semi join touched_payouts using (payout_key)
    where line_type <> 'payout'
)
select *, false as is_sent
from touched
anti join sent using (payout_key)
union all
select *, true
from touched
semi join sent using (payout_key)
semi join touched_lines using (line_key)
where line_type in ('sale', 'refund')
