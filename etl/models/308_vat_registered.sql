-- One row per other state in which a seller has a VAT number of his own, by its VAT code (EL, XI).
select distinct r.seller, coalesce(c.vat_country, r.country) as country
from setting.vat_registrations as r
left join setting.countries as c on c.iso2 = r.country
