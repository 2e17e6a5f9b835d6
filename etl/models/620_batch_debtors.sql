-- One row per debtor file line: one to create (numbered by us, or a country's collective that the ERP does not have), or one
-- to update where [debtors] update = "changed" and the newest order tells another name or address than the snapshot.
with buyers_of_batch as (
    select documents.buyer_key, documents.debtor_account as account, documents.buyer_type, documents.vat_zone,
        documents.payment_term, documents.currency, orders.*, accounts.is_fresh
    from batch_documents as documents
    inner join core.orders as orders using (order_key)
    left join batch_accounts as accounts on accounts.buyer_key = documents.buyer_key
    qualify row_number() over (
        partition by documents.debtor_account order by orders.order_date desc nulls last, documents.doc_key
    ) = 1
),
known as (
    select account from erp.debtors
    union
    select account from core.debtors where batch_id is not null
),
written as (
    select
        buyers.buyer_key, buyers.account, rules.debtor_group, buyers.vat_zone, buyers.currency, buyers.payment_term,
        coalesce(rules.collective, '') <> '' and not rules.is_create as is_collective,
        coalesce(buyers.customer_company, buyers.customer_name, buyers.shipping_name, buyers.account) as person,
        coalesce(buyers.billing_address, buyers.shipping_address) as address1,
        coalesce(buyers.billing_address2, buyers.shipping_address2) as address2,
        coalesce(buyers.billing_postcode, buyers.shipping_postcode) as postcode,
        coalesce(buyers.billing_city, buyers.shipping_city) as city,
        coalesce(buyers.billing_country, buyers.shipping_country) as country,
        coalesce(buyers.shipping_country, buyers.billing_country) as delivery_country,
        nullif(buyers.vat_number, '') as vat_number, nullif(buyers.customer_ean, '') as ean, buyers.customer_email as email,
        buyers.customer_phone as phone, buyers.customer_no, rules.update_rule, known.account is not null as is_known
    from buyers_of_batch as buyers
    left join setting.debtor_rules as rules on rules.buyer_type = buyers.buyer_type and rules.shop = buyers.shop
    left join known on known.account = buyers.account
)
select
    buyer_key, account, debtor_group, vat_zone, currency, false as is_update,
    if(is_collective, account, person) as name,
    if(is_collective, null, address1) as address1, if(is_collective, null, address2) as address2,
    if(is_collective, null, postcode) as postcode, if(is_collective, null, city) as city,
    if(is_collective, delivery_country, country) as country,
    if(is_collective, null, vat_number) as vat_number,
    if(is_collective, null, if(starts_with(vat_number, 'DK'), vat_number[3:], vat_number)) as company_reg_no,
    if(is_collective, null, ean) as ean, if(is_collective, null, email) as email, if(is_collective, null, phone) as phone,
    if(is_collective, null, customer_no) as customer_no, payment_term
from written
where not is_known
union all by name
select written.buyer_key, written.account, written.debtor_group, written.vat_zone, written.currency, true as is_update,
    written.person as name, written.address1, written.address2, written.postcode, written.city, written.country,
    written.email, written.phone
from written
inner join erp.debtors as debtors on debtors.account = written.account
where written.update_rule = 'changed' and not written.is_collective and (
    written.person is distinct from debtors.name or written.address1 is distinct from debtors.address1
    or written.postcode is distinct from debtors.postcode or written.city is distinct from debtors.city
)
