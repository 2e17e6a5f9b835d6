-- One row per account that a sent journal line moves: a line with an offset account moves two. How did an account come to its balance?
-- amount is debit less credit in the company's currency. clearing and open_items are sums of this view.
select
    account,
    coalesce(account_type, '') as account_type,
    journal_date,
    cast(coalesce(debit, 0) - coalesce(credit, 0) as decimal(18, 2)) as amount,
    voucher_key,
    voucher_kind,
    voucher,
    payout_key,
    payout_id,
    order_key,
    line_key,
    cause,
    batch_id
from core.journal_lines
where batch_id is not null and account is not null
union all
select
    offset_account,
    coalesce(offset_account_type, ''),
    journal_date,
    cast(coalesce(credit, 0) - coalesce(debit, 0) as decimal(18, 2)),
    voucher_key,
    voucher_kind,
    voucher,
    payout_key,
    payout_id,
    order_key,
    line_key,
    cause,
    batch_id
from core.journal_lines
where batch_id is not null and offset_account is not null
