-- One row per business record in a file of payments, refunds or shipments: its rows together, and whether they are new.
-- A record that staging has with the same content is a duplicate; with other content the newer file's stands.
with groups as (
    select row_key, count(*) as rows_in, (sum(row_hash) % 18446744073709551557)::ubigint as content_hash
    from keyed_rows
    group by row_key
),
known as (
    select row_key, max(content_hash) as content_hash from known_rows where fate = 'staged' group by row_key
)
select
    groups.row_key,
    groups.rows_in,
    groups.content_hash,
    case
        when known.row_key is null then 'new'
        when known.content_hash = groups.content_hash then 'duplicate'
        else 'changed'
    end as outcome
from groups
left join known on known.row_key = groups.row_key
