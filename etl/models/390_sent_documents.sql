-- One row per touched order of which something was sent: the sale that stands, what was credited, how many documents there are.
-- A sale that was withdrawn (its sales order deleted in the ERP, said by a person) does not stand.
select
    order_key,
    count(*) filter (event = 'sale' or starts_with(event, 'sale_change:')) as sales,
    arg_max(doc_key, number) filter (not is_withdrawn and (event = 'sale' or starts_with(event, 'sale_change:')))
        as sale_doc_key,
    arg_max(content_hash, number) filter (not is_withdrawn and (event = 'sale' or starts_with(event, 'sale_change:')))
        as sale_hash,
    arg_max(number, number) filter (not is_withdrawn and (event = 'sale' or starts_with(event, 'sale_change:')))
        as sale_number,
    coalesce(-sum(to_ore(total_amount)) filter (starts_with(event, 'refund:') and not is_withdrawn), 0)::bigint
        as credited_ore,
    bool_or(event = 'cancel') as is_cancelled
from core.documents
where batch_id is not null and order_key in (select order_key from touched_orders)
group by order_key
