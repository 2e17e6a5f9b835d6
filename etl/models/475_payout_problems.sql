-- One row per reason why a touched payout is not posted: hold (a person must act) or wait (something is still to come).
-- Which question: what stands between this payout and its voucher? Matching does not. Rule: accounting.md §1 (it ties
-- exactly, or is held whole), §5, §6, §12 (locked periods); rank says which one is told first.
with judged as (
    select
        sums.*,
        acquirers.acquirer is not null as is_known,
        acquirers.fee_vat,
        acquirers.journal,
        'acquirers.' || acquirer || '.' as own,
        company.currency as wanted_currency,
        periods.locked_until,
        coalesce(periods.late, 'hold') as late
    from payout_sums as sums
    left join setting.acquirers as acquirers using (acquirer)
    cross join setting.company as company
    cross join setting.periods as periods
),
-- A control total of a file that does not hold, of this payout or of everything in the file, unless a later file's does.
failed as (
    select lines.payout_key, min(controls.control) as control, min(controls.value_read)::varchar as value_read,
        min(controls.expected)::varchar as expected
    from (select distinct payout_key, file_id from core.payout_lines semi join touched_payouts using (payout_key)) as lines
    inner join staging.controls as controls using (file_id)
    left join staging.controls as later
        on later.control = controls.control and later.group_name = controls.group_name and later.breaks = 0
        and later.file_id > controls.file_id and later.payout_key is not distinct from controls.payout_key
    where controls.breaks > 0 and controls.control <> 'line_sums' and later.file_id is null
        and coalesce(controls.payout_key, lines.payout_key) = lines.payout_key
    group by lines.payout_key
),
tried as (
    -- rank, code, effect, field, value_read, expected, whether it applies
    select payout_key, unnest([
        row(1, 'ACQUIRER_UNKNOWN', 'hold', 'acquirer', acquirer, null, not is_known),
        row(2, 'PAYOUT_CURRENCY', 'hold', 'currency', if(currency_low = wanted_currency, currency_high, currency_low),
            wanted_currency, currency_low is null or currency_low <> wanted_currency or currency_high <> wanted_currency),
        row(3, 'PAYOUT_AMOUNT_CONTRADICTS', 'hold', 'payout_amount', declared_amount::varchar, declared_high::varchar,
            declared_amount <> declared_high),
        row(4, 'PAYOUT_DOES_NOT_TIE', 'hold', 'payout_amount', net_amount::varchar, declared_amount::varchar,
            declared_amount = declared_high and difference <> 0),
        row(5, 'PAYOUT_DATE_MISSING', 'hold', 'payout_date', payout_id, null,
            payout_date is null and declared_amount is not null),
        row(6, 'PERIOD_LOCKED', 'hold', 'payout_date', payout_date::varchar, locked_until::varchar,
            payout_date <= locked_until and late = 'hold'),
        row(7, 'SETTING_MISSING', 'hold', 'journal', own || 'journal', null, is_known and journal is null),
        row(8, 'FEE_VAT_CONTRADICTS', 'hold', own || 'fee_vat', fee_vat_amount::varchar, fee_vat,
            fee_vat in ('exempt', 'reverse_charge') and fee_vat_amount <> 0),
        row(9, 'CONTROL_TOTAL_DIFFERS', 'hold', failed.control, failed.value_read, failed.expected, failed.control is not null),
        row(9, 'PAYOUT_ID_MISSING', 'wait', 'payout_id', net_amount::varchar, null, payout_id is null),
        row(10, 'PAYOUT_NOT_DECLARED', 'wait', 'payout_amount', net_amount::varchar, null,
            payout_id is not null and declared_amount is null)
    ]) as problem
    from judged
    left join failed using (payout_key)
),
told as (
    select
        payout_key, problem[1] as rank, problem[2] as code, problem[3] as effect, problem[4] as field,
        problem[5] as value_read, problem[6] as expected
    from tried
    where problem[7]
),
waiting as (
    select payout_key, acquirer, order_key is null as is_for_order, max(due_date) as due_date, count(*) as lines
    from lines_posted
    where status = 'waiting' and not is_sent
    group by payout_key, acquirer, order_key is null
)
select * from told
union all
select payout_key, 7, 'SETTING_MISSING', 'hold', account_role, setting_key, null from payout_roles where account is null
union all
select payout_key, 7, 'SETTING_MISSING', 'hold', account_role, vat_key, null from payout_roles where vat_code is null
union all
select
    payout_key, 11, 'PAYOUT_WAITS_FOR_ORDERS', 'wait', 'acquirers.' || acquirer || '.unmatched_after_days', lines::varchar,
    due_date::varchar
from waiting
where is_for_order
union all
select payout_key, 12, 'AWAITS_INVOICE_NO', 'wait', 'invoice_no', lines::varchar, null
from waiting
where not is_for_order
