-- One row per order that makes no document: cancelled or voided, refunded in full before anything was sent, or a person's skip.
-- appends: findings_now
select
    'order' as subject,
    orders.order_key,
    'skip' as effect,
    10 as place,
    case
        when people.decision = 'skip' then 'SKIPPED_BY_PERSON'
        when orders.state in ('cancelled', 'voided', 'failed') or orders.cancelled_date is not null then 'ORDER_CANCELLED'
        else 'REFUNDED_BEFORE_TRANSFER'
    end as code,
    case when people.decision = 'skip' then 'by' else 'state' end as field,
    case when people.decision = 'skip' then people.decided_by else orders.state end as value_read,
    null as expected
from core.orders as orders
inner join touched_orders using (order_key)
inner join setting.documents as documents on documents.shop = orders.shop
left join sent_documents as sent using (order_key)
left join standing_decisions as people on people.order_key = orders.order_key
where sent.sale_doc_key is null and (
    people.decision = 'skip'
    or orders.state in ('voided', 'failed')
    or ((orders.state = 'cancelled' or orders.cancelled_date is not null)
        and (orders.paid_date is null or orders.refunded_amount >= orders.order_total))
    or (documents.refunded_before_transfer = 'skip'
        and (orders.state = 'refunded' or orders.refunded_amount >= orders.order_total) and orders.refunded_amount > 0)
)
