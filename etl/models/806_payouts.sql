-- One row per payout of an acquirer. Does it tie, gross - fees +/- the rest = declared, to the øre, and is it posted?
-- Status: posted; held (it does not tie, or a setting is missing); open (nothing declared yet). accounting §1.
select
    payouts.source,
    payouts.acquirer,
    payouts.merchant_account,
    payouts.payout_id,
    payouts.payout_date,
    payouts.currency,
    payouts.gross_amount,
    payouts.fee_amount,
    payouts.fee_vat_amount,
    payouts.refund_amount,
    payouts.chargeback_amount,
    payouts.other_amount,
    payouts.net_amount,
    payouts.declared_amount,
    payouts.difference,
    payouts.status,
    payouts.reason_code,
    replace(replace(replace(messages.reason, '{field}', 'payout_amount'),
        '{value}', coalesce(cast(payouts.net_amount as varchar), '')),
        '{expected}', coalesce(cast(payouts.declared_amount as varchar), '')) as reason,
    payouts.line_count,
    payouts.batch_id
from core.payouts as payouts
left join setting.messages as messages on messages.code = payouts.reason_code
