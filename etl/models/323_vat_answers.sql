-- One row per question: the rule that answers it, the facts in words, and every other treatment with what spoke against it.
-- The rule with the lowest priority number whose conditions all hold decides; the last rule holds always, so there is one.
-- Of each refused treatment the rule that came nearest is told, unless three conditions spoke against it. `case_key` is the content of facts and answer.
with decided as (
    select question_id, arg_min(rule_id, priority) as rule_id, arg_min(treatment, priority) as treatment, min(priority) as priority
    from vat_rules_tried where len(failed) = 0 group by question_id
),
nearest as (
    select
        t.question_id, t.treatment,
        arg_min(t.rule_id || ': ' || if(len(t.failed) = 0, d.rule_id || ' comes first', array_to_string(t.failed, ', ')),
            len(t.failed) * 1000 + t.priority) as told,
        min(t.priority) as priority
    from vat_rules_tried as t
    inner join decided as d on d.question_id = t.question_id
    where t.treatment not in ('HOLD', d.treatment) and len(t.failed) <= 2
    group by t.question_id, t.treatment
),
refused as (
    select question_id, string_agg(treatment || ' (' || told || ')', '; ' order by priority) as rejected_alternatives
    from nearest group by question_id
),
told as (
    select
        q.* exclude (era), d.rule_id, r.rejected_alternatives,
        concat_ws(
            '; ', 'seller registered ' || q.seller_registered, 'line ' || q.line_kind, 'way ' || q.route,
            'buyer ' || q.buyer, 'VAT number ' || q.buyer_number, if(q.special = 'none', null, 'special ' || q.special),
            'OSS ' || q.oss, if(q.threshold = '-', null, 'EUR 10,000 ' || q.threshold),
            if(q.value_band = '-', null, 'EUR 150 ' || q.value_band), 'registered at dispatch ' || q.local_from,
            'registered at destination ' || q.local_to
        ) as evidence
    from vat_questions as q
    inner join decided as d on d.question_id = q.question_id
    left join refused as r on r.question_id = q.question_id
)
select
    question_id, rule_id, evidence, rejected_alternatives,
    text_key(concat_ws(chr(31), rule_id, evidence, rejected_alternatives)) as case_key
from told
