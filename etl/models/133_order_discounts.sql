-- One row per touched order with a discount on the order: how much is still to be spread over its lines.
-- What the lines come to minus the subtotal the shop states is the discount still to take. It must be nothing, the whole
-- order discount, or what the line discounts leave of it; any other rest has two readings (is_clear false: held).
with sums as (
    select
        order_key,
        sum(list_ore) filter (line_type in ('item', 'gift_card_sale', 'tip')) as lines_ore,
        -- a discount line makes the order smaller, whatever its sign: a sale less, a return less of one
        coalesce(if(lines_ore < 0, 1, -1) * sum(abs(list_ore)) filter (line_type = 'discount'), 0) as discount_lines_ore
    from lines_read
    group by order_key
),
line_discounts as (
    select order_key, coalesce(sum(to_ore(discount_amount)), 0) as line_discount_ore
    from current_rows where discount_amount <> 0 group by order_key
),
stated as (
    select order_key, to_ore(order_subtotal) as subtotal_ore, coalesce(to_ore(order_discount), 0) as discount_ore
    from current_rows where source_record = first_record
),
rests as (
    select
        stated.order_key,
        stated.discount_ore,
        -sums.discount_lines_ore as discount_lines_ore,
        coalesce(line_discounts.line_discount_ore, 0) as line_discount_ore,
        case
            when stated.subtotal_ore is not null then sums.lines_ore + sums.discount_lines_ore - stated.subtotal_ore
            when sums.discount_lines_ore <> 0 then 0
            else stated.discount_ore
        end as rest_ore
    from stated
    inner join sums using (order_key)
    left join line_discounts on line_discounts.order_key = stated.order_key
)
select
    order_key,
    rest_ore + discount_lines_ore as spread_ore,
    rest_ore in (0, discount_ore, discount_ore - line_discount_ore) as is_clear,
    rest_ore,
    discount_ore
from rests
where rest_ore <> 0 or discount_lines_ore <> 0
