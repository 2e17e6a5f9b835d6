-- One row per item that still stands on the error account, the disputes account or the gift card account. What is it, and how old?
-- An item is the balance of one payout line (error, disputes) or of one order (gift cards), debit less credit, sent documents and journals;
-- what was reclassed or redeemed to zero is gone. A gift card that was sold is a debt: negative.
with postings as (
    select
        case
            when postings.account = accounts.error then 'error'
            when postings.account = accounts.disputes then 'disputes'
            when postings.account = accounts.gift_cards then 'gift_cards'
        end as account_role,
        postings.account,
        postings.order_key,
        postings.line_key,
        postings.payout_id,
        cast(null as ubigint) as doc_key,
        postings.journal_date as item_date,
        postings.amount,
        postings.cause
    from review.account_postings as postings
    cross join setting.accounts as accounts
    where postings.account in (accounts.error, accounts.disputes, accounts.gift_cards)
    union all
    select
        'gift_cards', accounts.gift_cards, documents.order_key, null, null, documents.doc_key, documents.document_date,
        -lines.gross_amount, 'gift card sold'
    from core.document_lines as lines
    join core.documents as documents on documents.doc_key = lines.doc_key
    cross join setting.accounts as accounts
    where lines.line_type = 'gift_card_sale' and documents.batch_id is not null and accounts.gift_cards is not null
), items as (
    select
        account,
        coalesce(line_key, order_key) as item_key,
        max(order_key) as order_key,
        max(doc_key) as doc_key,
        max(line_key) as line_key,
        max(payout_id) as payout_id,
        min(item_date) as item_date,
        cast(sum(amount) as decimal(18, 2)) as amount,
        arg_min(cause, item_date) as cause
    from postings
    group by account, item_key
    having sum(amount) <> 0
)
select
    items.account,
    coalesce(orders.order_no, lines.order_no) as order_no,
    documents.shop || '/' || documents.order_id || '/' || documents.event as document_id,
    items.payout_id,
    items.item_date,
    cast(date_diff('day', items.item_date, run.as_of) as bigint) as age_days,
    items.amount,
    company.currency,
    items.cause,
    lines.transaction_id,
    files.file_name,
    lines.source_record
from items
cross join setting.company as company
cross join setting.run as run
left join core.orders as orders on orders.order_key = items.order_key
left join core.documents as documents on documents.doc_key = items.doc_key
left join core.payout_lines as lines on lines.line_key = items.line_key
left join staging.files as files on files.file_id = lines.file_id
