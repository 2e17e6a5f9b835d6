-- One row per case, in order: what was decided, on what grounds, or why not. A case that is held shows no rate.
select
    l.rule_id as decision,
    if(l.hold_code is null or l.hold_code = 'VAT_CODE_MISSING', l.treatment, 'HOLD') as treatment,
    l.vat_country,
    l.vat_region as region,
    if(l.hold_code is null or l.hold_code = 'VAT_CODE_MISSING', l.vat_rate, null) as vat_rate,
    l.vat_code,
    if(v.country = 'DK', r.dk_box, 'NONE') as dk_box,
    r.esl,
    r.oss_section,
    r.legal_basis,
    a.evidence,
    a.rejected_alternatives,
    l.hold_code,
    l.hold_field as field,
    l.hold_value as value_read,
    l.hold_expected as expected
from line_rules as l
inner join core.orders as o on o.order_key = l.order_key
inner join setting.vat as v on v.shop = o.shop
inner join setting.vat_rules as r on r.rule_id = l.rule_id
inner join (select distinct case_key, evidence, rejected_alternatives from vat_answers) as a on a.case_key = l.case_key
order by l.order_key
