-- One row per file that was dropped. What became of it, and of each of its rows?
-- Architecture §4: every row has exactly one fate, so rows_in is the sum of the five counts beside it.
-- A file that was rejected, or that we had already, has all its rows in that one count.
with rows_by_fate as (
    select file_id, fate, cast(sum(rows_in) as bigint) as row_count from staging.order_versions group by all
    union all select file_id, fate, count(*) from staging.payments group by all
    union all select file_id, fate, count(*) from staging.refunds group by all
    union all select file_id, fate, count(*) from staging.payouts group by all
    union all select file_id, fate, count(*) from staging.shipments group by all
    union all select file_id, fate, count(*) from staging.products group by all
    union all select file_id, fate, count(*) from staging.customers group by all
    union all select file_id, fate, count(*) from staging.stock group by all
    union all select file_id, fate, count(*) from staging.uniconta_debtors group by all
    union all select file_id, fate, count(*) from staging.uniconta_items group by all
    union all select file_id, fate, count(*) from staging.uniconta_vat_codes group by all
    union all select file_id, fate, count(*) from staging.uniconta_accounts group by all
    union all select file_id, fate, count(*) from staging.uniconta_invoices group by all
    union all select file_id, fate, count(*) from staging.uniconta_open_items group by all
    union all select file_id, fate, count(*) from staging.uniconta_ledger group by all
    union all select file_id, fate, count(*) from staging.uniconta_stock group by all
    union all select file_id, fate, count(*) from staging.bank_entries group by all
    union all select file_id, 'reference', count(*) from staging.skipped group by all
    union all select file_id, 'superseded', count(distinct source_record) from staging.corrected group by all
    union all select file_id, 'rejected', count(distinct source_record) from staging.rejects group by all
), counted as (
    select
        file_id,
        sum(row_count) filter (where fate = 'staged') as rows_staged,
        sum(row_count) filter (where fate = 'duplicate') as rows_duplicate,
        sum(row_count) filter (where fate = 'superseded') as rows_superseded,
        sum(row_count) filter (where fate = 'reference') as rows_reference,
        sum(row_count) filter (where fate = 'rejected') as rows_rejected
    from rows_by_fate
    group by file_id
)
select
    files.file_id,
    files.file_name as name,
    files.sha256,
    files.source,
    files.shop,
    files.status,
    coalesce(files.rows_in, 0) as rows_in,
    cast(coalesce(counted.rows_staged, 0) as bigint) as rows_staged,
    cast(if(files.status = 'duplicate', coalesce(files.rows_in, 0), coalesce(counted.rows_duplicate, 0)) as bigint)
        as rows_duplicate,
    cast(coalesce(counted.rows_superseded, 0) as bigint) as rows_superseded,
    cast(coalesce(counted.rows_reference, 0) as bigint) as rows_reference,
    cast(if(files.status = 'rejected', coalesce(files.rows_in, 0), coalesce(counted.rows_rejected, 0)) as bigint)
        as rows_rejected,
    files.received_at,
    replace(replace(replace(coalesce(messages.reason, files.reason_code), '{field}', coalesce(files.field, '')),
        '{value}', coalesce(files.value_read, '')), '{expected}', coalesce(files.expected, '')) as reason,
    files.reason_code,
    replace(replace(replace(messages.next_step, '{field}', coalesce(files.field, '')),
        '{value}', coalesce(files.value_read, '')), '{expected}', coalesce(files.expected, '')) as next_step,
    files.entity,
    files.stored_path
from staging.files as files
left join counted on counted.file_id = files.file_id
left join setting.messages as messages on messages.code = files.reason_code
