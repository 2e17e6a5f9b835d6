-- One row per touched order: its verdict, and the reason that decided it.
-- Sent is frozen: exported, whatever is found later (that stands on its documents).
-- replaces: core.verdicts by order_key
select
    touched_orders.order_key,
    case
        when sent.sale_doc_key is not null or sent.is_cancelled then 'exported'
        when deciding.effect is null then 'ready'
        else case deciding.effect when 'skip' then 'skipped' when 'wait' then 'waiting' else 'held' end
    end as verdict,
    if(sent.sale_doc_key is null, deciding.code, null) as reason_code,
    if(sent.sale_doc_key is null, deciding.field, null) as field,
    if(sent.sale_doc_key is null, deciding.value_read, null) as value_read,
    if(sent.sale_doc_key is null, deciding.expected, null) as expected,
    orders.order_total as total_incl_vat,
    coalesce(from_ore(totals.vat_ore), orders.order_vat) as vat_amount
from touched_orders
inner join core.orders as orders using (order_key)
left join deciding using (order_key)
left join sent_documents as sent using (order_key)
left join order_totals as totals using (order_key)
