-- One row per reason why a payout is held, or still open: a payout that does not tie, an unknown acquirer, a missing
-- setting. Which question: what must a person do before this payout can be posted? Rule: accounting.md §1, §12.
-- appends: findings_now
select
    'payout' as subject,
    payout_key,
    problems.code,
    problems.effect,
    problems.rank as place,
    problems.field,
    problems.value_read,
    problems.expected,
    sums.file_id,
    sums.source_record
from payout_problems as problems
inner join payout_sums as sums using (payout_key)
