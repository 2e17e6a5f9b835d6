-- One row per VAT number that the sale of a touched order without VAT rests on and nobody has checked: a register is asked.
-- Well formed, of orders of which nothing was sent. A number that the file calls valid, or a person approved, was checked.
-- Read by the asking only (etl/vat_registers.py).
-- view: read there, or not at all
select distinct checks.normalised as vat_number
from line_rules as rules
inner join core.orders as orders on orders.order_key = rules.order_key
inner join buyers on buyers.order_key = rules.order_key
inner join vat_number_checks as checks
    on checks.vat_number = buyers.vat_number and coalesce(checks.country, '') = coalesce(buyers.country, '')
left join setting.vat as vat on vat.shop = orders.shop
where checks.status = 'FORMAT_OK'
    and (
        rules.hold_code = 'VAT_NUMBER_UNVERIFIED'
        or (
            vat.accept_unverified_vat_number = 'accept'
            and coalesce(buyers.vat_number_status, '') <> 'VALID'
            and rules.treatment in ('ICS_GOODS', 'RC_SERVICE', 'DOMESTIC_REVERSE_CHARGE')
        )
    )
    and rules.order_key not in (select order_key from sent_documents)
