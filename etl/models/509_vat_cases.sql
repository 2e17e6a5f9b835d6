-- One row per question that this run answered for the first time: its facts in words and the treatments it did not get, kept
-- for the decisions and lines that name it.
-- appends: core.vat_cases
select distinct on (a.case_key) a.case_key, a.rule_id, a.evidence, a.rejected_alternatives
from vat_answers as a
where a.case_key in (select case_key from line_rules) and a.case_key not in (select case_key from core.vat_cases)
