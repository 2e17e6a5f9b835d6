-- What stands on the error, disputes and gift card accounts.
select account, count(*) as items, sum(amount) as amount, max(age_days) as oldest_days, currency
from review.open_items
group by account, currency
order by account
