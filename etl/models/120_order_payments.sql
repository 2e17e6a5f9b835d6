-- One row per way a touched order was paid. A payments file says the amounts; else the shop's own words are split.
-- A shop that joins methods (`Gift card + Shopify Payments`) names no amounts: they stay null, and 912 asks for a split.
-- replaces: core.order_payments by order_key
with named as (
    select
        orders.order_key,
        row_number() over (partition by orders.order_key order by paid.paid_at, paid.payment_no, paid.row_key)::integer
            as payment_no,
        coalesce(paid.payment_method, orders.payment_method) as payment_method,
        paid.amount,
        coalesce(paid.currency, orders.currency) as currency,
        paid.transaction_id,
        paid.gift_card_no,
        paid.paid_at::date as paid_date
    from core.orders as orders
    inner join touched_orders using (order_key)
    inner join staging.payments as paid
        on plain_no(paid.order_no) = plain_no(orders.order_no) and paid.shop = orders.shop and paid.fate = 'staged'
    -- Two files that name one transaction name one payment.
    qualify paid.transaction_id is null
        or row_number() over (partition by orders.order_key, paid.transaction_id order by paid.file_id, paid.source_record) = 1
),
heads as (
    select
        order_key,
        string_split(payment_method, ' + ') as methods,
        string_split(coalesce(payment_references, transaction_id), ' + ') as references,
        order_total,
        paid_date
    from current_rows
    where source_record = first_record and order_key not in (select order_key from named)
),
split as (
    select heads.*, unnest(range(1, len(methods) + 1)) as payment_no from heads where methods is not null
),
paid as (
    select * from named
    union all by name
    select
        split.order_key,
        split.payment_no::integer as payment_no,
        nullif(trim(split.methods[split.payment_no]), '') as payment_method,
        if(len(split.methods) = 1, split.order_total, null) as amount,
        orders.currency,
        if(len(split.references) = len(split.methods), nullif(trim(split.references[split.payment_no]), ''), null)
            as transaction_id,
        null as gift_card_no,
        split.paid_date::date as paid_date
    from split
    inner join core.orders as orders using (order_key)
)
select
    paid.*,
    coalesce(own.method_name, lower(paid.payment_method)) as method_name
from paid
inner join core.orders as orders using (order_key)
left join setting.payment_methods as own on own.method_name = orders.shop || '/' || lower(paid.payment_method)
