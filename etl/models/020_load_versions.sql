-- One row per order in the file being loaded: key, size, content and how far the order had come (precedence).
-- progress grows as an order lives: of two versions the higher is newer, then the one that came later.
with blocks as (
    select
        placed.first_record,
        count(*) as rows_in,
        (sum(load_rows.row_hash) % 18446744073709551557)::ubigint as content_hash
    from placed_rows as placed
    inner join load_rows using (source_record)
    where placed.first_record is not null
    group by placed.first_record
)
select
    (load_file.file_id << 32) | blocks.first_record as version_id,
    text_key(concat_ws(chr(31), load_file.shop, coalesce(head.order_id, head.order_no))) as order_key,
    load_file.shop,
    load_file.source,
    head.order_no,
    load_file.file_id,
    blocks.first_record,
    load_file.part,
    blocks.rows_in,
    blocks.content_hash,
    head.updated_at,
    case load_file.precedence
        when 'updated_at' then coalesce(epoch_us(head.updated_at), 0)
        when 'state_rank' then
            greatest(coalesce(states.rank, 0), if(head.cancelled_at is not null, 95, 0)) * 10000000000000
            + least(coalesce((head.refunded_amount::decimal(38, 2) * 100)::bigint, 0), 999999999999) * 10
            + if(head.shipped_date is not null, 1, 0)
        else 0
    end as progress,
    not exists (select 1 from broken_blocks where broken_blocks.first_record = blocks.first_record) as is_complete,
    head.order_total,
    head.currency,
    coalesce(head.refunded_amount, 0) as refunded_amount
from blocks
cross join load_file
inner join conformed as head on head.source_record = blocks.first_record
left join setting.order_states as states on states.state = head.state
