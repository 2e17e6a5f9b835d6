-- One row per amount of a reclass voucher: what leaves the account it was sent to, where it belongs, the rest.
-- Positive = credit. Which question: which correction makes the sent payout right? One voucher per line, dated today
-- in an open period. Rule: accounting.md §5 (E 200 to R 200): the account that was sent is reversed, not the one that
-- is set today.
-- view: read once, by voucher_lines
with moved as (
    select *, 1 as part, 'error' as moved_role, from_error_amount as credit_amount from lines_reclassed
    union all
    select *, 2, account_role, to_order_amount from lines_reclassed
    union all
    select *, 3, difference_role, to_difference_amount from lines_reclassed
),
sent as (
    select line_key, account_role as moved_role, min(account) as account
    from core.journal_lines
    semi join lines_reclassed using (line_key)
    where batch_id is not null
    group by line_key, account_role
)
select
    text_key(concat_ws(chr(31), moved.line_key, 'reclass')) as voucher_key,
    'reclass' as voucher_kind,
    moved.acquirer,
    moved.journal,
    greatest(run.as_of, coalesce(periods.locked_until + 1, run.as_of)) as journal_date,
    run.as_of as wanted_date,
    row_number() over (partition by moved.line_key order by moved.part)::integer as line_no,
    moved.moved_role as account_role,
    case when moved.moved_role = 'debtor' then moved.debtor_account else sent.account end as account,
    'reclass' as cause,
    moved.credit_amount,
    case when moved.moved_role = 'debtor' then moved.invoice_no end as invoice_no,
    moved.reference,
    payouts.payout_key,
    payouts.payout_id,
    moved.order_key,
    moved.line_key,
    moved.transaction_id,
    moved.file_id,
    moved.source_record,
    md5(concat_ws(
        chr(31), moved.line_key, moved.account_role, own.account, moved.posted_amount, moved.from_error_amount,
        moved.invoice_no, moved.journal, run.as_of
    )) as content_hash
from moved
inner join core.payouts as payouts on payouts.payout_key = moved.payout_key and payouts.batch_id is not null
left join sent using (line_key, moved_role)
left join role_accounts as own on own.acquirer = moved.acquirer and own.account_role = moved.account_role
cross join setting.run as run
left join setting.periods as periods on true
where moved.credit_amount <> 0
