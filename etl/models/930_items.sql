-- One row per order with a line that has no ERP item.
-- appends: findings_now
with held as (
    select
        items.*, lines.line_type, lines.sku, lines.description, lines.file_id, lines.source_record
    from line_items as items
    inner join order_lines as lines on lines.order_key = items.order_key and lines.line_no = items.line_no
    where items.source in ('missing', 'no_snapshot') or items.item is null
)
select
    'order' as subject,
    order_key,
    'hold' as effect,
    85 as place,
    case source
        when 'no_snapshot' then 'SNAPSHOT_MISSING'
        when 'named' then 'SETTING_MISSING'
        else if(coalesce(sku, '') = '', 'SKU_MISSING', 'ITEM_MISSING')
    end as code,
    if(source = 'named', 'items.' || line_type, 'sku') as field,
    coalesce(sku, description) as value_read,
    null as expected,
    file_id,
    source_record
from held
qualify row_number() over (partition by order_key order by line_no) = 1
