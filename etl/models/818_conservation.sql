-- One row per entity and currency. Is every row, and every amount, that came in accounted for?
-- rows_in = rejected + duplicate + superseded + reference + rows of orders by verdict; the same for amounts; rows_difference and
-- amount_difference are 0 or something was lost. Currency is empty for rows whose currency nobody could read, and for reference rows:
-- there rows_in is what the files counted less what was read, so a row that vanished shows as a difference. The rows of a rejected
-- file are rejected, those of a file that we had are duplicates; of a file that nobody knows the entity is `unknown`.
-- Payments, refunds and shipments follow their order (unknown order: waiting), payout lines their payout (posted: exported). Without
-- settings nothing is decided: all orders wait.
with orders_by_number as (
    select orders.shop, ltrim(trim(orders.order_no), '# ') as order_no, min(verdicts.verdict) as verdict
    from core.orders as orders join core.verdicts as verdicts on verdicts.order_key = orders.order_key group by all
), event_rows as (
    select 'payments' as entity, file_id, fate, order_no, currency, amount from staging.payments
    union all select 'refunds', file_id, fate, order_no, currency, amount_incl_vat from staging.refunds
    union all select 'shipments', file_id, fate, order_no, null, null from staging.shipments
), reference_rows as (
    select 'products' as entity, fate from staging.products
    union all select 'customers', fate from staging.customers
    union all select 'stock', fate from staging.stock
    union all select 'exchange_rates', fate from staging.exchange_rates
    union all select 'uniconta_debtors', fate from staging.uniconta_debtors
    union all select 'uniconta_items', fate from staging.uniconta_items
    union all select 'uniconta_vat_codes', fate from staging.uniconta_vat_codes
    union all select 'uniconta_accounts', fate from staging.uniconta_accounts
    union all select 'uniconta_invoices', fate from staging.uniconta_invoices
    union all select 'uniconta_open_items', fate from staging.uniconta_open_items
    union all select 'uniconta_ledger', fate from staging.uniconta_ledger
    union all select 'uniconta_stock', fate from staging.uniconta_stock
    union all select 'bank_entries', fate from staging.bank_entries
    union all select files.entity, 'reference' from staging.skipped join staging.files as files using (file_id)
    union all select files.entity, 'superseded'
    from (select distinct file_id, source_record from staging.corrected) as corrected join staging.files as files using (file_id)
), read_rows as (
    -- amount: as it was read; amount_kept: as it stands where it went, from the other side of the house.
    select 'orders' as entity, versions.currency, versions.rows_in as row_count, versions.order_total as amount,
        case
            when versions.fate <> 'staged' then versions.fate
            when settings.is_missing then 'waiting'
            else verdicts.verdict
        end as place,
        if(versions.fate = 'staged' and not settings.is_missing, orders.order_total, versions.order_total) as amount_kept
    from staging.order_versions as versions
    cross join (select count(*) = 0 as is_missing from setting.company) as settings
    left join core.verdicts as verdicts on verdicts.order_key = versions.order_key
    left join core.orders as orders on orders.order_key = versions.order_key
    union all
    select events.entity, events.currency, 1, events.amount,
        if(events.fate = 'staged', coalesce(orders.verdict, 'waiting'), events.fate), events.amount
    from event_rows as events
    left join staging.files as files on files.file_id = events.file_id
    left join orders_by_number as orders on orders.shop = files.shop and orders.order_no = ltrim(trim(events.order_no), '# ')
    union all
    -- A line counts with its net amount, the transfer to the bank with what is declared.
    select 'payouts', staged.currency, 1, if(staged.line_type = 'payout', staged.payout_amount, staged.net_amount),
        case
            when staged.fate <> 'staged' then staged.fate
            when payouts.status = 'posted' then if(payouts.batch_id is null, 'ready', 'exported')
            when payouts.status = 'held' then 'held'
            when lines.line_key is null and not settings.is_missing then 'skipped'  -- another company's merchant account
            else 'waiting'
        end,
        case
            when staged.fate <> 'staged' or lines.line_key is null
                then if(staged.line_type = 'payout', staged.payout_amount, staged.net_amount)
            else coalesce(if(lines.line_type = 'payout', lines.declared_amount, lines.net_amount), 0)
        end
    from staging.payouts as staged
    cross join (select count(*) = 0 as is_missing from setting.company) as settings
    left join core.payout_lines as lines on lines.file_id = staged.file_id and lines.source_record = staged.source_record
    left join core.payouts as payouts on payouts.payout_key = lines.payout_key
    union all
    select entity, null, 1, null, fate, null from reference_rows
), unread_rows as (
    select files.entity, 'rejected' as place, count(*) as row_count
    from (select distinct file_id, source_record from staging.rejects) as rejects
    join staging.files as files on files.file_id = rejects.file_id
    where files.status not in ('rejected', 'duplicate')
    group by files.entity
    union all
    select coalesce(entity, 'unknown'), status, sum(rows_in) from staging.files
    where status in ('rejected', 'duplicate') group by all
), counted_rows as (
    select coalesce(entity, 'unknown') as entity, sum(rows_in) as row_count from staging.files group by all
    union all
    select entity, -sum(row_count) from read_rows where currency is not null group by entity
), all_rows as (
    select entity, currency, place, row_count, if(currency is null, 0, row_count) as rows_in, amount, amount_kept from read_rows
    union all select entity, null, place, row_count, 0, null, null from unread_rows
    union all select entity, null, 'counted', 0, row_count, null, null from counted_rows
), summed as (
    select
        entity,
        currency,
        cast(sum(rows_in) as bigint) as rows_in,
        cast(coalesce(sum(row_count) filter (where place = 'rejected'), 0) as bigint) as rows_rejected,
        cast(coalesce(sum(row_count) filter (where place = 'duplicate'), 0) as bigint) as rows_duplicate,
        cast(coalesce(sum(row_count) filter (where place = 'superseded'), 0) as bigint) as rows_superseded,
        cast(coalesce(sum(row_count) filter (where place = 'reference'), 0) as bigint) as rows_reference,
        cast(coalesce(sum(row_count) filter (where place = 'waiting'), 0) as bigint) as rows_waiting,
        cast(coalesce(sum(row_count) filter (where place = 'held'), 0) as bigint) as rows_held,
        cast(coalesce(sum(row_count) filter (where place = 'ready'), 0) as bigint) as rows_ready,
        cast(coalesce(sum(row_count) filter (where place = 'exported'), 0) as bigint) as rows_exported,
        cast(coalesce(sum(row_count) filter (where place = 'skipped'), 0) as bigint) as rows_skipped,
        coalesce(sum(amount), 0) as amount_in,
        coalesce(sum(amount_kept) filter (where amount is not null and place in
            ('duplicate', 'superseded', 'reference', 'waiting', 'held', 'ready', 'exported', 'skipped')), 0) as amount_kept
    from all_rows
    group by entity, currency
)
select
    entity,
    currency,
    rows_in,
    rows_rejected,
    rows_duplicate,
    rows_superseded,
    rows_reference,
    rows_waiting,
    rows_held,
    rows_ready,
    rows_exported,
    rows_skipped,
    rows_in - rows_rejected - rows_duplicate - rows_superseded - rows_reference - rows_waiting - rows_held - rows_ready
        - rows_exported - rows_skipped as rows_difference,
    amount_in,
    amount_in - amount_kept as amount_difference
from summed
where rows_in <> 0 or rows_rejected <> 0 or currency is not null
    or rows_duplicate + rows_superseded + rows_reference + rows_waiting + rows_held + rows_ready + rows_exported + rows_skipped <> 0
