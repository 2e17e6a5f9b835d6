-- One row per staged row of the touched orders' current versions: what 120 and 130 read of it.
select
    versions.order_key,
    versions.version_id,
    if(versions.part = 'lines', null, versions.first_record) as first_record,  -- where the order's own facts stand
    versions.part <> 'head' as has_lines,
    staged.file_id,
    staged.source_record,
    staged.line_type,
    staged.sku,
    staged.description,
    staged.product_category,
    coalesce(staged.supply_type, 'goods') as supply_type,
    staged.quantity,
    staged.unit_price,
    staged.discount_amount,
    staged.vat_rate,
    staged.vat_amount,
    staged.line_amount,
    staged.line_is_taxable,
    staged.order_subtotal,
    staged.order_shipping,
    staged.order_discount,
    staged.order_fee,
    staged.payment_method,
    staged.transaction_id,
    staged.payment_references,
    staged.order_total,
    staged.paid_date
from staging.order_versions as versions
inner join staging.orders as staged on staged.version_id = versions.version_id
where versions.fate = 'staged' and versions.order_key in (select order_key from touched_orders)
