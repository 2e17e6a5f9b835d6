-- One row per line part of a touched order that is not sent: the VAT rule that decided it. Sent ones are frozen with their batch.
-- replaces: core.vat_decisions by order_key where batch_id is null
select order_key, line_no, part_no::integer as part_no, rule_id, treatment, vat_country, vat_rate, vat_code
from line_vat
where order_key not in (select order_key from sent_documents)
