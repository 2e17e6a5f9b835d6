-- One row per payout that waits for late orders: the day on which it is decided without them. Which question: when
-- must this payout be looked at again although no file arrived? Rule: unmatched_after_days, accounting.md §5.
select
    payout_key,
    max(due_date) as due_date
from lines_posted
where status = 'waiting' and order_key is null and not is_sent
group by payout_key
