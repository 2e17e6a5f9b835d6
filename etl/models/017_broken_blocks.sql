-- One row per order of the file that a rejected row may belong to: such an order is not complete and is held whole.
-- A row whose number is readable breaks the order of that number; one whose number is not breaks its neighbours.
with blocks as (
    select distinct first_record, order_no
    from placed_rows
    inner join load_rows using (source_record)
    where first_record is not null
),
nameless as (
    select source_record from load_rejects where order_no is null
)
select blocks.first_record
from blocks
inner join load_rejects on load_rejects.order_no = blocks.order_no
union
select max(blocks.first_record) from nameless inner join blocks on blocks.first_record < nameless.source_record
group by nameless.source_record
union
select min(blocks.first_record) from nameless inner join blocks on blocks.first_record > nameless.source_record
group by nameless.source_record
