-- One row per question and rule of setting.vat_rules: the conditions that do not hold (`failed`, empty: the rule fits).
-- `any` always holds; `a|b` holds for either. `era` is the last day on which some rule began or had ended.
with compared as (
    select
        q.question_id, r.rule_id, r.priority, r.treatment,
        [
            fails('seller_registered', q.seller_registered, r.seller_registered),
            fails('line_kind', q.line_kind, r.line_kind),
            fails('route', q.route, r.route),
            fails('buyer', q.buyer, r.buyer),
            fails('buyer_number', q.buyer_number, r.buyer_number),
            fails('special', q.special, r.special),
            fails('oss', q.oss, r.oss),
            fails('threshold', q.threshold, r.threshold),
            fails('value_band', q.value_band, r.value_band),
            fails('local_from', q.local_from, r.local_from),
            fails('local_to', q.local_to, r.local_to),
            if(r.valid_from > coalesce(q.era, date '0001-01-01'), 'supply_date < ' || r.valid_from, null),
            if(r.valid_to < q.era, 'supply_date > ' || r.valid_to, null)
        ] as conditions
    from vat_questions as q
    cross join setting.vat_rules as r
    where r.priority is not null
)
select question_id, rule_id, priority, treatment, list_filter(conditions, lambda c: c is not null) as failed
from compared
