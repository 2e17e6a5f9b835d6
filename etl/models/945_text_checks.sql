-- One row per touched order, field and reason: a text that the import file cannot carry as it is. Lengths are those of
-- schemas/uniconta (a test holds them together). A new item's number is never cut, it would be another item: the order is held.
-- All else is cut, or its characters replaced, and told. Told too is what a spreadsheet would run: `=1+1`, not `-50% SALE`.
-- appends: findings_now
with suspects as (
    -- Most orders have nothing to tell; opening up nine texts of each would cost more than all other checks together.
    select orders.* from core.orders as orders
    inner join touched_orders using (order_key)
    cross join setting.target as target
    where target.encoding in ('cp1252', 'latin-1')
        or greatest(length(order_no), length(buyer_reference)) > 20
        or length(coalesce(customer_company, customer_name)) > 100
        or greatest(
            length(billing_address), length(billing_address2), length(shipping_address), length(shipping_address2)
        ) > 40
        or regexp_matches(concat_ws(
            chr(10), '', buyer_reference, customer_company, customer_name, billing_address, billing_address2,
            shipping_address, shipping_address2, shipping_name, shipping_city
        ), '\n[=@+-]')
),
order_texts as (
    select
        order_key, file_id, first_record as source_record,
        unnest([
            {'field': 'order_no', 'most': 20, 'value_read': order_no},
            {'field': 'buyer_reference', 'most': 20, 'value_read': buyer_reference},
            {'field': 'customer_name', 'most': 100, 'value_read': coalesce(customer_company, customer_name)},
            {'field': 'billing_address', 'most': 40, 'value_read': billing_address},
            {'field': 'billing_address2', 'most': 40, 'value_read': billing_address2},
            {'field': 'shipping_address', 'most': 40, 'value_read': shipping_address},
            {'field': 'shipping_address2', 'most': 40, 'value_read': shipping_address2},
            {'field': 'shipping_name', 'most': null, 'value_read': shipping_name},
            {'field': 'shipping_city', 'most': null, 'value_read': shipping_city}
        ], recursive := true)
    from suspects
),
texts as (
    from order_texts where value_read <> ''
    union all
    select order_key, file_id, source_record, 'description', 1000, description from order_lines where description <> ''
),
encoded as (
    select texts.*, target.encoding
    from texts
    inner join setting.target as target on target.encoding in ('cp1252', 'latin-1')
),
found as (
    select
        lines.order_key, lines.file_id, lines.source_record, 'sku' as field, items.item as value_read,
        'KEY_CUT' as code, 'hold' as effect, '20' as expected
    from line_items as items
    inner join order_lines as lines on lines.order_key = items.order_key and lines.line_no = items.line_no
    where items.source = 'create' and length(items.item) > 20
    union all by name
    select * exclude (most), 'TEXT_CUT' as code, 'warn' as effect, most::varchar as expected
    from texts where length(value_read) > most
    union all by name
    select * exclude (most), 'FORMULA_TEXT' as code, 'warn' as effect
    from texts
    where value_read between '+' and 'A' -- all four begin there, few other texts do
        and regexp_matches(value_read, '^([=@]|[+-]\s*[^0-9\s]|.*\|)')
    union all by name
    select * exclude (most, encoding), 'CHARACTERS_REPLACED' as code, 'warn' as effect, encoding as expected
    from encoded
    where case encoding
        when 'latin-1' then regexp_matches(value_read, '[^\x00-\xFF]')
        else regexp_matches(value_read, '[^\x00-\x7F\xA0-\xFF€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]')
    end
)
select 'order' as subject, found.*, 86 as place
from found
qualify row_number() over (partition by order_key, code, field order by source_record) = 1
