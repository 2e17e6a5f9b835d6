-- One row per touched order: a hash of what would make a revision if it changed after sending: amounts, lines, the buyer's
-- identity and the facts VAT rests on. Payment, shipping, notes and every setting stay out (architecture 8).
with lines as (
    select
        order_key,
        sum(text_key(concat_ws(chr(31), coalesce(sku, description, ''), quantity, amount_ore))) as lines_hash
    from order_lines
    group by order_key
)
select
    orders.order_key,
    md5(concat_ws(
        chr(31), lines.lines_hash, orders.order_total, coalesce(orders.order_vat, 0), orders.currency,
        coalesce(orders.vat_number, ''), coalesce(orders.customer_ean, ''), coalesce(orders.shipping_country, ''),
        coalesce(orders.billing_country, '')
    )) as facts_hash
from core.orders as orders
inner join lines using (order_key)
where orders.order_key in (select order_key from touched_orders)
