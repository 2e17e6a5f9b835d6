-- One row per payout that gets a voucher now: it ties, nothing is missing, and it was not sent before. Which question:
-- which date and journal does the voucher carry, and is its content still the same (content_hash)? Rule: accounting.md
-- §12: one date per voucher; a locked period moves it to the first open day and keeps the wanted one.
with to_post as (
    select * from payout_sums anti join payout_problems as problems using (payout_key)
),
lines_hashed as (
    select
        payout_key,
        bit_xor(hash(
            line_key, account_role, status, gross_amount, posted_amount, posted_order_amount, reference, invoice_no,
            debtor_account
        )) as lines_hash
    from lines_posted
    semi join to_post using (payout_key)
    where not is_sent
    group by payout_key
),
roles_hashed as (
    select payout_key, bit_xor(hash(account_role, account, vat_code)) as roles_hash
    from payout_roles
    group by payout_key
)
select
    payout_key,
    sums.acquirer,
    sums.payout_id,
    acquirers.journal,
    acquirers.posting = 'grouped' as is_grouped,
    coalesce(acquirers.payout_to, 'bank') as transfer_role,
    sums.payout_date as wanted_date,
    case when sums.payout_date <= periods.locked_until then periods.locked_until + 1
        else sums.payout_date
    end as journal_date,
    sums.fee_amount + sums.fee_vat_amount as fee_amount,
    sums.declared_amount,
    sums.file_id,
    sums.source_record,
    md5(concat_ws(
        chr(31), lines_hash, roles_hash, acquirers.journal, acquirers.posting, journal_date, sums.fee_amount,
        sums.fee_vat_amount, sums.declared_amount
    )) as content_hash
from to_post as sums
left join lines_hashed using (payout_key)
left join roles_hashed using (payout_key)
inner join setting.acquirers as acquirers using (acquirer)
cross join setting.periods as periods
