-- One row per held order whose gap something explains: what it is, and the setting that would mend it. It decides nothing.
-- appends: findings_now
select
    'order' as subject,
    ways.order_key,
    'info' as effect,
    99 as place,
    'VAT_GAP_EXPLAINED' as code,
    string_agg(array_to_string(ways.explanations, ' + '), ' / ' order by ways.place) as field,
    concat_ws(' / ', any_value(ways.vat_gap)::varchar, any_value(ways.total_gap)::varchar) as value_read,
    string_agg(array_to_string(ways.settings, ', '), ' / ' order by ways.place) as expected
from core.explanations as ways
inner join touched_orders using (order_key)
where ways.place > 0
group by ways.order_key
