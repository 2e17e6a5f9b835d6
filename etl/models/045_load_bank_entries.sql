-- One row per entry of the bank file being loaded, with its key and whether staging has it.
-- The key is the bank's own id, else what identifies an entry, and its occurrence in this file: overlapping statements then
-- merge by the larger count.
with keyed as (
    select
        load_rows.*,
        row_number() over (partition by account, entry_no, identity_key order by source_record) as occurrence
    from load_rows
),
entries as (
    select
        * exclude (occurrence),
        text_key(concat_ws(chr(31), 'bank', coalesce(account, ''), coalesce(entry_no, ''), identity_key, occurrence)) as row_key
    from keyed
),
known as (
    select row_key, max(content_hash) as content_hash from staging.bank_entries
    where fate = 'reference' and row_key in (select row_key from entries) group by row_key
)
select
    entries.*,
    if(known.content_hash = entries.row_hash, 'duplicate', 'reference') as fate,
    known.row_key is not null as is_known
from entries
left join known using (row_key)
