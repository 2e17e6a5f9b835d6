-- One row per line of a proposed document for what changed after an invoice was booked: what should stand minus what was sent.
-- A cancelled order should stand at nothing. A sale not known to be booked has no difference document (985 tells it instead).
with changed as (
    select
        sent.order_key,
        if(orders.state in ('cancelled', 'voided') or orders.cancelled_date is not null, 'cancel', 'sale_change:' || sent.sales)
            as event
    from sent_documents as sent
    inner join core.orders as orders using (order_key)
    inner join order_facts as facts using (order_key)
    inner join booked_sales using (order_key)
    where sent.sale_doc_key is not null and not coalesce(sent.is_cancelled, false) and orders.is_complete
        and (facts.facts_hash <> sent.sale_hash or orders.state in ('cancelled', 'voided') or orders.cancelled_date is not null)
        and not exists (select 1 from deciding where deciding.order_key = sent.order_key and deciding.effect = 'hold')
),
both_sides as (
    select changed.event, lines.order_key, lines.line_type, lines.item, lines.text, -lines.quantity as quantity, lines.vat_code,
        lines.vat_rate, lines.vat_country, lines.treatment, lines.rule_id, lines.case_key, -lines.net_ore as net_ore, -lines.vat_ore as vat_ore,
        -lines.gross_ore as gross_ore, lines.file_id, lines.source_record
    from changed inner join standing_lines as lines using (order_key)
    union all by name
    select changed.event, vat.order_key, coalesce(lines.line_type, 'discount') as line_type, items.item,
        coalesce(lines.description, lines.sku, items.item) as text, if(vat.part_no = 1, lines.quantity, 1) as quantity,
        vat.vat_code, vat.vat_rate, vat.vat_country, vat.treatment, vat.rule_id, vat.case_key, vat.net_ore, vat.vat_ore, vat.gross_ore, lines.file_id,
        lines.source_record
    from changed
    inner join line_vat as vat using (order_key)
    left join order_lines as lines on lines.order_key = vat.order_key and lines.line_no = vat.line_no
    left join line_items as items on items.order_key = vat.order_key and items.line_no = vat.line_no
    where changed.event <> 'cancel'
    union all by name
    select changed.event, rounding.*, 1 as quantity
    from changed inner join rounding_lines as rounding using (order_key)
    where changed.event <> 'cancel'
)
select order_key, event, min(source_record) as place, line_type, item, text, sum(quantity) as quantity, null as unit_price,
    vat_code, vat_rate, vat_country, treatment, min(rule_id) as rule_id, min(case_key) as case_key, sum(net_ore)::bigint as net_ore, sum(vat_ore)::bigint as vat_ore,
    sum(gross_ore)::bigint as gross_ore, max(file_id) as file_id, min(source_record) as source_record
from both_sides
group by order_key, event, line_type, item, text, vat_code, vat_rate, vat_country, treatment
having sum(gross_ore) <> 0 or sum(quantity) <> 0
