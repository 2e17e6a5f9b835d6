-- One row per buyer whose debtor we number: the account it was given, or the next one of the range.
with wanted as (
    select buyer_key, min((shop, document_date, order_no, doc_key)) as place
    from planned_documents
    where not needs_person and debtor_account is null and doc_key not in (select key from plan_excluded)
    group by buyer_key
),
last_number as (
    select greatest(
        coalesce((select max(number) from ops.numbers where series = 'debtor'), 0),
        coalesce((select min(debtor) from setting.numbers), 1) - 1
    ) as number
),
given as (
    select key as buyer_key, max(number) as number from ops.numbers where series = 'debtor' group by key
),
fresh as (
    select wanted.buyer_key, last_number.number + row_number() over (order by wanted.place) as number
    from wanted cross join last_number
    where wanted.buyer_key not in (select buyer_key from given)
)
select buyer_key, number, number::varchar as account, true as is_fresh from fresh
union all
select given.buyer_key, given.number, given.number::varchar as account, false as is_fresh
from given inner join wanted using (buyer_key)
