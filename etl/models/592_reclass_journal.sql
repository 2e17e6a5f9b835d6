-- One row per line of a reclass voucher: a sent payout line whose order turned up (accounting.md §5).
-- replaces: core.journal_lines by payout_key where batch_id is null and voucher_kind = 'reclass'
select *
from voucher_lines
where voucher_kind = 'reclass'
