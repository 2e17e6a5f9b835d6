-- Files that were rejected, the newest first.
select name, shop, rows_in, received_at, reason_code as code, reason, next_step
from review.files
where status = 'rejected'
order by received_at desc, file_id desc
