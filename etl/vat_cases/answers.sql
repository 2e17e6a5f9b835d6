-- One row per case, in order: what was decided, on what grounds, or why not. A case that is held shows no rate and no box.
with told as (
    select l.*, o.shop, l.hold_code is not null and l.hold_code <> 'VAT_CODE_MISSING' as is_held
    from line_rules as l
    inner join core.orders as o on o.order_key = l.order_key
),
asked as (
    select distinct case_key, evidence, rejected_alternatives from vat_answers
)
select
    t.rule_id as decision,
    if(t.is_held, 'HOLD', t.treatment) as treatment,
    t.vat_country,
    t.vat_region as region,
    if(t.is_held, null, t.vat_rate) as vat_rate,
    if(t.is_held, null, t.rate_source) as rate_source,
    if(t.is_held, null, t.vat_code) as vat_code,
    if(v.country = 'DK' and not t.is_held, r.dk_box, 'NONE') as dk_box,
    if(t.is_held, null, r.esl) as esl,
    if(t.is_held, null, r.oss_section) as oss_section,
    r.legal_basis,
    concat_ws('; ', 'supply ' || t.supply_date, a.evidence) as evidence,
    a.rejected_alternatives,
    t.hold_code,
    t.hold_field as field,
    t.hold_value as value_read,
    t.hold_expected as expected
from told as t
inner join setting.vat as v on v.shop = t.shop
inner join setting.vat_rules as r on r.rule_id = t.rule_id
inner join asked as a on a.case_key = t.case_key
order by t.order_key
