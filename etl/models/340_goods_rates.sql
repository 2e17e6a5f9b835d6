-- One row per order and VAT rate and code of its goods: their amount, what freight and fees are split by (accounting.md 10).
-- Gift cards and other lines without VAT carry no freight. Of an order that takes goods back the sign is turned.
select
    lines.order_key,
    rules.rate_bp,
    min(rules.rule_id) as rule_id,
    min(rules.case_key) as case_key,
    min(rules.treatment) as treatment,
    min(rules.vat_country) as vat_country,
    min(rules.vat_region) as vat_region,
    min(rules.vat_rate) as vat_rate,
    rules.vat_code,
    greatest(
        sum(lines.amount_ore) * if(sum(sum(lines.amount_ore)) over (partition by lines.order_key) < 0, -1, 1), 0
    )::bigint as goods_ore,
    count(*) over (partition by lines.order_key) as rates,
    row_number() over (partition by lines.order_key order by rules.rate_bp desc, rules.vat_code) as rate_place
from order_lines as lines
inner join line_rules as rules on rules.order_key = lines.order_key and rules.line_no = lines.line_no
where lines.line_type = 'item'
group by lines.order_key, rules.rate_bp, rules.vat_code
