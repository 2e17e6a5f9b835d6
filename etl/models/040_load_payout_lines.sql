-- One row per line of the acquirer's file being loaded, with its key and whether staging has it.
-- The key is the source's own id, else the line's content and its occurrence in this file: overlapping files then merge by
-- the larger count. A line that was pending and comes again with its payout is the same line, newer.
with keyed as (
    select
        load_rows.*,
        row_number() over (partition by identity_key order by source_record) as occurrence
    from load_rows
),
lines as (
    select
        * exclude (occurrence),
        case
            when line_id is not null
                then text_key(concat_ws(chr(31), 'line', acquirer, coalesce(merchant_account, ''), line_id, line_type))
            else text_key(concat_ws(chr(31), 'content', acquirer, identity_key, occurrence))
        end as row_key
    from keyed
),
-- Rows of one id and other content are not one line: each is kept, and the payout then does not tie.
variants as (
    select
        * exclude (row_key, variant, first_of_hash),
        if(variant = 1, row_key, text_key(concat_ws(chr(31), row_key::varchar, variant))) as row_key
    from (
        select *, dense_rank() over (partition by row_key order by first_of_hash) as variant
        from (select *, min(source_record) over (partition by row_key, row_hash) as first_of_hash from lines)
    )
),
counted as (
    select *, row_number() over (partition by row_key order by source_record) as turn from variants
),
payouts as (
    select acquirer, merchant, payout, text_key(concat_ws(chr(31), 'payout', acquirer, merchant, payout)) as payout_key
    from (
        select distinct acquirer, coalesce(merchant_account, '') as merchant, coalesce(payout_id, '') as payout
        from load_rows
    )
),
known as (
    select row_key, max(row_hash) as row_hash from staging.payouts
    where row_key in (select row_key from variants) and fate = 'staged' group by row_key
)
select
    counted.* exclude (turn),
    payouts.payout_key,
    nullif(regexp_extract(order_no, '([0-9]+)[^0-9]*$', 1), '') as order_digits,
    case
        when counted.turn > 1 or known.row_hash = counted.row_hash then 'duplicate'
        else 'staged'
    end as fate,
    known.row_key is not null as is_known
from counted
inner join payouts
    on payouts.acquirer = counted.acquirer and payouts.merchant = coalesce(counted.merchant_account, '')
    and payouts.payout = coalesce(counted.payout_id, '')
left join known on known.row_key = counted.row_key
