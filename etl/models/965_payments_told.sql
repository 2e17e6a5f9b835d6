-- One row per payment of an order that our journal should register and cannot yet: no invoice number, a locked period,
-- a setting. Which question: why is the payment not posted although the document went out? It says nothing about the
-- order's verdict. Rule: accounting.md §2, §12.
-- appends: findings_now
select
    'order' as subject,
    order_key,
    'payment' as event,
    problem as code,
    case when problem = 'AWAITS_INVOICE_NO' then 'info' else 'warn' end as effect,
    case problem
        when 'AWAITS_INVOICE_NO' then 'invoice_no'
        when 'PERIOD_LOCKED' then 'paid_date'
        when 'SETTING_MISSING' then setting_key
        else 'payment_amount'
    end as field,
    case problem
        when 'AWAITS_INVOICE_NO' then order_no
        when 'PERIOD_LOCKED' then wanted_date::varchar
        when 'SETTING_MISSING' then setting_key
        else paid_amount::varchar
    end as value_read,
    case problem
        when 'PERIOD_LOCKED' then locked_until::varchar
        when 'PAYMENT_SUM_MISMATCH' then total_amount::varchar
    end as expected,
    file_id,
    source_record
from payments_decided
where problem is not null
