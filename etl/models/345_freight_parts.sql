-- One row per shipping or fee line and VAT rate, where an order has goods of several rates: the freight by largest remainder.
-- DE 300 @19 + 100 @7 + 38.90 freight gives 29.18 and 9.72. Ties go to the higher rate.
with bases as (
    select
        lines.order_key,
        lines.line_no,
        goods.rate_place,
        lines.amount_ore::hugeint as freight_ore,
        goods.goods_ore::hugeint as base_ore,
        sum(goods.goods_ore) over (partition by lines.order_key, lines.line_no) as total_ore
    from order_lines as lines
    inner join goods_rates as goods on goods.order_key = lines.order_key
    where lines.line_type in ('shipping', 'fee') and goods.rates > 1
),
shares as (
    select
        *,
        sign(freight_ore) * ((abs(freight_ore) * base_ore) // total_ore) as share_ore,
        (abs(freight_ore) * base_ore) % total_ore as remainder
    from bases
    where total_ore > 0
),
ranked as (
    select
        *,
        row_number() over (partition by order_key, line_no order by remainder desc, rate_place) as place,
        freight_ore - sum(share_ore) over (partition by order_key, line_no) as rest_ore
    from shares
)
select
    order_key,
    line_no,
    rate_place::integer as part_no,
    (share_ore + if(place <= abs(rest_ore), sign(rest_ore), 0))::bigint as amount_ore
from ranked
