-- One row per thing that a source says for the first time: a column, a payment method, a word that has no meaning for us (a
-- state, a line type), a sign, digits that a spreadsheet lost. What has the source begun to say?
-- Words go into [values] of the source's contract, columns into [ignored]. amount: what hangs on it, where it is known.
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
union all by name
select drift.source, drift.what, drift.value_seen, files.file_name, drift.rows, drift.amount::decimal(18, 2) as amount
from staging.drift as drift
join staging.files as files on files.file_id = drift.file_id
