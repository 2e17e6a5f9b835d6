-- One row per good row of a bank file: what it moves, for the control totals (050). Pending entries have no balance yet.
-- view: it is read once
select
    source_record,
    concat_ws(' ', account, currency) as group_name,
    statement_no as payout_name,
    '' as kind,
    amount as net,
    amount as gross,
    null::decimal(18, 2) as fee,
    0 as fee_vat,
    null::decimal(18, 2) as payout,
    balance_amount as balance,
    null::decimal(18, 2) as stated_total,
    stated_count,
    opening_balance as opening,
    closing_balance as closing,
    coalesce(statement_no, '') as statement,
    null::ubigint as payout_key
from conformed
where status is distinct from 'pending'
