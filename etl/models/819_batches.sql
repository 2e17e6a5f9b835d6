-- One row per batch: what was planned, published and can be undone together. When, how much, and who let it go?
-- sums: amount per currency of its documents and journals; sha256: of the published files' manifest. Empty published_at: not handed over.
select
    batch_id,
    planned_at,
    published_at,
    documents,
    journal_lines,
    sums,
    sha256,
    approved_by,
    plan_hash
from ops.batches
