-- One row per thing the batch would send: its key and the hash of its content, in the order of the keys.
-- Numbers are no part of it: a plan made again is the same plan (architecture 8). The hash only has to last from `plan` to
-- `commit`, so the engine's own will do.
with line_hashes as (
    select
        doc_key,
        sum(hash(line_no, item, text, quantity, vat_code, vat_rate, net_amount, vat_amount, gross_amount)) as lines_hash
    from batch_document_lines
    group by doc_key
)
select
    'document' as what,
    documents.doc_key as key,
    documents.shop || '/' || documents.order_id || '/' || documents.event as entry,
    documents.total_amount as amount,
    documents.currency,
    documents.needs_person,
    to_hex(hash(
        documents.doc_key, documents.kind, documents.buyer_key, documents.document_date, documents.currency,
        documents.exchange_rate, documents.net_amount, documents.vat_amount, documents.total_amount,
        documents.payment_term, documents.settles, line_hashes.lines_hash
    )) as content_hash
from batch_documents as documents
left join line_hashes using (doc_key)
union all by name
select
    'voucher' as what,
    voucher_key as key,
    min(voucher_kind) || '/' || coalesce(min(payout_id), '') as entry,
    sum(debit) as amount,
    min(currency) as currency,
    false as needs_person,
    min(content_hash) as content_hash
from batch_journal_lines
group by voucher_key
