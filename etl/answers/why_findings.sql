-- What the checks found of the order when it was decided. $1: order_key.
select
    findings.code,
    findings.effect,
    findings.event,
    findings.field,
    findings.value_read,
    findings.expected,
    files.file_name,
    findings.source_record
from core.findings as findings
left join staging.files as files on files.file_id = findings.file_id
where findings.order_key = $1
order by findings.effect, findings.code
