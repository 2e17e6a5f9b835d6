-- The VAT rules in the order they are tried.
select * from setting.vat_rules where priority is not null order by priority
