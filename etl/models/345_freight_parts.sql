-- One row per shipping or fee line and VAT rate, where an order has goods of several rates: the freight by largest remainder.
-- DE 300 @19 + 100 @7 + 38.90 freight gives 29.18 and 9.72. Ties go to the higher rate.
-- [[shops]] freight_vat = "main_rate": the whole line at the rate that most of the goods have.
with bases as (
    select
        lines.order_key,
        lines.line_no,
        goods.rate_place,
        methods.minor_ore,
        methods.freight_vat = 'main_rate' as is_whole,
        lines.amount_ore as freight_ore,
        abs(lines.amount_ore)::hugeint as size_ore,
        goods.goods_ore::hugeint as base_ore,
        sum(goods.goods_ore) over (partition by lines.order_key, lines.line_no) as total_ore,
        row_number() over (
            partition by lines.order_key, lines.line_no order by goods.goods_ore desc, goods.rate_place
        ) as size_place
    from order_lines as lines
    inner join goods_rates as goods on goods.order_key = lines.order_key
    inner join order_methods as methods on methods.order_key = lines.order_key
    where lines.line_type in ('shipping', 'fee') and goods.rates > 1 and methods.freight_vat <> 'standard_rate'
),
shares as (
    select
        *,
        minor_ore * ((size_ore * base_ore) // (total_ore * minor_ore)) as share_ore,
        (size_ore * base_ore) % (total_ore * minor_ore) as remainder
    from bases
    where total_ore > 0 and not is_whole
),
ranked as (
    select
        *,
        row_number() over (partition by order_key, line_no order by remainder desc, rate_place) as place,
        size_ore - sum(share_ore) over (partition by order_key, line_no) as rest_ore
    from shares
)
select
    order_key,
    line_no,
    rate_place::integer as part_no,
    (sign(freight_ore) * (
        share_ore + if(place <= rest_ore // minor_ore, minor_ore, 0) + if(place = 1, rest_ore % minor_ore, 0)
    ))::bigint as amount_ore
from ranked
union all by name
select order_key, line_no, rate_place::integer as part_no, freight_ore as amount_ore from bases
where is_whole and size_place = 1
