-- One row per line part of a touched order without a document: the VAT rule that decided it. A document's lines carry theirs.
-- replaces: core.vat_decisions by order_key where batch_id is null
select order_key, line_no, part_no::integer as part_no, rule_id, treatment, vat_country, vat_rate, vat_code, case_key
from line_vat
where order_key not in (select order_key from sent_documents) and order_key not in (select order_key from sales_wanted)
