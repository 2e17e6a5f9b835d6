-- One row per order whose own facts stop it: rows rejected, an unexplained step back, a person's hold, cancelled yet paid,
-- the same number as another order, or no lines.
-- appends: findings_now
with facts as (
    select
        orders.*,
        people.decision,
        people.decided_by,
        lines.order_key is null as is_empty,
        twins.order_id as twin
    from core.orders as orders
    inner join touched_orders using (order_key)
    left join standing_decisions as people on people.order_key = orders.order_key
    left join (select distinct order_key from order_lines) as lines on lines.order_key = orders.order_key
    left join order_twins as twins on twins.order_key = orders.order_key
)
select 'order' as subject, order_key, 'hold' as effect, 30 as place, 'ROW_REJECTED' as code, 'order_no' as field,
    order_no as value_read, null as expected, file_id, first_record as source_record
from facts where not is_complete
union all by name
select 'order' as subject, order_key, 'hold' as effect, 31 as place, 'ORDER_REGRESSED' as code,
    'refunded_amount' as field, refunded_amount::varchar as value_read
from facts where is_regressed
union all by name
select 'order' as subject, order_key, 'hold' as effect, 32 as place, 'HELD_BY_PERSON' as code, 'by' as field,
    decided_by as value_read
from facts where decision = 'hold'
union all by name
select 'order' as subject, order_key, 'hold' as effect, 33 as place, 'CANCELLED_BUT_PAID' as code, 'state' as field,
    state as value_read
from facts
where (state = 'cancelled' or cancelled_date is not null) and paid_date is not null and refunded_amount < order_total
    and state not in ('voided', 'failed')
union all by name
select 'order' as subject, order_key, 'hold' as effect, 34 as place, 'ORDER_NUMBER_TWICE' as code, 'order_no' as field,
    order_no as value_read, twin as expected
from facts where twin is not null
union all by name
select 'order' as subject, order_key, 'hold' as effect, 35 as place, 'ORDER_EMPTY' as code, 'lines' as field,
    order_no as value_read
from facts where is_empty
