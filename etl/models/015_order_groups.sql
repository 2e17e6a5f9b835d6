-- One row per record of an order file that repeats the order's facts on every row: the record that opens its order.
-- All rows of one number and one moment of change are one version of the order.
select
    source_record,
    min(source_record) over (partition by order_no, updated_at) as first_record
from load_rows
