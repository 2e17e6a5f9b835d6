-- The acquirers' lines that belong to the order. $1: order_key.
select distinct told.*
from review.payout_matches as told
inner join staging.files as files on files.file_name = told.file_name
inner join core.payout_lines as lines on lines.file_id = files.file_id and lines.source_record = told.source_record
inner join core.payout_matches as matches on matches.line_key = lines.line_key
where matches.order_key = $1
order by told.payout_id, told.source_record
