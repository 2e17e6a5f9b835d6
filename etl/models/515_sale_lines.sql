-- One row per line of a sale to prepare: quantity and amount as the shop sold it, every line with its VAT code.
-- The last line of a document is its rounding, with the NO_VAT code, where the paid total needs one (accounting.md 10).
-- replaces: core.document_lines by order_key where batch_id is null
with sales as (
    select documents.doc_key, documents.order_key, documents.vat_country, orders.shop, orders.file_id, orders.first_record
    from open_documents as documents
    inner join sales_wanted using (order_key, event)
    inner join core.orders as orders using (order_key)
),
parts as (
    select
        sales.doc_key, sales.order_key, vat.line_no * 100 + vat.part_no as place,
        coalesce(lines.line_type, 'discount') as line_type, coalesce(lines.item, items.discount) as item,
        coalesce(lines.description, lines.sku, lines.item, items.discount) as text,
        if(vat.part_no = 1 and lines.line_no is not null, lines.quantity, 1) as quantity, lines.unit_price, vat.rule_id, vat.case_key,
        vat.vat_code, vat.vat_rate, vat.vat_country, vat.treatment, vat.net_ore, vat.vat_ore, vat.gross_ore,
        coalesce(lines.file_id, sales.file_id) as file_id, coalesce(lines.source_record, sales.first_record) as source_record
    from sales
    inner join line_vat as vat using (order_key)
    left join lines_sold as lines on lines.order_key = vat.order_key and lines.line_no = vat.line_no
    inner join setting.items as items on items.shop = sales.shop
    union all by name
    select sales.doc_key, 100000000 as place, 1 as quantity, rounding.*
    from sales
    inner join rounding_lines as rounding using (order_key)
)
select
    parts.* exclude (place, net_ore, vat_ore, gross_ore),
    row_number() over (partition by doc_key order by place)::integer as line_no,
    from_ore(net_ore) as net_amount,
    from_ore(vat_ore) as vat_amount,
    from_ore(gross_ore) as gross_amount
from parts
