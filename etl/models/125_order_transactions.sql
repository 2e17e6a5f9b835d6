-- One row per transaction id that names a touched order: in the shop's columns (joined with ` + `) or a payments file.
-- replaces: core.order_transactions by order_key
with words as (
    select order_key, unnest(string_split(transaction_id, ' + ')) as transaction_id
    from current_rows where source_record = first_record and transaction_id is not null
    union all
    select order_key, unnest(string_split(payment_references, ' + ')) as transaction_id
    from current_rows
    where source_record = first_record and payment_references is not null
        and payment_references is distinct from transaction_id
    union all
    select order_key, transaction_id from core.order_payments
    where transaction_id is not null and order_key in (select order_key from touched_orders)
)
select distinct order_key, trim(transaction_id) as transaction_id from words where trim(transaction_id) <> ''
