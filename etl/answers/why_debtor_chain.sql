-- Each way the debtor was looked for, and what was found. Reads the temp tables of a rehearsal.
select
    keys.place,
    keys.kind as tried,
    keys.value as value_seen,
    string_agg(distinct known.account, ', ' order by known.account) as found
from debtor_keys as keys
left join known_debtors as known
    on known.kind = keys.kind and known.value = keys.value and (keys.is_first or not known.is_ours)
group by keys.place, keys.kind, keys.value
order by keys.place
