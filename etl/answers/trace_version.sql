-- The version of an order that a record belongs to. A duplicate's rows are not kept; it says where they stood.
-- $1: file_id, $2: source_record, $3: version_id of the staged row, if there is one.
select *
from staging.order_versions
where file_id = $1 and first_record <= $2
order by coalesce(version_id = $3, false) desc, first_record desc
limit 1
