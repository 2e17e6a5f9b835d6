-- One row per treatment, state, rate and currency that orders supplied since $since needed or would need: how many orders, how many
-- of them are held because there is no code, what those come to (whole orders, incl. VAT), and how the sales are reported.
-- The decisions of orders without a document stand in core.vat_decisions; of others, on the document's lines. A held order counts
-- however old it is. A rate that is not known is no need: its order is held for that. $zero_rated: the treatments whose rate is
-- zero in every state, so that one code serves them all.
with decided as (
    select order_key, rule_id, treatment, vat_country, vat_rate from core.vat_decisions
    union
    select order_key, rule_id, treatment, vat_country, vat_rate from core.document_lines
),
waiting as (
    select distinct findings.order_key
    from core.findings as findings
    inner join core.verdicts as verdicts on verdicts.order_key = findings.order_key
    where findings.code = 'VAT_CODE_MISSING' and verdicts.verdict = 'held'
),
needed as (
    select
        d.order_key, d.treatment,
        if(list_contains($zero_rated::varchar[], d.treatment), null, d.vat_country) as vat_country,
        if(list_contains($zero_rated::varchar[], d.treatment), 0, d.vat_rate) as vat_rate,
        list(distinct concat_ws(' ', nullif(rules.dk_box, ''), nullif(rules.esl, ''), nullif(rules.oss_section, ''))) as places
    from decided as d
    left join setting.vat_rules as rules on rules.rule_id = d.rule_id
    where d.treatment <> 'HOLD' and d.vat_rate is not null
    group by all
)
select
    n.treatment, n.vat_country, n.vat_rate,
    coalesce(o.currency, '') as currency,
    count(*) as orders,
    count(w.order_key) as orders_waiting,
    coalesce(sum(o.order_total) filter (where w.order_key is not null), 0)::decimal(18, 2) as amount_waiting,
    list_distinct(flatten(list(n.places))) as places,
    list_distinct(list(coalesce(o.ship_from_country, ''))) as dispatch_countries
from needed as n
inner join core.orders as o on o.order_key = n.order_key
left join core.verdicts as v on v.order_key = n.order_key
left join waiting as w on w.order_key = n.order_key
where v.verdict is distinct from 'skipped'
    and (w.order_key is not null or coalesce(o.shipped_date, o.paid_date, o.order_date) >= $since::date)
group by n.treatment, n.vat_country, n.vat_rate, o.currency
