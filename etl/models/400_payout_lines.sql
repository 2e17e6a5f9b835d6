-- One row per acquirer line that counts, of the touched payouts; the transfer to the bank (line_type payout) is one of
-- them. Which question: what moved, and how much of it is gross, fee and VAT of the fee? Positive = to the merchant; a
-- fee is a cost. Rule: net = gross - fee - fee VAT (architecture §5); a fee line has no gross, whatever column its
-- amount stood in. Lines of another company are left out by its merchant account; by its order numbers ([acquirers]
-- ignore_refs) they are `ignored`: their money is part of the transfer, and nothing else of them is ours.
-- replaces: core.payout_lines by payout_key
with staged as (
    select
        staged.* exclude (line_type) replace (upper(coalesce(staged.currency, acquirers.currency)) as currency),
        coalesce(regexp_matches(staged.order_no, acquirers.ignore_refs), false) as is_ignored,
        if(is_ignored and staged.line_type <> 'payout', 'ignored', staged.line_type) as line_type,
        coalesce(staged.fee_amount, 0) as fee,
        coalesce(staged.fee_vat_amount, 0) as fee_vat
    from staging.payouts as staged
    semi join touched_payouts using (payout_key)
    left join setting.acquirers as acquirers using (acquirer)
    where staged.fate = 'staged'
        and (coalesce(len(acquirers.merchant_accounts), 0) = 0 or staged.merchant_account is null
            or list_contains(acquirers.merchant_accounts, staged.merchant_account))
)
select
    row_key as line_key,
    payout_key,
    shop,
    source,
    acquirer,
    merchant_account,
    payout_id,
    payout_date,
    case when line_type = 'payout' then coalesce(payout_amount, net_amount) else payout_amount end as declared_amount,
    currency,
    line_type,
    occurred_at::date as occurred_date,
    available_on,
    nullif(transaction_id, '') as transaction_id,
    nullif(parent_transaction_id, '') as parent_transaction_id,
    order_no,
    nullif(order_digits, '') as order_digits,
    case when line_type in ('payout', 'fee') then 0
        when line_type = 'ignored' then coalesce(net_amount, coalesce(gross_amount, 0) - fee - fee_vat)
        else coalesce(gross_amount, net_amount + fee + fee_vat, 0)
    end as gross_amount,
    case when line_type = 'fee' then coalesce(-net_amount - fee_vat, fee - coalesce(gross_amount, 0))
        when line_type = 'ignored' then 0
        else fee
    end as fee_amount,
    if(line_type = 'ignored', 0, fee_vat) as fee_vat_amount,
    case when line_type <> 'payout' then net_amount end as net_amount,
    presentment_amount,
    presentment_currency,
    exchange_rate,
    file_id,
    source_record
from staged
