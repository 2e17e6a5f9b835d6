-- One row per order that waits for its shop: the state is not one of [documents] transfer_states yet, or the file with the other
-- part of the order (its head, its lines) has not come.
-- appends: findings_now
select
    'order' as subject,
    orders.order_key,
    'wait' as effect,
    20 as place,
    'AWAITS_STATE' as code,
    'state' as field,
    coalesce(orders.state, '') as value_read,
    array_to_string(documents.transfer_states, ', ') as expected
from core.orders as orders
inner join touched_orders using (order_key)
inner join setting.documents as documents on documents.shop = orders.shop
left join sent_documents as sent using (order_key)
where sent.sale_doc_key is null and not coalesce(list_contains(documents.transfer_states, orders.state), false)
    and not (coalesce(orders.state, '') in ('cancelled', 'voided', 'failed') or orders.cancelled_date is not null)
union all by name
select 'order' as subject, order_key, 'wait' as effect, 21 as place, 'ORDER_PART_MISSING' as code, 'order_no' as field,
    order_no as value_read, missing_part as expected
from core.orders inner join touched_orders using (order_key)
where missing_part is not null
