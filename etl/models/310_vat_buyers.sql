-- One row per touched order and place whose buyer gave a VAT number: what it is worth. May a treatment rest on it?
-- `buyer_number`: invalid, own_state (that of dispatch), other_state; with `_unverified` where nobody has checked it.
-- Checked = the register or the file says VALID, a person approved this number, or the setting accepts well-formed numbers. A
-- number that the file, the register and the check digits disagree on is invalid: two readings are held. A register that did
-- not answer says nothing. Numbers of Northern Ireland are for goods only (vat.md 1.3).
with approved as (
    select distinct subject from ops.decisions where decision = 'approve' and code = 'VAT_NUMBER_UNVERIFIED'
),
registered as (
    select vat_number, arg_max(result, checked_at) as result, arg_max(counts_to, checked_at) as counts_to
    from ops.vat_answers where result in ('VALID', 'INVALID') group by vat_number
)
select
    p.order_key,
    p.place_kind,
    coalesce(n.normalised, b.vat_number) as vat_number,
    case
        when coalesce(n.status, '') <> 'FORMAT_OK' or coalesce(b.vat_number_status, '') in ('INVALID', 'BAD_SYNTAX')
            or r.result = 'INVALID' or (n.vat_country = 'XI' and p.place_kind <> 'goods')
            then 'invalid'
        else if(n.vat_country = p.from_state, 'own_state', 'other_state')
            || case
                when r.result = 'VALID' or b.vat_number_status = 'VALID' or s.accept_unverified = 'accept' then ''
                when s.accept_unverified = 'confirm_once' and a.subject is not null then ''
                else '_unverified'
            end
    end as buyer_number
from supply_places as p
inner join buyers as b on b.order_key = p.order_key
inner join vat_seller as s on s.shop = p.shop
left join vat_number_checks as n on n.vat_number = b.vat_number and coalesce(n.country, '') = coalesce(b.country, '')
left join approved as a on a.subject = n.normalised
left join registered as r on r.vat_number = n.normalised and coalesce(p.supply_date <= r.counts_to, true)
where trim(b.vat_number) <> '' and coalesce(n.status, '') <> 'NONE'
