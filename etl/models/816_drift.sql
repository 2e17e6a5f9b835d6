-- One row per word in a file that we have no meaning for: a new state, line type or buyer type. What has the source begun to say?
-- Add it to [values] of the source's contract. amount: what hangs on it, where it is known.
select
    files.source,
    rejects.column_name as what,
    rejects.value_read as value_seen,
    files.file_name,
    count(*) as rows,
    cast(null as decimal(18, 2)) as amount
from staging.rejects as rejects
join staging.files as files on files.file_id = rejects.file_id
where rejects.reason_code = 'VALUE_UNKNOWN'
group by all
