-- Orders that are held, with the reason and what can be done.
select
    shop,
    order_no,
    order_date,
    customer_name,
    currency,
    total_incl_vat,
    reason_code as code,
    reason,
    next_step,
    is_approvable,
    file_name,
    source_record
from review.orders
where verdict = 'held'
order by reason_code, shop, order_date, order_no
