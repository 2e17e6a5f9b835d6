-- One row per version of each order that the file being loaded speaks of: staged (the current one), duplicate or superseded.
-- Heads and lines that come in two files are versions of their own. Same content as an earlier version is a duplicate. Of the rest the complete one that had come furthest is current.
with known as (
    select * exclude (fate) from staging.order_versions
    where order_key in (select order_key from load_versions)
),
versions as (
    select * from known
    union all by name
    select * from load_versions
),
repeated as (
    select order_key from versions group by order_key, part = 'lines' having count(*) > 1
),
marked as (
    select
        *,
        row_number() over (partition by order_key, part, content_hash, is_complete order by version_id) > 1 as is_duplicate
    from versions
    where order_key in (select order_key from repeated)
),
ranked as (
    select
        *,
        row_number() over (
            partition by order_key, part = 'lines' order by is_duplicate, is_complete desc, progress desc, version_id desc
        ) as place
    from marked
)
select
    * exclude (is_duplicate, place),
    case when is_duplicate then 'duplicate' when place = 1 then 'staged' else 'superseded' end as fate
from ranked
union all by name
select *, 'staged' as fate from versions where order_key not in (select order_key from repeated)
