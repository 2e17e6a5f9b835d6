-- One row per order to credit with a sale that stands or is being prepared: the head that its further documents take over.
with sales as (
    select * from core.documents where batch_id is not null and not is_withdrawn
    union all by name
    select * from open_documents
)
select * from sales
where order_key in (select order_key from orders_to_credit) and (event = 'sale' or starts_with(event, 'sale_change:'))
qualify row_number() over (partition by order_key order by batch_id is null desc, number desc) = 1
