-- One row per VAT number and country of the touched orders' buyers: what Python's number checks are asked, once each.
select distinct vat_number, country from buyers where vat_number is not null
