-- One row per touched order: who buys. A public buyer has an EAN, a business a VAT number; a company name alone proves neither.
select
    orders.order_key,
    coalesce(
        orders.buyer_type,
        case when orders.customer_ean <> '' then 'ean' when orders.vat_number <> '' then 'b2b' else 'b2c' end
    ) as buyer_type,
    nullif(orders.vat_number, '') as vat_number,
    orders.vat_number_status,
    coalesce(orders.billing_country, orders.shipping_country, company.country) as country,
    coalesce(orders.shipping_country, orders.billing_country) as ship_to_country,
    orders.customer_no,
    orders.customer_email as email,
    nullif(orders.customer_ean, '') as ean
from core.orders as orders
inner join touched_orders using (order_key)
left join setting.company as company on true
