-- One row per line of a payout voucher: one balanced voucher per payout that ties (accounting.md §1).
-- replaces: core.journal_lines by payout_key where batch_id is null and voucher_kind = 'payout'
select *
from voucher_lines
where voucher_kind = 'payout'
