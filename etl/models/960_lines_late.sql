-- One row per acquirer line of a sent payout that was not part of what was sent, or whose amounts are stated anew.
-- Which question: did something arrive after posting? The payout stands, the line waits for a person (architecture §7,
-- payouts).
-- appends: findings_now
with sent as (
    select payout_key
    from core.payouts
    semi join touched_payouts using (payout_key)
    where batch_id is not null
),
known as (
    select line_key, max(abs(amount)) as amount
    from core.payout_matches
    semi join sent using (payout_key)
    where batch_id is not null
    group by line_key
)
select
    'payout' as subject,
    lines.payout_key,
    lines.line_key,
    'PAYOUT_LINE_LATE' as code,
    'hold' as effect,
    'gross_amount' as field,
    concat_ws(' ', lines.order_no, lines.gross_amount - lines.fee_amount - lines.fee_vat_amount) as value_read,
    null as expected,
    lines.file_id,
    lines.source_record
from core.payout_lines as lines
semi join sent using (payout_key)
left join known using (line_key)
where lines.line_type <> 'payout' and known.amount is distinct from abs(lines.gross_amount)
