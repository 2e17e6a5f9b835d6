-- One row per item that the batch's lines need and the ERP does not have, created from the newest line's text.
with known as (
    select item from erp.items
    union
    select item from core.items where batch_id is not null
)
select
    lines.item,
    arg_max(lines.text, (documents.number, lines.line_no)) as name,
    items.item_group,
    min(products.unit) as unit,
    min(products.barcode) as ean
from batch_document_lines as lines
inner join batch_documents as documents using (doc_key)
inner join setting.items as items on items.shop = documents.shop
left join known on known.item = lines.item
left join staging.products as products on products.sku = lines.item and products.fate = 'reference'
where known.item is null and lines.line_type = 'item' and lines.item is distinct from items.default_item
    and lines.item is distinct from items.refund
group by lines.item, items.item_group
