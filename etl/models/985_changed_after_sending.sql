-- One row per order that changed or was cancelled after its sale was sent. Not known to be booked: the sales order must be
-- deleted in the ERP by a person, who then approves. Booked: the difference document of 546 waits for a person, until approved.
-- appends: findings_now
with changed as (
    select
        orders.order_key, orders.file_id, orders.first_record, orders.order_total, sent.sale_number, sale.total_amount,
        orders.state in ('cancelled', 'voided') or orders.cancelled_date is not null as is_cancelled,
        booked.order_key is not null as is_booked,
        if(deciding.effect = 'hold', deciding.code, null) as stopped_by
    from sent_documents as sent
    inner join core.orders as orders using (order_key)
    inner join core.documents as sale on sale.doc_key = sent.sale_doc_key
    inner join order_facts as facts on facts.order_key = orders.order_key
    left join booked_sales as booked on booked.order_key = orders.order_key
    left join deciding on deciding.order_key = orders.order_key
    where not coalesce(sent.is_cancelled, false) and (
        (facts.facts_hash <> sent.sale_hash and orders.is_complete)
        or orders.state in ('cancelled', 'voided') or orders.cancelled_date is not null
    ) and not exists (
        select 1 from approvals
        where approvals.order_key = orders.order_key and approvals.code = 'AWAITS_APPROVAL'
            and approvals.subject = facts.facts_hash
    )
)
select
    'order' as subject,
    order_key,
    'sale' as event,
    case
        when is_booked then coalesce(stopped_by, 'AWAITS_APPROVAL')
        when is_cancelled then 'CANCELLED_AFTER_SENDING'
        else 'CHANGED_AFTER_SENDING'
    end as code,
    'hold' as effect,
    'order_total' as field,
    concat(order_total, ' (', sale_number, ': ', total_amount, ')') as value_read,
    sale_number::varchar as expected,
    file_id,
    first_record as source_record
from changed
