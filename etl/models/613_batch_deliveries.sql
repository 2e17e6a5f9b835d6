-- One row per document of the batch: where the goods went and the buyer's reference, as the order says when it is sent.
-- view: read once, by the file of orders
select
    documents.doc_key,
    orders.buyer_reference as your_ref,
    null::varchar as remark,
    coalesce(orders.shipping_name, orders.customer_company, orders.customer_name) as delivery_name,
    coalesce(orders.shipping_address, orders.billing_address) as delivery_address1,
    coalesce(orders.shipping_address2, orders.billing_address2) as delivery_address2,
    coalesce(orders.shipping_postcode, orders.billing_postcode) as delivery_postcode,
    coalesce(orders.shipping_city, orders.billing_city) as delivery_city,
    coalesce(orders.shipping_country, orders.billing_country) as delivery_country
from batch_documents as documents
inner join core.orders as orders using (order_key)
