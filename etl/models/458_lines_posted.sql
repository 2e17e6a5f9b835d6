-- One row per acquirer line to decide: its order, what goes to which account, what is left to a difference, and what
-- to tell. Which question: where does this money go? Positive = credit. Nothing waits for a match, except by
-- unmatched_after_days. Rule: the table of accounting.md §5, row for row. finding is the code of the one thing to tell
-- a person, or empty.
with judged as (
    select
        *,
        case when not is_payment and not is_dispute then null
            when match_rule is null and is_payment and due_date > as_of then 'waiting'
            when match_rule is null then 'unmatched'
            when order_key is null or is_other_acquirer then 'ambiguous'
            when comparison = 'excess' and not is_skipped then 'ambiguous'
            when is_payment and is_for_debtor and invoice_no is null then 'waiting'
            else 'matched'
        end as status
    from lines_gathered
    cross join setting.run
),
placed as (
    select
        *,
        case when line_type = 'ignored' then 'other_company'
            when is_dispute then 'disputes'
            when line_type in ('reserve_hold', 'reserve_release') then 'reserve'
            when line_type = 'topup' then transfer_role
            when line_type = 'fee' then 'fees'
            when not is_payment or status in ('unmatched', 'ambiguous') or match_rule is null then 'error'
            when is_for_debtor then 'debtor'
            else 'receivable'
        end as account_role
    from judged
)
select
    line_key, payout_key, is_sent, acquirer, line_type, gross_amount, occurred_date, transaction_id, file_id,
    source_record, order_key, order_currency, order_amount, expected_amount, reached_amount, comparison,
    posted_order_amount, invoice_no, debtor_account, due_date, status, account_role,
    coalesce(case when not is_other_acquirer then found_order_no end, line_reference) as reference,
    coalesce(match_rule, 'none') as match_rule,
    case when account_role in ('receivable', 'debtor') and not is_skipped then coalesce(posted_amount, gross_amount)
        else gross_amount
    end as posted_amount,
    case when comparison = 'within' then gross_amount - posted_amount else 0 end as difference,
    is_foreign,
    case when is_foreign then 'exchange_difference' else 'difference' end as difference_role,
    concat_ws(
        '; ',
        match_rule || ' ' || equal_text,
        case when comparison <> 'unknown' then reached_amount || ' of ' || expected_amount end,
        case when is_other_acquirer then 'not paid through ' || acquirer when is_skipped then 'skipped' end
    ) as certificate,
    case when status = 'unmatched' and is_payment then 'LINE_UNMATCHED'
        when status = 'ambiguous' and order_key is null then 'LINE_AMBIGUOUS'
        when status = 'ambiguous' and is_other_acquirer then 'LINE_OTHER_ACQUIRER'
        when status = 'ambiguous' then 'LINE_EXCEEDS_ORDER'
        when line_type = 'ignored' then 'LINE_OF_OTHER_COMPANY'
        when line_type = 'chargeback' then 'CHARGEBACK'
        when line_type = 'unknown' then 'LINE_TYPE_UNKNOWN'
        when account_role = 'error' and status is null then 'LINE_UNEXPLAINED'
        when status = 'waiting' and order_key is not null then 'AWAITS_INVOICE_NO'
        when is_skipped or not is_payment or order_key is null then null
        when comparison = 'part' then if(line_type = 'refund', 'PART_REFUND', 'PART_CAPTURE')
        when comparison = 'unknown' then if(line_type = 'refund', 'REFUND_NOT_KNOWN', 'PAYMENT_AMOUNT_UNKNOWN')
        when comparison is null then 'PRESENTMENT_UNKNOWN'
        when gross_amount <> posted_amount and not is_foreign then 'LINE_OFF_BY_ORE'
    end as finding
from placed
