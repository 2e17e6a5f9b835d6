-- One row per order to decide again. Besides those that were touched by name: with a new snapshot or changed settings every
-- order that is open or has an open document, and the order of a refund whose credit note has no date of its own until the
-- payout tells one; and of a seller who is not in the Union one-stop shop every open order that counts toward EUR 10,000, for
-- an earlier sale may have come.
-- What was sent is never reopened by a setting; the booked invoice of a sent order is a new fact of it.
with everything as (
    select count(*) > 0 as is_asked from ops.touched where kind in ('snapshot', 'settings')
),
refund_lines_told as (
    select lines.transaction_id, lines.parent_transaction_id, lines.shop, lines.order_digits
    from ops.touched as touched
    inner join staging.payouts as lines on lines.payout_key = touched.key
    where touched.kind = 'payout' and lines.line_type = 'refund' and lines.fate = 'staged'
),
-- Whose they are, as 538 finds it.
orders_refunded as (
    select order_key from refund_lines_told inner join core.order_transactions using (transaction_id)
    union
    select transactions.order_key
    from refund_lines_told as lines
    inner join core.order_transactions as transactions on transactions.transaction_id = lines.parent_transaction_id
    union
    select order_key from refund_lines_told inner join core.orders using (shop, order_digits)
)
select key as order_key from ops.touched where kind = 'order'
union
select versions.order_key
from staging.order_versions as versions
cross join everything
left join core.verdicts as verdicts on verdicts.order_key = versions.order_key
where everything.is_asked and coalesce(verdicts.verdict, 'held') <> 'exported'
union
select findings.order_key
from core.findings as findings
cross join everything
where everything.is_asked and findings.event is not null and findings.effect in ('hold', 'wait') and findings.batch_id is null
union
select documents.order_key
from core.documents as documents
cross join everything
inner join erp.invoices as invoices
    on invoices.order_number = documents.number::varchar or invoices.requisition = documents.requisition
where everything.is_asked and documents.batch_id is not null
union
select documents.order_key
from core.documents as documents
where documents.batch_id is null and documents.kind = 'credit_note'
    and documents.order_key in (select order_key from orders_refunded)
union
select sales.order_key
from core.threshold_sales as sales
inner join core.verdicts as verdicts on verdicts.order_key = sales.order_key and verdicts.verdict <> 'exported'
where exists (from setting.vat where oss is distinct from 'union') and exists (from ops.touched where kind = 'order')
