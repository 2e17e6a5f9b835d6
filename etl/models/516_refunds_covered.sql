-- One row per touched order of which more than its first sale was prepared: how much of what was refunded an edit or a
-- cancellation has taken off the sale already, so that an edit and its refund are never credited twice (accounting.md 4).
-- It is what had been refunded when the newest such document was made, at most what the sale lost; later refunds are new.
-- view: read once, by refunds_wanted
with edits as (
    select
        documents.order_key,
        to_ore(max(total_amount) filter (event = 'sale')) - to_ore(coalesce(sum(total_amount) filter (not is_withdrawn), 0))
            as less_ore,
        bool_or(event = 'cancel') as is_cancelled,
        max(coalesce(number, 9223372036854775807)) as number,
        max(coalesce(batches.published_at, timestamp 'infinity')) as made_at
    from (select * from core.documents where batch_id is not null union all by name select * from open_documents) as documents
    inner join touched_orders using (order_key)
    left join ops.batches as batches using (batch_id)
    where not starts_with(event, 'refund:')
    group by documents.order_key
    having count(*) > 1
),
refunded as (
    select edits.order_key, to_ore(max(versions.refunded_amount)) as refunded_ore
    from edits
    inner join staging.order_versions as versions using (order_key)
    inner join staging.files as files using (file_id)
    where files.received_at <= edits.made_at
    group by edits.order_key
),
credited as (
    select edits.order_key, -sum(to_ore(documents.total_amount)) as credited_ore
    from edits
    inner join core.documents as documents using (order_key)
    where starts_with(documents.event, 'refund:') and documents.batch_id is not null and documents.number < edits.number
    group by edits.order_key
)
select
    edits.order_key,
    if(is_cancelled, less_ore, least(less_ore, coalesce(refunded_ore, 0) - coalesce(credited_ore, 0))) as covered_ore
from edits
left join refunded using (order_key)
left join credited using (order_key)
where covered_ore > 0
