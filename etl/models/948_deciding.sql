-- One row per touched order that something stops, and what: skipped before waiting before held, then the reason nearest to the
-- source. What a person approved decides nothing; an approved VAT number is 310's to know, which tells another one again.
select findings.order_key, findings.effect, findings.code, findings.field, findings.value_read, findings.expected
from findings_now as findings
where findings.subject = 'order' and findings.effect in ('skip', 'wait', 'hold') and findings.event is null
    and not exists (
        select 1 from approvals
        where approvals.order_key = findings.order_key and approvals.code = findings.code
            and approvals.code <> 'VAT_NUMBER_UNVERIFIED'
    )
qualify row_number() over (
    partition by findings.order_key
    order by case findings.effect when 'skip' then 1 when 'wait' then 2 else 3 end, coalesce(findings.place, 99), findings.code
) = 1
