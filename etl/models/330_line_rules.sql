-- One row per touched order line: the VAT rule that decides it, whose VAT is due, at which rate, with which code of the company's,
-- or the first reason why it cannot go (hold_code). rate_bp is in basis points (25.5 % = 2550), null where no rate is known.
-- Lines that follow the goods (freight, fees) show the standard rate; what counts for them is the goods' (340).
select
    unnest(k.order_keys) as order_key,
    unnest(k.line_nos) as line_no,
    d.rule_id,
    d.case_key,
    d.rate_source,
    r.treatment,
    d.vat_country,
    nullif(d.region, '') as vat_region,
    k.category,
    k.supply_date,
    d.rate_bp,
    (d.rate_bp * 0.01)::decimal(9, 4) as vat_rate,
    c.vat_code,
    h.hold_code,
    h.hold_field,
    h.hold_value,
    h.hold_expected
from line_supplies as k
inner join vat_rates_due as d on d.kind_id = k.kind_id
inner join setting.vat_rules as r on r.rule_id = d.rule_id
left join vat_codes_due as c on c.treatment = r.treatment and c.vat_country = d.vat_country and c.rate_bp = d.rate_bp
left join vat_holds as h on h.kind_id = k.kind_id
