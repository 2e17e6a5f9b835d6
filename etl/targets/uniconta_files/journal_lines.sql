-- One row per journal line of the batch, journal after journal. What is posted where, in the ERP's words?
-- One of debit and credit is filled (accounting §12); a currency stands only beside an amount in it, else the import refuses it.
select
    coalesce(journal, '') as output_part,
    journal,
    journal_date,
    voucher,
    account_type,
    account,
    offset_account_type,
    offset_account,
    vat_code,
    text,
    invoice_no,
    nullif(debit, 0) as debit,
    nullif(credit, 0) as credit,
    case when coalesce(debit_currency, 0) <> 0 or coalesce(credit_currency, 0) <> 0 then currency end as currency,
    nullif(debit_currency, 0) as debit_currency,
    nullif(credit_currency, 0) as credit_currency,
    transaction_id,
    payout_id
from batch_journal_lines
order by output_part, voucher, line_no
