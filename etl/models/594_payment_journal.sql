-- One row per payment that our journal registers, with its offset account (accounting.md §2, register = journal, and
-- §9).
-- replaces: core.journal_lines by order_key where batch_id is null and voucher_kind = 'payment'
select *
from voucher_lines
where voucher_kind = 'payment'
