-- One row per line of a journal that we prepare; batch_id is empty while it is only planned. Which postings, why (cause), and from
-- which row of which file? Debit and credit are in the company's currency, exactly one of them filled (accounting §12).
select
    lines.batch_id,
    lines.journal,
    lines.voucher,
    lines.line_no,
    lines.journal_date,
    lines.account_type,
    lines.account,
    lines.offset_account_type,
    lines.offset_account,
    lines.text,
    lines.debit,
    lines.credit,
    lines.currency,
    lines.debit_currency,
    lines.credit_currency,
    lines.vat_code,
    lines.invoice_no,
    lines.payout_id,
    lines.cause,
    files.file_name,
    lines.source_record,
    lines.voucher_kind,
    lines.account_role,
    orders.order_no,
    lines.wanted_date,
    lines.transaction_id
from core.journal_lines as lines
left join staging.files as files on files.file_id = lines.file_id
left join core.orders as orders on orders.order_key = lines.order_key
