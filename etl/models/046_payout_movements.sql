-- One row per good row of an acquirer's file: what it moves, for the control totals (050). kind payout is the transfer.
-- view: it is read once
select
    source_record,
    concat_ws(' ', merchant_account, currency) as group_name,
    payout_id as payout_name,
    line_type as kind,
    coalesce(net_amount, gross_amount - coalesce(fee_amount, 0) - coalesce(fee_vat_amount, 0), -fee_amount) as net,
    coalesce(gross_amount, if(presentment_currency = currency, presentment_amount, null)) as gross,
    fee_amount as fee,
    coalesce(fee_vat_amount, 0) as fee_vat,
    payout_amount as payout,
    balance_amount as balance,
    stated_total,
    stated_count,
    null::decimal(18, 2) as opening,
    null::decimal(18, 2) as closing,
    '' as statement,
    text_key(concat_ws(chr(31), 'payout', acquirer, coalesce(merchant_account, ''), coalesce(payout_id, ''))) as payout_key
from conformed
