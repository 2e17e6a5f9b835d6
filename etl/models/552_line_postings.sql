-- One row per amount that an acquirer line posts: to its account, and the rest to a difference. Positive = credit.
-- Which question: what does each line contribute to the voucher? Rule: accounting.md §5 (the receivable takes the
-- invoice's amount, the øre go to the difference) and §8 (a foreign order leaves an exchange difference).
-- view: read by payout_postings
select
    payout_key, is_grouped and account_role = 'receivable' as is_grouped, line_key, occurred_date, 1 as part,
    account_role,
    case when account_role = 'error' and status is not null then status else line_type end as cause,
    posted_amount as credit_amount,
    case when is_foreign and account_role in ('receivable', 'debtor') then order_currency end as order_currency,
    case when is_foreign and account_role in ('receivable', 'debtor') then posted_order_amount end
        as credit_order_currency,
    case when account_role = 'debtor' then debtor_account end as account,
    case when account_role = 'debtor' then invoice_no end as invoice_no,
    case when status = 'matched' then order_key end as order_key,
    reference, transaction_id, lines.file_id, lines.source_record
from lines_posted as lines
inner join payouts_to_post as payouts using (payout_key)
where posted_amount <> 0 and not is_sent
union all
select
    payout_key, is_grouped, line_key, occurred_date, 2, difference_role, 'difference', gross_amount - posted_amount,
    null, null, null, null, order_key, reference, transaction_id, lines.file_id, lines.source_record
from lines_posted as lines
inner join payouts_to_post as payouts using (payout_key)
where posted_amount <> gross_amount and not is_sent
