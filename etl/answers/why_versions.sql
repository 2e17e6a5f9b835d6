-- What the files said of the order, in the order they came. $1: order_key.
select
    files.file_name,
    versions.first_record,
    versions.rows_in,
    versions.updated_at,
    versions.order_total,
    versions.currency,
    versions.is_complete,
    versions.fate
from staging.order_versions as versions
left join staging.files as files on files.file_id = versions.file_id
where versions.order_key = $1
order by versions.version_id
