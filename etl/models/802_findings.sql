-- One row per thing that a check found: of an order, of a payout, of a row or of a whole file. What is wrong, where does it
-- stand, and what can a person do? A row that a check has named already is not repeated as a rejected row.
with orderless as (
    select 'REFUND_UNKNOWN_ORDER' as code, rows.order_no, rows.amount_incl_vat as amount, rows.file_id, rows.source_record
    from staging.refunds as rows
    anti join core.orders as orders on ltrim(trim(orders.order_no), '# ') = ltrim(trim(rows.order_no), '# ') and orders.shop = rows.shop
    where rows.fate = 'staged'
    union all
    select 'PAYMENT_UNKNOWN_ORDER', rows.order_no, rows.amount, rows.file_id, rows.source_record
    from staging.payments as rows
    anti join core.orders as orders on ltrim(trim(orders.order_no), '# ') = ltrim(trim(rows.order_no), '# ') and orders.shop = rows.shop
    where rows.fate = 'staged'
),
found as (
    select subject, order_key, null as order_no, payout_key, event, code, effect, field, value_read, expected, file_id,
        source_record, batch_id
    from core.findings
    union all
    select 'row', null, rejects.order_no, null, null, rejects.reason_code, 'hold', rejects.column_name, rejects.value_read,
        rejects.expected, rejects.file_id, rejects.source_record, null
    from staging.rejects as rejects
    anti join core.findings as findings
        on findings.file_id = rejects.file_id and findings.source_record = rejects.source_record
        and findings.code = rejects.reason_code
    union all
    select 'file', null, null, null, null, if(what = 'precision', 'PRECISION_LOST', 'DRIFT_SEEN'), 'warn', what, value_seen,
        rows::varchar || coalesce(' / ' || amount::varchar, ''), file_id, null, null
    from staging.drift
    union all
    select 'file', null, null, null, null, 'CONTROL_TOTAL_DIFFERS', 'warn', control || ' ' || group_name, value_read::varchar,
        expected::varchar, file_id, null, null
    from staging.controls
    where breaks > 0
    union all
    select 'file', null, null, null, null, reason_code, 'hold', field, value_read, expected, file_id, null, null
    from staging.files
    where status = 'rejected'
    union all
    select 'row', null, order_no, null, null, code, 'wait', 'order_no', order_no, amount::varchar, file_id, source_record, null
    from orderless
)
select
    coalesce(messages.severity, case when found.effect = 'info' then 'info' when found.effect = 'hold' then 'error' else 'warning' end)
        as severity,
    found.code,
    coalesce(files.source, orders.source, payouts.source) as source,
    coalesce(orders.order_no, found.order_no) as order_no,
    files.file_name,
    found.source_record,
    found.field,
    found.value_read,
    found.expected,
    replace(replace(replace(coalesce(messages.reason, found.code), '{field}', coalesce(found.field, '')),
        '{value}', coalesce(found.value_read, '')), '{expected}', coalesce(found.expected, '')) as message,
    replace(replace(replace(messages.next_step, '{field}', coalesce(found.field, '')),
        '{value}', coalesce(found.value_read, '')), '{expected}', coalesce(found.expected, '')) as next_step,
    found.effect,
    found.subject,
    found.event,
    payouts.payout_id,
    coalesce(orders.shop, files.shop) as shop,
    found.batch_id
from found
left join core.orders as orders on orders.order_key = found.order_key
left join core.payouts as payouts on payouts.payout_key = found.payout_key
left join staging.files as files on files.file_id = found.file_id
left join setting.messages as messages on messages.code = found.code
