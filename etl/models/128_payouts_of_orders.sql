-- One row per payout to decide again because one of its lines may belong to an order being decided.
-- appends: touched_payouts
select distinct payout_key from touched_lines
where payout_key not in (select payout_key from touched_payouts)
