-- One row per acquirer line that a person should know of: unmatched, ambiguous, a part, a chargeback, some øre off.
-- Which question: which lines did not simply pay an order? They hold nothing: the payout is posted. Rule:
-- accounting.md §5.
-- appends: findings_now
select
    'payout' as subject,
    lines.payout_key,
    lines.line_key,
    lines.finding as code,
    case when lines.finding in ('LINE_OFF_BY_ORE', 'AWAITS_INVOICE_NO', 'LINE_OF_OTHER_COMPANY') then 'info' else 'warn' end as effect,
    if(lines.finding in ('LINE_TYPE_UNKNOWN', 'LINE_UNEXPLAINED'), 'line_type', 'gross_amount') as field,
    case
        when lines.finding in ('AWAITS_INVOICE_NO', 'LINE_OF_OTHER_COMPANY') then lines.reference
        when lines.finding in ('PART_CAPTURE', 'PART_REFUND') then concat_ws(' ', lines.reference, lines.reached_amount)
        when lines.finding in ('LINE_TYPE_UNKNOWN', 'LINE_UNEXPLAINED') then lines.line_type
        else concat_ws(' ', lines.reference, lines.gross_amount)
    end as value_read,
    case
        when lines.finding in ('LINE_AMBIGUOUS', 'LINE_OTHER_ACQUIRER')
            then coalesce(alternatives.alternatives, lines.reference)
        when lines.comparison is not null then lines.expected_amount::varchar
        else accounts.account
    end as expected,
    lines.file_id,
    lines.source_record
from lines_posted as lines
left join line_alternatives as alternatives using (line_key)
left join role_accounts as accounts using (acquirer, account_role)
where lines.finding is not null and not lines.is_sent
