-- One row per line and VAT rate of a touched order, with the rule that decides it. Most lines are one part.
-- Freight and fees follow the goods: their one rate, or a part for each; an order without goods has its own rule, and so has every
-- order of a shop with freight_vat = "standard_rate". With [documents] discount = "line" the goods stand at their list amount and
-- each rate has one discount line. sold_ore: after discounts, which is what the shop taxes; null on those discount lines.
with goods_and_freight as (
    select
        lines.order_key, lines.line_no, 1 as part_no, rules.rate_bp, rules.rule_id, rules.case_key, rules.treatment,
        rules.vat_country, rules.vat_region, rules.vat_rate, rules.vat_code, lines.quantity,
        if(methods.is_line, lines.list_ore, lines.amount_ore) as amount_ore, lines.amount_ore as sold_ore, lines.list_ore,
        lines.shop_rate, lines.shop_vat_ore
    from order_lines as lines
    inner join order_methods as methods using (order_key)
    inner join line_rules as rules on rules.order_key = lines.order_key and rules.line_no = lines.line_no
    where lines.line_type not in ('shipping', 'fee')
        or methods.freight_vat = 'standard_rate'
        or not exists (select 1 from goods_rates where goods_rates.order_key = lines.order_key)
    union all by name
    select
        lines.order_key, lines.line_no, coalesce(parts.part_no, 1) as part_no, goods.rate_bp, goods.rule_id, goods.case_key,
        goods.treatment, goods.vat_country, goods.vat_region, goods.vat_rate, goods.vat_code,
        if(parts.part_no is null, lines.quantity, 1) as quantity, coalesce(parts.amount_ore, lines.amount_ore) as amount_ore,
        coalesce(parts.amount_ore, lines.amount_ore) as sold_ore, coalesce(parts.amount_ore, lines.amount_ore) as list_ore,
        lines.shop_rate, if(parts.part_no is null or methods.freight_vat = 'main_rate', lines.shop_vat_ore, null) as shop_vat_ore
    from order_lines as lines
    inner join goods_rates as goods on goods.order_key = lines.order_key
    inner join order_methods as methods on methods.order_key = lines.order_key
    left join freight_parts as parts
        on parts.order_key = lines.order_key and parts.line_no = lines.line_no and parts.part_no = goods.rate_place
    where lines.line_type in ('shipping', 'fee') and methods.freight_vat <> 'standard_rate'
        and (goods.rates = 1 or parts.part_no is not null)
),
discounts as (
    select lines.order_key, rules.rate_bp, rules.vat_code, -sum(lines.discount_ore)::bigint as amount_ore
    from order_lines as lines
    inner join line_rules as rules on rules.order_key = lines.order_key and rules.line_no = lines.line_no
    inner join order_methods as methods on methods.order_key = lines.order_key
    where lines.discount_ore <> 0 and methods.is_line
    group by lines.order_key, rules.rate_bp, rules.vat_code
)
select * from goods_and_freight
union all by name
select
    discounts.order_key, (100000 + goods.rate_place)::integer as line_no, 1 as part_no, goods.rate_bp, goods.rule_id,
    goods.case_key, goods.treatment, goods.vat_country, goods.vat_region, goods.vat_rate, goods.vat_code, discounts.amount_ore
from discounts
inner join goods_rates as goods on goods.order_key = discounts.order_key and goods.rate_bp = discounts.rate_bp
    and goods.vat_code is not distinct from discounts.vat_code
