-- One row per thing that stops or qualifies a document of an order already decided: a credit note whose split is unknown or
-- that passes its invoice, a date in a locked period, a date we assumed, a note that cannot name its
-- invoice yet.
-- appends: findings_now
select 'order' as subject, order_key, event, 'REFUND_SPLIT_UNKNOWN' as code, 'hold' as effect, 'refunded_amount' as field,
    ore_text(amount_ore) as value_read, null as expected, file_id, source_record
from credit_notes where mode = 'unknown'
union all by name
select 'order' as subject, order_key, event, 'REFUND_EXCEEDS_INVOICE' as code, 'hold' as effect, 'refunded_amount' as field,
    ore_text(before_ore + amount_ore) as value_read, ore_text(total_ore) as expected, file_id, source_record
from credit_notes where is_excess
union all by name
select distinct 'order' as subject, order_key, event, 'REFUND_SPLIT_UNKNOWN' as code, 'hold' as effect, 'vat_rate' as field,
    text as value_read, null as expected, file_id, source_record
from credit_rows where vat_code is null
union all by name
select 'order' as subject, notes.order_key, notes.event, 'PERIOD_LOCKED' as code, 'hold' as effect, 'refund_date' as field,
    notes.wanted_date::varchar as value_read, periods.locked_until::varchar as expected, notes.file_id, notes.source_record
from credit_notes as notes inner join setting.periods as periods
    on notes.wanted_date <= periods.locked_until and periods.late <> 'move'
union all by name
select 'order' as subject, notes.order_key, notes.event, 'REFUND_DATE_ASSUMED' as code, 'info' as effect,
    'refund_date' as field, notes.wanted_date::varchar as value_read, null as expected, notes.file_id, notes.source_record
from credit_notes as notes where notes.is_date_assumed and notes.mode <> 'unknown' and not notes.is_excess
union all by name
select 'order' as subject, notes.order_key, notes.event,
    if(documents.credit_notes = 'wait', 'AWAITS_INVOICE_NO', 'CREDIT_UNLINKED') as code,
    if(documents.credit_notes = 'wait', 'wait', 'info') as effect, 'settles' as field,
    orders.order_no as value_read, null as expected, notes.file_id, notes.source_record
from credit_notes as notes
inner join core.orders as orders using (order_key)
inner join setting.documents as documents on documents.shop = orders.shop
left join booked_sales as booked using (order_key)
where booked.order_key is null and notes.mode <> 'unknown' and not notes.is_excess
