-- Each posted payout: what its lines come to less what was declared, which must be 0.
select acquirer, payout_id, difference from core.payouts where status = 'posted'
