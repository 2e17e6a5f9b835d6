-- One row per order, acquirer and line type: what lines of other payouts already took of it, in the order's currency
-- and posted. Which question: what is left for the lines of this run? Of a line that is being reclassed, the newer
-- reading counts. Rule: accounting.md §5: several captures are compared together. Lines that this run decides itself
-- are left out.
with others as (
    select matches.*
    from core.payout_matches as matches
    semi join lines_found as found using (order_key)
    anti join lines_to_match as lines using (line_key)
    where matches.account_role in ('receivable', 'debtor') and matches.order_amount is not null
),
standing as (
    select * from others where batch_id is not null
    union all
    select * from others anti join touched_payouts using (payout_key) where batch_id is null
),
newest as (
    select * from standing qualify row_number() over (partition by line_key order by batch_id nulls first) = 1
)
select
    order_key,
    acquirer,
    line_type,
    sum(order_amount)::decimal(18, 2) as taken_amount,
    sum(posted_amount)::decimal(18, 2) as taken_posted
from newest
group by order_key, acquirer, line_type
