-- Orders and their amounts by verdict and currency.
select verdict, count(*) as orders, coalesce(sum(total_incl_vat), 0) as amount, currency
from review.orders
where verdict is not null
group by verdict, currency
order by list_position(['ready', 'exported', 'waiting', 'held', 'skipped'], verdict), currency
