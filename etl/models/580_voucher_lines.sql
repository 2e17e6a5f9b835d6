-- One row per journal line of every voucher of this run: debit or credit in company currency, both currencies where
-- the order's is another. Which question: what does the ERP get? Each voucher balances, by the payout's tie or by its
-- offset account. Rule: accounting.md §12: the order number first in the text, 50 characters; no VAT code on debtor
-- lines; one date.
-- view: read by the three journals, each for its kind
with postings as (
    select * from payout_postings
    union all by name
    select * from reclass_postings
    union all by name
    select * from payment_postings
)
select
    postings.voucher_key,
    postings.voucher_kind,
    postings.line_no,
    postings.journal,
    postings.journal_date,
    postings.wanted_date,
    case when postings.account_role = 'debtor' then 'debtor' else 'ledger' end as account_type,
    coalesce(postings.account, own.account) as account,
    case when postings.offset_role is not null then 'ledger' end as offset_account_type,
    other.account as offset_account,
    left(concat_ws(' ', postings.reference, postings.acquirer, postings.payout_id), 50) as text,
    case when credit_amount < 0 then -credit_amount end::decimal(18, 2) as debit,
    case when credit_amount > 0 then credit_amount end::decimal(18, 2) as credit,
    coalesce(postings.order_currency, company.currency) as currency,
    case when credit_order_currency < 0 then -credit_order_currency end::decimal(18, 2) as debit_currency,
    case when credit_order_currency > 0 then credit_order_currency end::decimal(18, 2) as credit_currency,
    nullif(own.vat_code, '') as vat_code,
    postings.invoice_no,
    postings.payout_key,
    postings.payout_id,
    postings.order_key,
    postings.line_key,
    postings.cause,
    postings.account_role,
    postings.transaction_id,
    postings.file_id,
    postings.source_record,
    postings.content_hash
from postings
left join role_accounts as own on own.acquirer = postings.acquirer and own.account_role = postings.account_role
left join role_accounts as other on other.acquirer = postings.acquirer and other.account_role = postings.offset_role
cross join setting.company as company
