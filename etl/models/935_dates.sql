-- One row per order whose document date is missing or in a locked period, or whose currency has no rate.
-- appends: findings_now
select
    'order' as subject,
    dates.order_key,
    'hold' as effect,
    90 as place,
    case when dates.wanted_date is null then 'DATE_MISSING' else 'PERIOD_LOCKED' end as code,
    'document_date' as field,
    dates.wanted_date::varchar as value_read,
    periods.locked_until::varchar as expected
from document_dates as dates
left join setting.periods as periods on true
left join sent_documents as sent using (order_key)
where sent.sale_doc_key is null and (dates.wanted_date is null or dates.is_locked)
union all by name
select 'order' as subject, orders.order_key, 'hold' as effect, 91 as place, 'CURRENCY_RATE_MISSING' as code,
    'currency' as field, orders.currency as value_read, company.currency as expected
from core.orders as orders
inner join touched_orders using (order_key)
cross join setting.company as company
where orders.currency <> company.currency and orders.exchange_rate is null
