-- One row per kind of line: the rule of setting.vat_rules that decides it. Which treatment is it?
-- The rule with the lowest priority number whose conditions all hold; the last rule holds always, so there is exactly one.
select
    k.kind_id,
    arg_min(r.rule_id, r.priority) as rule_id
from line_supplies as k
inner join setting.vat_rules as r
    on (r.seller_registered = 'any' or r.seller_registered = k.seller_registered)
    and (r.line_kind = 'any' or r.line_kind = k.line_kind)
    and (r.route = 'any' or r.route = k.route)
    and (r.buyer_number = 'any' or r.buyer_number = k.buyer_number)
    and (r.special = 'any' or r.special = k.special)
    and (r.oss = 'any' or r.oss = k.oss)
    and (r.threshold = 'any' or r.threshold = k.threshold)
    and (r.valid_from is null or r.valid_from <= k.supply_date)
where r.priority is not null
group by k.kind_id
