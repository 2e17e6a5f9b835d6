-- One row per line that carries a share of its order's discount, by largest remainder on the line's amount (vat.md 4.2 (0)), in
-- whole units of a currency without decimals. Only lines of the order's own sign carry it, so that a return is its sale turned.
-- Ties go to the earlier line; the shares add up to the discount exactly.
with lines as (
    select
        lines_read.order_key, lines_read.source_record, lines_read.part, lines_read.list_ore,
        discounts.spread_ore,
        if(currencies.minor_units = 0 and discounts.spread_ore % 100 = 0, 100, 1) as unit_ore,
        sum(lines_read.list_ore) over (partition by lines_read.order_key) as order_ore
    from lines_read
    inner join order_discounts as discounts using (order_key)
    inner join core.orders as orders using (order_key)
    left join setting.currencies as currencies on currencies.currency = orders.currency
    where lines_read.line_type = 'item' and lines_read.part = 1
),
bases as (
    select
        order_key, source_record, part, spread_ore, unit_ore,
        abs(list_ore)::hugeint as base_ore,
        (abs(spread_ore) // unit_ore)::hugeint as spread_units,
        sum(abs(list_ore)) over (partition by order_key) as total_ore
    from lines
    where sign(list_ore) = sign(order_ore) and list_ore <> 0
),
shares as (
    select
        *,
        (spread_units * base_ore) // total_ore as share_units,
        (spread_units * base_ore) % total_ore as remainder
    from bases
),
ranked as (
    select
        *,
        row_number() over (partition by order_key order by remainder desc, source_record) as place,
        spread_units - sum(share_units) over (partition by order_key) as rest_units
    from shares
)
select
    order_key,
    source_record,
    part,
    (sign(spread_ore) * unit_ore * (share_units + if(place <= rest_units, 1, 0)))::bigint as discount_ore
from ranked
