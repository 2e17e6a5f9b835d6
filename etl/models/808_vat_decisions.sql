-- One row per line and rate of an order. Which rule of the VAT table decided, on what evidence, and which others were passed over?
-- decision is the rule's id in setting.vat_rules; dk_box (of Danish sellers), esl and oss_section say where the amount is reported.
-- The rules are tried in the order of their priority and the first whose conditions all hold decides: rejected_alternatives are
-- the other treatments, each with the rule that came nearest to giving it and what spoke against it.
select
    orders.shop,
    orders.order_no,
    decisions.line_no,
    decisions.rule_id as decision,
    decisions.treatment,
    decisions.vat_country,
    decisions.vat_rate,
    decisions.vat_code,
    if(company.country = 'DK', rules.dk_box, 'NONE') as dk_box,
    rules.esl,
    rules.oss_section,
    rules.legal_basis,
    concat_ws(
        '; ',
        cases.evidence,
        'ship from ' || coalesce(orders.ship_from_country, vat.ship_from),
        'ship to ' || nullif(concat_ws(' ', orders.shipping_country, orders.shipping_postcode), ''),
        'bill to ' || nullif(concat_ws(' ', orders.billing_country, orders.billing_postcode), ''),
        'number ' || nullif(concat_ws(' ', orders.vat_number, orders.vat_number_status), ''),
        'supply date ' || cast(coalesce(orders.shipped_date, orders.paid_date, orders.order_date) as varchar)
    ) as evidence,
    cases.rejected_alternatives,
    if(company.language = 'da', rules.text_da, rules.text_en) as rule,
    decisions.part_no,
    decisions.batch_id
from (
    select * from core.vat_decisions
    union all by name
    select lines.order_key, lines.line_no, 1 as part_no, lines.rule_id, lines.treatment, lines.vat_country, lines.vat_rate,
        lines.vat_code, lines.case_key, lines.batch_id
    from core.document_lines as lines
    join core.documents as documents on documents.doc_key = lines.doc_key
    where lines.rule_id is not null and (documents.event = 'sale' or starts_with(documents.event, 'sale_change:'))
) as decisions
join core.orders as orders on orders.order_key = decisions.order_key
cross join setting.company as company
left join setting.vat as vat on vat.shop = orders.shop
left join setting.vat_rules as rules on rules.rule_id = decisions.rule_id
left join core.vat_cases as cases on cases.case_key = decisions.case_key
