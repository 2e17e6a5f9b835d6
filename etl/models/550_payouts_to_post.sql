-- One row per payout that gets a voucher now: it ties, nothing is missing, and it was not sent before.
-- Which question: which date and journal does the voucher carry? Rule: accounting.md §12: one date per voucher; a locked period
-- moves it to the first open day and keeps the wanted one.
select
    sums.payout_key,
    sums.acquirer,
    sums.payout_id,
    acquirers.journal,
    acquirers.posting = 'grouped' as is_grouped,
    coalesce(acquirers.payout_to, 'bank') as transfer_role,
    sums.payout_date as wanted_date,
    case when sums.payout_date <= periods.locked_until then periods.locked_until + 1 else sums.payout_date end as journal_date,
    sums.currency_low as currency,
    sums.fee_amount + sums.fee_vat_amount as fee_amount,
    sums.declared_amount,
    sums.file_id,
    sums.source_record
from payout_sums as sums
anti join payout_problems as problems using (payout_key)
inner join setting.acquirers as acquirers using (acquirer)
cross join setting.periods as periods
