-- One row per line of a sale to prepare: quantity and amount as the shop sold it, every line with its VAT code.
-- The last line of a document is its rounding, with the NO_VAT code, where the paid total needs one (accounting.md 10).
-- replaces: core.document_lines by order_key where batch_id is null
with sales as (
    select documents.doc_key, documents.order_key, documents.vat_country
    from open_documents as documents
    inner join sales_wanted using (order_key, event)
),
no_vat as (
    select min(vat_code) as vat_code from setting.vat_codes where treatment = 'NO_VAT'
),
parts as (
    select
        sales.doc_key, sales.order_key, vat.line_no * 100 + vat.part_no as place, coalesce(lines.line_type, 'discount') as line_type,
        coalesce(items.item, setting_items.discount) as item,
        coalesce(lines.description, lines.sku, items.item, setting_items.discount) as text,
        if(vat.part_no = 1 and lines.line_no is not null, lines.quantity, 1) as quantity, lines.unit_price, vat.vat_code,
        vat.vat_rate, vat.vat_country, vat.treatment, vat.net_ore, vat.vat_ore, vat.gross_ore,
        coalesce(lines.file_id, orders.file_id) as file_id, coalesce(lines.source_record, orders.first_record) as source_record
    from sales
    inner join core.orders as orders using (order_key)
    inner join line_vat as vat using (order_key)
    cross join setting.items as setting_items
    left join order_lines as lines on lines.order_key = vat.order_key and lines.line_no = vat.line_no
    left join line_items as items on items.order_key = vat.order_key and items.line_no = vat.line_no
    union all by name
    select
        sales.doc_key, sales.order_key, 100000000 as place, 'rounding' as line_type, setting_items.rounding as item,
        setting_items.rounding as text, 1 as quantity, no_vat.vat_code, 0 as vat_rate, sales.vat_country,
        'NO_VAT' as treatment, totals.rounding_ore as net_ore, 0 as vat_ore, totals.rounding_ore as gross_ore,
        orders.file_id, orders.first_record as source_record
    from sales
    inner join core.orders as orders using (order_key)
    inner join order_totals as totals using (order_key)
    cross join setting.items as setting_items
    cross join no_vat
    where totals.rounding_ore <> 0
)
select
    parts.* exclude (place, net_ore, vat_ore, gross_ore),
    row_number() over (partition by doc_key order by place)::integer as line_no,
    from_ore(net_ore) as net_amount,
    from_ore(vat_ore) as vat_amount,
    from_ore(gross_ore) as gross_amount
from parts
