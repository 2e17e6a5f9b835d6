-- One row per touched order and tax that its shop names with an amount: the rate in the name ("DE MwSt 19%"), and the VAT, summed per
-- rate. rate_bp is null where a name has no rate: of such an order only the VAT of the whole is checked.
with stated as (
    select
        orders.order_key, head.tax_1_name, head.tax_1_amount, head.tax_2_name, head.tax_2_amount, head.tax_3_name,
        head.tax_3_amount, head.tax_4_name, head.tax_4_amount, head.tax_5_name, head.tax_5_amount
    from core.orders as orders
    inner join touched_orders using (order_key)
    inner join staging.orders as head
        on head.version_id = orders.version_id and head.source_record = orders.first_record
    where head.tax_1_amount is not null
),
taxes as (
    select order_key, tax_1_name as tax_name, tax_1_amount as amount from stated
    union all
    select order_key, tax_2_name, tax_2_amount from stated
    union all
    select order_key, tax_3_name, tax_3_amount from stated
    union all
    select order_key, tax_4_name, tax_4_amount from stated
    union all
    select order_key, tax_5_name, tax_5_amount from stated
),
named as (
    select
        order_key,
        (try_cast(
            replace(regexp_extract(tax_name, '([0-9]+(?:[.,][0-9]+)?)\s*%', 1), ',', '.') as decimal(9, 4)
        ) * 100)::integer as rate_bp,
        to_ore(amount) as vat_ore
    from taxes
    where amount is not null
)
select
    order_key,
    rate_bp,
    sum(vat_ore)::bigint as vat_ore,
    bool_or(rate_bp is null and sum(abs(vat_ore)) > 0) over (partition by order_key) as is_unnamed
from named
group by order_key, rate_bp
