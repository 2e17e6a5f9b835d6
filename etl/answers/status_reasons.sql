-- Why orders are held or wait, the commonest first.
select
    verdict,
    reason_code as code,
    count(*) as orders,
    min(order_no) as example,
    any_value(reason) as reason,
    any_value(next_step) as next_step
from review.orders
where verdict in ('held', 'waiting')
group by verdict, reason_code
order by verdict, orders desc, code
