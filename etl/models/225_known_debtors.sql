-- One row per debtor that exists (the ERP's snapshot, or sent by us) and way to know it, as 220 spells the ways.
-- A debtor that we sent counts as existing until the snapshot refutes it (architecture 8).
with debtors as (
    select account, vat_number, company_reg_no, ean, contact_email as email, invoice_email, country from erp.debtors
    where is_blocked is not true
    union all by name
    select account, vat_number, company_reg_no, ean, email, country, customer_no from core.debtors
    where batch_id is not null and not is_update
)
select distinct account, kind, value
from (
    select account, 'customer_no' as kind, account as value from debtors
    union all
    select account, 'customer_no' as kind, customer_no as value from debtors
    union all
    select account, 'email' as kind, lower(email) as value from debtors
    union all
    select account, 'email' as kind, lower(invoice_email) as value from debtors
    union all
    select account, 'ean' as kind, ean as value from debtors
    union all
    select account, 'vat_number' as kind, upper(regexp_replace(vat_number, '[^0-9A-Za-z]', '', 'g')) as value from debtors
    union all
    select account, 'vat_number' as kind, 'DK' || regexp_replace(company_reg_no, '[^0-9]', '', 'g') as value
    from debtors where coalesce(country, 'DK') in ('DK', 'Denmark', 'Danmark', '')
)
where value <> ''
