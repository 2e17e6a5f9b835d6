-- One row per payment voucher: debtor against receivable (or gift cards) on one line with its offset account. Positive
-- = credit. Which question: how is a payment registered where the ERP does not do it itself? Rule: accounting.md §2
-- journal, §3 refunds, §9.
-- view: read once, by voucher_lines
select
    voucher_key,
    'payment' as voucher_kind,
    acquirer,
    journal,
    journal_date,
    wanted_date,
    1 as line_no,
    case when is_correction then 'receivable' else 'debtor' end as account_role,
    case when not is_correction then debtor_account end as account,
    money_role as offset_role,
    cause,
    amount as credit_amount,
    case when is_foreign then order_currency end as order_currency,
    case when is_foreign then paid_amount end as credit_order_currency,
    case when not is_correction then invoice_no end as invoice_no,
    order_no as reference,
    order_key,
    transaction_id,
    file_id,
    source_record,
    md5(concat_ws(
        chr(31), debtor_account, invoice_no, money_account, amount, paid_amount, order_currency, journal, journal_date,
        cause
    )) as content_hash
from payments_decided
where problem is null and amount <> 0
