-- One row per touched order whose buyer gave a VAT number: what it is worth. May a treatment rest on it?
-- `buyer_number`: invalid, own_state (that of dispatch), other_state; with `_unverified` where nobody has checked it.
-- Checked = the file says VALID, a person approved this number, or the setting accepts well-formed numbers. A number that the
-- file and the check digits disagree on is invalid: two readings are held.
with approved as (
    select distinct subject from ops.decisions where decision = 'approve' and code = 'VAT_NUMBER_UNVERIFIED'
)
select
    p.order_key,
    coalesce(b.buyer_type, '') in ('b2b', 'ean') as is_business,
    coalesce(n.normalised, b.vat_number) as vat_number,
    case
        when n.status is null or n.status <> 'FORMAT_OK' or coalesce(b.vat_number_status, '') in ('INVALID', 'BAD_SYNTAX')
            then 'invalid'
        else if(n.vat_country = p.from_state, 'own_state', 'other_state')
            || case
                when b.vat_number_status = 'VALID' or s.accept_unverified = 'accept' then ''
                when s.accept_unverified = 'confirm_once' and a.subject is not null then ''
                else '_unverified'
            end
    end as buyer_number
from supply_places as p
inner join buyers as b on b.order_key = p.order_key
cross join vat_seller as s
left join vat_number_checks as n on n.vat_number = b.vat_number and coalesce(n.country, '') = coalesce(b.country, '')
left join approved as a on a.subject = n.normalised
where trim(b.vat_number) <> '' and coalesce(n.status, '') <> 'NONE'
