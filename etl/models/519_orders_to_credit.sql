-- One row per touched order whose sale may need another document: something is refunded, or it was sent and changed since.
select order_key from refunds_wanted
union
select sent.order_key
from sent_documents as sent
inner join core.orders as orders using (order_key)
inner join order_facts as facts on facts.order_key = sent.order_key
where sent.sale_doc_key is not null and (
    facts.facts_hash <> sent.sale_hash or orders.state in ('cancelled', 'voided') or orders.cancelled_date is not null
)
