-- One row per debtor that exists (the ERP's snapshot, or sent by us) and way to know it, as 220 spells the ways.
-- A debtor that we sent counts as existing until the snapshot refutes it (architecture 8), for the way it was created for and no
-- other (is_ours): so it does not matter whether a buyer's orders go out in one batch or in several.
with debtors as (
    select account, vat_number, company_reg_no, ean, contact_email as email, invoice_email, country from erp.debtors
    where is_blocked is not true
)
select distinct account, kind, value, false as is_ours
from (
    select account, 'customer_no' as kind, account as value from debtors
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
union all
select distinct debtors.account, keys.kind, keys.value, true as is_ours
from debtor_keys as keys
inner join core.debtors as debtors on debtors.buyer_key = text_key(concat_ws(chr(31), keys.kind, keys.value))
where keys.is_first and debtors.batch_id is not null and not debtors.is_update
