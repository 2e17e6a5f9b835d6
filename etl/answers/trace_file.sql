-- The files of that name, the newest first. $1: name as dropped, or as stored.
select *
from review.files
where name = $1 or parse_filename(stored_path) = $1
order by received_at desc, file_id desc
