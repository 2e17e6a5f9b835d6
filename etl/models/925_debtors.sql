-- One row per order without a debtor to go to, or whose public buyer's reference is missing.
-- appends: findings_now
select
    'order' as subject,
    order_key,
    'hold' as effect,
    80 as place,
    case source when 'ambiguous' then 'DEBTOR_AMBIGUOUS' when 'no_snapshot' then 'SNAPSHOT_MISSING' else 'DEBTOR_MISSING' end
        as code,
    key_kind as field,
    key_value as value_read,
    candidates as expected
from debtors_of_orders
where source in ('ambiguous', 'missing', 'no_snapshot')
union all by name
select 'order' as subject, buyers.order_key, 'hold' as effect, 81 as place, 'BUYER_REFERENCE_MISSING' as code,
    'buyer_reference' as field, buyers.ean as value_read
from buyers
inner join core.orders as orders using (order_key)
where buyers.buyer_type = 'ean' and coalesce(orders.buyer_reference, '') = ''
union all by name
select 'order' as subject, order_key, 'hold' as effect, 82 as place, 'EAN_INVALID' as code, 'customer_ean' as field,
    coalesce(ean, '') as value_read
from buyers
where buyer_type = 'ean' and not is_gln(coalesce(ean, ''))
