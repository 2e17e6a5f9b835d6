-- One row per question and VAT rule, in the order they are tried, with the conditions that did not hold.
select question_id, rule_id, treatment, failed from vat_rules_tried order by question_id, priority
