-- One row per payout: its sums by kind of line, what the acquirer declares, and whether it is posted. Which question:
-- what became of this transfer? posted = it ties and has a voucher; held = a person must act; open = not yet. Rule:
-- accounting.md §1; refund and chargeback amounts keep their sign; difference = declared - net. Sent ones stay as they
-- are.
-- replaces: core.payouts by payout_key where batch_id is null
with decided as (
    select
        payout_key,
        bool_or(effect = 'hold') as is_held,
        arg_min(code, (effect <> 'hold', rank, field)) as reason_code
    from payout_problems
    group by payout_key
)
select
    payout_key,
    sums.acquirer,
    sums.merchant_account,
    sums.payout_id,
    sums.payout_date,
    sums.source,
    sums.currency_low as currency,
    sums.line_count,
    sums.gross_amount,
    sums.fee_amount,
    sums.fee_vat_amount,
    sums.refund_amount,
    sums.chargeback_amount,
    sums.other_amount,
    sums.net_amount,
    sums.declared_amount,
    sums.difference,
    case when decided.payout_key is null then 'posted' when decided.is_held then 'held' else 'open' end as status,
    decided.reason_code
from payout_sums as sums
left join decided using (payout_key)
