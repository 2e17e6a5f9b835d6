-- One row per line: what the VAT table asks of it, and which question that is. Reads the temp tables of a rehearsal.
select
    unnest(k.line_nos) as line_no,
    q.question_id,
    q.seller_registered, q.line_kind, q.route, q.buyer, q.buyer_number, q.special, q.oss, q.threshold, q.value_band,
    q.local_from, q.local_to,
    k.supply_date,
    d.rule_id as decided,
    r.setting,
    r.legal_basis
from line_supplies as k
inner join vat_rates_due as d on d.kind_id = k.kind_id
inner join vat_questions as q on q.question_id = d.question_id
inner join vat_answers as a on a.question_id = d.question_id
left join setting.vat_rules as r on r.rule_id = a.rule_id
order by line_no
