-- One row per line of a payout voucher, numbered: what its lines post, the fee in one amount, the transfer. Positive =
-- credit. Which question: what stands in the voucher? posting = grouped: receivables and differences in one line per
-- kind; all else stays line by line, so that it can be seen. Rule: accounting.md §1, §6 (VAT is in the fee's code),
-- §7.
-- view: read by voucher_lines
with single as (
    select * exclude (is_grouped), 1 as place
    from line_postings
    where not is_grouped
),
grouped as (
    select
        payout_key, part, account_role, cause, order_currency, sum(credit_amount) as credit_amount,
        sum(credit_order_currency) as credit_order_currency, arg_min(file_id, (file_id, source_record)) as file_id,
        arg_min(source_record, (file_id, source_record)) as source_record, 1 as place
    from line_postings
    where is_grouped
    group by payout_key, part, account_role, cause, order_currency
    having sum(credit_amount) <> 0
),
postings as (
    select * from single
    union all by name
    select * from grouped
    union all by name
    select
        payout_key, 2 as place, 1 as part, 'fees' as account_role, 'fee' as cause, -fee_amount as credit_amount,
        file_id, source_record
    from payouts_to_post
    where fee_amount <> 0
    union all by name
    select
        payout_key, 3 as place, 1 as part, transfer_role as account_role, 'payout' as cause,
        -declared_amount as credit_amount, file_id, source_record
    from payouts_to_post
    where declared_amount <> 0
),
numbered as (
    select
        * exclude (place, part, occurred_date),
        row_number() over (
            partition by payout_key order by place, occurred_date, line_key, part, account_role, cause, order_currency
        )::integer as line_no
    from postings
)
select
    payout_key as voucher_key,
    'payout' as voucher_kind,
    payouts.acquirer,
    payouts.journal,
    payouts.journal_date,
    payouts.wanted_date,
    payouts.payout_id,
    payouts.content_hash,
    numbered.*
from numbered
inner join payouts_to_post as payouts using (payout_key)
