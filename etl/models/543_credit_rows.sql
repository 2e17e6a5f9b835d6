-- One row per line of a credit note that does not mirror its sale: what is credited, gross, and at which rate.
-- A refund row takes the rate it states, else its SKU's in the sale, else the sale's only one; none of them: vat_code is null.
with codes as (
    select order_key, vat_rate, min(vat_code) as vat_code, min(treatment) as treatment, min(vat_country) as vat_country,
        min(rule_id) as rule_id, min(case_key) as case_key
    from standing_lines where line_type not in ('rounding', 'cash_rounding') group by order_key, vat_rate having count(distinct vat_code) = 1
),
by_sku as (
    select order_key, item, min(vat_rate) as vat_rate from standing_lines group by order_key, item
    having count(distinct vat_rate) = 1
),
told as (
    select
        notes.order_key, orders.shop, notes.event, refunds.source_record, refunds.file_id, refunds.sku, refunds.description,
        coalesce(abs(refunds.quantity), 1) as quantity, abs(to_ore(refunds.amount_incl_vat)) as gross_ore,
        coalesce(refunds.vat_rate, by_sku.vat_rate, if(rates.rates = 1, rates.vat_rate, null)) as vat_rate, by_sku.item
    from credit_notes as notes
    inner join sale_rates as rates using (order_key)
    inner join core.orders as orders using (order_key)
    inner join staging.refunds as refunds on refunds.refund_id = notes.refund_id and plain_no(refunds.order_no) = plain_no(orders.order_no)
        and refunds.shop = orders.shop and refunds.fate = 'staged'
    left join by_sku on by_sku.order_key = notes.order_key and by_sku.item = refunds.sku
    where notes.mode = 'told' and not notes.is_excess
)
select
    told.order_key, told.event, told.source_record, told.file_id, coalesce(told.item, items.refund) as item,
    coalesce(told.description, told.sku, items.refund) as text, told.quantity, told.gross_ore, codes.vat_code,
    codes.vat_rate, codes.vat_country, codes.treatment, codes.rule_id, codes.case_key
from told
inner join setting.items as items on items.shop = told.shop
left join codes on codes.order_key = told.order_key and codes.vat_rate = told.vat_rate
union all by name
select
    notes.order_key, notes.event, notes.source_record, notes.file_id, items.refund as item, items.refund as text,
    1 as quantity, notes.amount_ore as gross_ore, rates.vat_code, rates.vat_rate, rates.vat_country, rates.treatment,
    rates.rule_id, rates.case_key
from credit_notes as notes
inner join sale_rates as rates using (order_key)
inner join core.orders as orders using (order_key)
inner join setting.items as items on items.shop = orders.shop
where notes.mode = 'single' and not notes.is_excess
