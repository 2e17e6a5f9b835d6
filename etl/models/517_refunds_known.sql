-- One row per refund of a touched order that a refunds file tells: its date and amount, and whether its note was sent.
select
    orders.order_key,
    refunds.refund_id,
    'refund:' || refunds.refund_id as event,
    min(refunds.refund_date)::date as refund_date,
    abs(sum(to_ore(refunds.amount_incl_vat)))::bigint as amount_ore,
    min(refunds.file_id) as file_id,
    min(refunds.source_record) as source_record,
    bool_or(sent.doc_key is not null) as is_sent
from core.orders as orders
inner join touched_orders using (order_key)
inner join staging.refunds as refunds
    on plain_no(refunds.order_no) = plain_no(orders.order_no) and refunds.shop = orders.shop and refunds.fate = 'staged'
left join core.documents as sent
    on sent.order_key = orders.order_key and sent.event = 'refund:' || refunds.refund_id and sent.batch_id is not null
group by orders.order_key, refunds.refund_id
