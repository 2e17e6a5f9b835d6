-- One row per sale, refund and chargeback line of a payout. Which order does the money belong to, and by which rule?
-- Of a line that was sent and is reclassed the newer reading is shown. Ties are never resolved by us: the candidates stand in alternatives (accounting §5). A refund names its document where the order has one.
with documents_of_order as (
    select
        order_key,
        min(shop || '/' || order_id || '/' || event) filter (where event = 'sale') as sale_id,
        min(shop || '/' || order_id || '/' || event) filter (where kind = 'credit_note') as credit_id,
        count(*) filter (where kind = 'credit_note') as credits
    from core.documents
    where order_key is not null
    group by order_key
)
select
    lines.payout_id,
    files.file_name,
    lines.source_record,
    lines.line_type,
    lines.transaction_id,
    coalesce(orders.order_no, lines.order_no) as order_no,
    case
        when lines.line_type <> 'refund' then documents.sale_id
        when documents.credits = 1 then documents.credit_id
    end as document_id,
    matches.amount,
    matches.difference,
    matches.match_rule,
    matches.certificate,
    matches.alternatives,
    matches.status,
    matches.posted_amount,
    matches.account_role,
    lines.currency,
    lines.acquirer,
    matches.batch_id
from (
    select * from core.payout_matches where status is not null
    qualify row_number() over (partition by line_key order by batch_id nulls first) = 1
) as matches
join core.payout_lines as lines on lines.line_key = matches.line_key
left join core.orders as orders on orders.order_key = matches.order_key
left join documents_of_order as documents on documents.order_key = matches.order_key
left join staging.files as files on files.file_id = lines.file_id
