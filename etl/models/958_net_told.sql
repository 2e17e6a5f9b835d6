-- One row per acquirer line whose net amount is not its gross less fee and VAT of the fee. Which question: does the
-- file contradict itself? Told only: whether the payout ties decides, by gross and fee. Rule: architecture §5.
-- appends: findings_now
select
    'payout' as subject,
    payout_key,
    line_key,
    'PAYOUT_NET_DIFFERS' as code,
    'warn' as effect,
    'net_amount' as field,
    net_amount::varchar as value_read,
    (gross_amount - fee_amount - fee_vat_amount)::varchar as expected,
    file_id,
    source_record
from core.payout_lines
semi join touched_payouts using (payout_key)
where line_type <> 'payout' and net_amount <> gross_amount - fee_amount - fee_vat_amount
