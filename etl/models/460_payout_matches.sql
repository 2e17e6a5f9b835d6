-- One row per acquirer line: which order it belongs to, by which rule, and to which account it goes. A planned reclass
-- adds the new reading of a sent line; once it is sent, it takes the old one's place. Which question: what was this
-- line matched by, and what was equal? status is empty where a line has no partner (fees, reserves). Rule:
-- accounting.md §5; amount and posted_amount: positive = credit; difference = amount - what the order expects.
-- replaces: core.payout_matches by payout_key where batch_id is null
select
    line_key, payout_key, order_key, acquirer, line_type, gross_amount as amount, order_amount, posted_amount,
    difference, match_rule, certificate, alternatives, status, account_role
from lines_posted
left join line_alternatives using (line_key)
where not is_sent
union all
select
    line_key, payout_key, order_key, acquirer, line_type, gross_amount, order_amount, posted_amount, difference,
    match_rule, certificate, null, status, account_role
from lines_reclassed
