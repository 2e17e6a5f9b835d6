-- One row per line of a payout voucher (one balanced voucher per payout that ties) or of a reclass voucher (a sent
-- line whose order turned up): accounting.md §1 and §5.
-- replaces: core.journal_lines by payout_key where batch_id is null and voucher_kind <> 'payment'
select *
from voucher_lines
where voucher_kind <> 'payment'
