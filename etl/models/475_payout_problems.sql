-- One row per reason why a touched payout is not posted: hold (a person must act) or wait (something is still to come).
-- Which question: what stands between this payout and its voucher? Matching does not.
-- Rule: accounting.md §1 (it ties exactly, or is held whole), §5, §6, §12 (locked periods); rank says which one is told first.
with judged as (
    select sums.*, company.currency as company_currency, periods.locked_until, coalesce(periods.late, 'hold') as late,
        acquirers.acquirer is not null as is_known, acquirers.fee_vat, acquirers.journal
    from payout_sums as sums
    left join setting.acquirers as acquirers using (acquirer)
    cross join setting.company as company
    cross join setting.periods as periods
),
problems as (
    select payout_key, unnest([
        {'rank': 1, 'code': 'ACQUIRER_UNKNOWN', 'effect': 'hold', 'field': 'acquirers', 'value_read': acquirer, 'expected': null,
            'applies': not is_known},
        {'rank': 2, 'code': 'PAYOUT_CURRENCY', 'effect': 'hold', 'field': 'currency', 'value_read': concat_ws(', ', currency_low, nullif(currency_high, currency_low)),
            'expected': company_currency, 'applies': currency_low is null or currency_low <> company_currency or currency_high <> company_currency},
        {'rank': 3, 'code': 'PAYOUT_AMOUNT_CONTRADICTS', 'effect': 'hold', 'field': 'payout_amount', 'value_read': declared_amount::varchar,
            'expected': declared_high::varchar, 'applies': declared_amount <> declared_high},
        {'rank': 4, 'code': 'PAYOUT_DOES_NOT_TIE', 'effect': 'hold', 'field': 'payout_amount', 'value_read': net_amount::varchar,
            'expected': declared_amount::varchar, 'applies': declared_amount = declared_high and difference <> 0},
        {'rank': 5, 'code': 'PAYOUT_DATE_MISSING', 'effect': 'hold', 'field': 'payout_date', 'value_read': payout_id, 'expected': null,
            'applies': payout_date is null and declared_amount is not null},
        {'rank': 6, 'code': 'PERIOD_LOCKED', 'effect': 'hold', 'field': 'payout_date', 'value_read': payout_date::varchar,
            'expected': locked_until::varchar, 'applies': payout_date <= locked_until and late = 'hold'},
        {'rank': 7, 'code': 'SETTING_MISSING', 'effect': 'hold', 'field': 'journal', 'value_read': 'acquirers.' || acquirer || '.journal',
            'expected': null, 'applies': is_known and journal is null},
        {'rank': 8, 'code': 'FEE_VAT_CONTRADICTS', 'effect': 'hold', 'field': 'acquirers.' || acquirer || '.fee_vat', 'value_read': fee_vat_amount::varchar,
            'expected': fee_vat, 'applies': fee_vat in ('exempt', 'reverse_charge') and fee_vat_amount <> 0},
        {'rank': 9, 'code': 'PAYOUT_ID_MISSING', 'effect': 'wait', 'field': 'payout_id', 'value_read': net_amount::varchar, 'expected': null,
            'applies': payout_id is null},
        {'rank': 10, 'code': 'PAYOUT_NOT_DECLARED', 'effect': 'wait', 'field': 'payout_amount', 'value_read': net_amount::varchar, 'expected': null,
            'applies': payout_id is not null and declared_amount is null}
    ], recursive := true)
    from judged
)
select * exclude (applies)
from problems
where applies
union all
select payout_key, 7, 'SETTING_MISSING', 'hold', account_role, setting_key, null
from payout_roles
where account is null
union all
select payout_key, 7, 'SETTING_MISSING', 'hold', account_role, vat_key, null
from payout_roles
where vat_code is null
union all
select payout_key, 11, 'PAYOUT_WAITS_FOR_ORDERS', 'wait', 'acquirers.' || any_value(acquirer) || '.unmatched_after_days', count(*)::varchar, max(due_date)::varchar
from lines_posted
where status = 'waiting' and order_key is null and not is_sent
group by payout_key
union all
select payout_key, 12, 'AWAITS_INVOICE_NO', 'wait', 'invoice_no', count(*)::varchar, null
from lines_posted
where status = 'waiting' and order_key is not null and not is_sent
group by payout_key
