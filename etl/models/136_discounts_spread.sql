-- One row per line that carries a share of its order's discount, by largest remainder on the line's øre (vat.md 4.2 (0)).
-- Ties go to the earlier line; the shares add up to the discount exactly.
with bases as (
    select
        lines_read.order_key,
        lines_read.source_record,
        lines_read.part,
        lines_read.list_ore::hugeint as base_ore,
        discounts.spread_ore::hugeint as spread_ore,
        sum(lines_read.list_ore) over (partition by lines_read.order_key) as total_ore
    from lines_read
    inner join order_discounts as discounts using (order_key)
    where lines_read.line_type = 'item' and lines_read.list_ore > 0 and lines_read.part = 1
),
shares as (
    select
        *,
        (spread_ore * base_ore) // total_ore as share_ore,
        (spread_ore * base_ore) % total_ore as remainder
    from bases
    where total_ore > 0
),
ranked as (
    select
        *,
        row_number() over (partition by order_key order by remainder desc, source_record) as place,
        spread_ore - sum(share_ore) over (partition by order_key) as rest_ore
    from shares
)
select
    order_key,
    source_record,
    part,
    (share_ore + if(place <= rest_ore, 1, 0))::bigint as discount_ore
from ranked
