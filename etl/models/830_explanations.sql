-- One row per way in which the money of a held order would tie. What did the shop do otherwise, and what would mend it?
-- One explanation, or two that only close together; several rows: each of them closes the gap, and a person knows which it was.
-- It decides nothing: the order stays held. place 0: no way was found, or none was looked for in that run (etl/solver).
with told as (
    select
        ways.order_key,
        ways.place,
        unnest(range(1, len(ways.explanations) + 1)) as part,
        unnest(ways.explanations) as code,
        unnest(ways.fields) as field,
        unnest(ways.values_read) as value_read,
        unnest(ways.expected) as expected
    from core.explanations as ways
),
sentences as (
    select
        told.order_key,
        told.place,
        string_agg(replace(replace(replace(coalesce(messages.reason, told.code), '{field}', told.field), '{value}', told.value_read),
            '{expected}', told.expected), ' ' order by told.part) as explanation,
        string_agg(replace(replace(replace(messages.next_step, '{field}', told.field), '{value}', told.value_read),
            '{expected}', told.expected), ' ' order by told.part) as next_step
    from told
    left join setting.messages as messages on messages.code = told.code
    group by told.order_key, told.place
)
select
    orders.shop,
    orders.order_no,
    ways.place,
    ways.ways,
    array_to_string(ways.explanations, ' + ') as codes,
    sentences.explanation,
    array_to_string(list_distinct(list_filter(ways.settings, lambda setting: setting <> '')), ', ') as settings,
    sentences.next_step,
    ways.vat_gap,
    ways.total_gap,
    ways.vat_gap_left,
    ways.total_gap_left,
    verdicts.reason_code
from core.explanations as ways
inner join core.orders as orders on orders.order_key = ways.order_key
inner join sentences on sentences.order_key = ways.order_key and sentences.place = ways.place
left join core.verdicts as verdicts on verdicts.order_key = ways.order_key
