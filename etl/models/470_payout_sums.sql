-- One row per touched payout that is not sent: what its lines come to, and what the acquirer declares. Which question:
-- does the money tie? net = gross + refunds + chargebacks + other - fees - VAT of the fees, to the øre. Rule:
-- accounting.md §1, without tolerance; low and high differ where the file says two things.
with summed as (
    select
        payout_key,
        min(acquirer) as acquirer,
        min(merchant_account) as merchant_account,
        min(payout_id) as payout_id,
        min(source) as source,
        coalesce(max(payout_date) filter (where line_type = 'payout'), max(payout_date)) as payout_date,
        min(currency) as currency_low,
        max(currency) as currency_high,
        count(*) filter (where line_type <> 'payout') as line_count,
        coalesce(sum(gross_amount) filter (where line_type = 'sale'), 0) as gross_amount,
        coalesce(sum(gross_amount) filter (where line_type = 'refund'), 0) as refund_amount,
        coalesce(sum(gross_amount) filter (where line_type in ('chargeback', 'chargeback_reversal')), 0)
            as chargeback_amount,
        sum(gross_amount) as all_amount,
        sum(fee_amount) as fee_amount,
        sum(fee_vat_amount) as fee_vat_amount,
        min(declared_amount) as declared_amount,
        max(declared_amount) as declared_high,
        arg_min(file_id, (line_type <> 'payout', file_id, source_record)) as file_id,
        arg_min(source_record, (line_type <> 'payout', file_id, source_record)) as source_record
    from core.payout_lines
    semi join touched_payouts using (payout_key)
    anti join (select payout_key from core.payouts where batch_id is not null) as sent using (payout_key)
    group by payout_key
)
select
    *,
    all_amount - gross_amount - refund_amount - chargeback_amount as other_amount,
    all_amount - fee_amount - fee_vat_amount as net_amount,
    declared_amount - (all_amount - fee_amount - fee_vat_amount) as difference
from summed
