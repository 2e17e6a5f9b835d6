-- One row per touched order whose sale should be a document now: it is ready and no sale of it stands.
-- The event is `sale`; after a sale was withdrawn it is `sale_change:<n>`, so that a number is never used twice.
select
    verdicts.order_key,
    if(coalesce(sent.sales, 0) = 0, 'sale', 'sale_change:' || sent.sales) as event
from core.verdicts as verdicts
inner join touched_orders using (order_key)
left join sent_documents as sent using (order_key)
where verdicts.verdict = 'ready' and sent.sale_doc_key is null
