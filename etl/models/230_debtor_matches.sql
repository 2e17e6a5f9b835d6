-- One row per touched order whose debtor is known: the first way in the chain that finds any; several found is ambiguous.
with found as (
    select keys.order_key, keys.place, any_value(keys.kind) as kind, any_value(keys.value) as value,
        min(known.account) as account, count(distinct known.account) as accounts,
        string_agg(distinct known.account, ', ' order by known.account) as candidates
    from debtor_keys as keys
    inner join known_debtors as known on known.kind = keys.kind and known.value = keys.value
    where keys.is_first or not known.is_ours
    group by keys.order_key, keys.place
)
select * from found
qualify row_number() over (partition by order_key order by place) = 1
