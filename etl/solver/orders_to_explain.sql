-- One row per touched order that is held because its money does not tie, in the order in which they are explained.
-- $codes: the reasons that say so.
create or replace temp table orders_to_explain as
select distinct findings.order_key
from findings_now as findings
inner join core.verdicts as verdicts on verdicts.order_key = findings.order_key
where verdicts.verdict = 'held' and findings.subject = 'order' and findings.effect = 'hold' and findings.event is null
    and list_contains($codes, findings.code)
order by findings.order_key
