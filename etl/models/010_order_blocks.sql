-- One row per record of an order file whose order facts stand on the first row only: the record that opens its order.
-- A block starts where order facts stand, never at a change of key (an order may be repeated right after itself), and
-- rows are filled down within one key only. A row away from its block belongs to it where the file has that order once;
-- otherwise first_record is null and the row has no order.
with marked as (
    select
        source_record,
        order_no,
        is_block_start,
        sum(is_block_start::integer) over (order by source_record) as block_no
    from load_rows
),
headers as (
    select block_no, order_no, source_record as first_record from marked where is_block_start
),
lone_headers as (
    select order_no, min(first_record) as first_record from headers group by order_no having count(*) = 1
)
select
    marked.source_record,
    coalesce(case when headers.order_no = marked.order_no then headers.first_record end, lone_headers.first_record)
        as first_record
from marked
left join headers on headers.block_no = marked.block_no
left join lone_headers on lone_headers.order_no = marked.order_no
