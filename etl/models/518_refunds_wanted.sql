-- One row per credit note to prepare: what is refunded now minus what was credited (accounting.md 3).
-- A refunds file names refunds one by one; what the shop's running total says beyond them is one note more, by ordinal.
-- What was credited by ordinal before the file came, or by an edit (516), is taken off the oldest refunds of the file.
with sent as (
    select
        documents.order_key,
        -sum(to_ore(documents.total_amount)) filter (known.event is null) as by_ordinal_ore,
        count(*) filter (known.event is null) as ordinals
    from core.documents as documents
    inner join touched_orders using (order_key)
    left join refunds_known as known on known.order_key = documents.order_key and known.event = documents.event
    where documents.batch_id is not null and starts_with(documents.event, 'refund:') and not documents.is_withdrawn
    group by documents.order_key
),
credited as (
    select order_key, sum(by_ordinal_ore) as by_ordinal_ore, sum(ordinals)::bigint as ordinals
    from (
        select * from sent
        union all
        select order_key, covered_ore as by_ordinal_ore, 0 as ordinals from refunds_covered
    )
    group by order_key
),
told as (
    select
        known.*,
        coalesce(credited.by_ordinal_ore, 0) as absorbed_ore,
        sum(known.amount_ore) over (partition by known.order_key order by known.refund_date, known.refund_id) as upto_ore
    from refunds_known as known
    left join credited using (order_key)
    where not known.is_sent
),
open_told as (
    select order_key, event, refund_id, refund_date, file_id, source_record,
        least(amount_ore, upto_ore - absorbed_ore)::bigint as amount_ore,
        upto_ore - amount_ore >= absorbed_ore as is_whole
    from told where upto_ore > absorbed_ore
),
totals as (
    select
        order_key,
        sum(amount_ore) as told_ore,
        coalesce(sum(amount_ore) filter (is_sent), 0) as sent_ore
    from refunds_known
    group by order_key
),
rests as (
    select
        orders.order_key,
        coalesce(credited.ordinals, 0) + 1 as ordinal,
        to_ore(orders.refunded_amount) - greatest(
            coalesce(totals.told_ore, 0),
            coalesce(credited.by_ordinal_ore, 0) + coalesce(totals.sent_ore, 0)
        ) as amount_ore,
        orders.file_id,
        orders.first_record as source_record
    from core.orders as orders
    inner join touched_orders using (order_key)
    left join totals using (order_key)
    left join credited using (order_key)
    where orders.refunded_amount > 0
)
select order_key, event, refund_id, refund_date, amount_ore, is_whole, file_id, source_record from open_told
union all by name
select order_key, 'refund:' || ordinal as event, null as refund_id, null::date as refund_date, amount_ore::bigint as amount_ore,
    false as is_whole, file_id, source_record
from rests where amount_ore > 0
