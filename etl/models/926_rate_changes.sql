-- One row per order whose VAT rate changed between the day it was ordered and the day it was supplied: told, not held. The rate of
-- the supply is due (vat.md 1.6 (8)); a shop that charged the other one is held by 915 or 920.
-- appends: findings_now
select
    'order' as subject,
    rules.order_key,
    'warn' as effect,
    'VAT_RATE_CHANGED' as code,
    'vat_rate' as field,
    rules.vat_country || ' ' || rate_text(rules.rate_bp) as value_read,
    rules.vat_country || ' ' || rate_text((earlier.rate * 100)::integer) as expected,
    orders.file_id,
    orders.first_record as source_record
from line_rules as rules
inner join core.orders as orders on orders.order_key = rules.order_key and orders.order_date <> rules.supply_date
inner join setting.vat_rules as table_rules on table_rules.rule_id = rules.rule_id
inner join setting.vat_rates as earlier
    on earlier.vat_country = rules.vat_country and coalesce(earlier.region, '') = coalesce(rules.vat_region, '')
    and earlier.category = rules.category
    and orders.order_date between earlier.valid_from and coalesce(earlier.valid_to, date '9999-12-31')
where table_rules.rate_source in ('destination', 'origin') and earlier.rate * 100 <> rules.rate_bp
qualify row_number() over (partition by rules.order_key order by rules.line_no) = 1
