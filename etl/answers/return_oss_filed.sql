-- One row per line of a One Stop Shop return ($1) as it is filed: the supplies of the period, converted, all currencies together.
-- Amounts are empty where a rate is missing: half a line must not be filed.
select
    declaration.scheme,
    declaration.vat_country,
    declaration.supply_kind,
    declaration.dispatch_country,
    case
        when declaration.dispatch_country = coalesce(countries.vat_country, company.country) then company.vat_number
        else registrations.vat_number
    end as dispatch_number,
    declaration.rate_type,
    declaration.vat_rate,
    if(count(declaration.net_company) < count(*), null, sum(declaration.net_company))::decimal(18, 2) as net_company,
    if(count(declaration.vat_company) < count(*), null, sum(declaration.vat_company))::decimal(18, 2) as vat_company,
    declaration.company_currency,
    if(count(declaration.net_eur) < count(*), null, sum(declaration.net_eur))::decimal(18, 2) as net_eur,
    if(count(declaration.vat_eur) < count(*), null, sum(declaration.vat_eur))::decimal(18, 2) as vat_eur
from review.oss_declaration as declaration
cross join setting.company as company
left join setting.countries as countries on countries.iso2 = company.country
left join setting.countries as dispatched on dispatched.vat_country = declaration.dispatch_country and dispatched.eu_from is not null
left join (select country, any_value(vat_number) as vat_number from setting.vat_registrations group by country) as registrations
    on registrations.country = dispatched.iso2
where declaration.period = $1 and declaration.correction_period is null
group by all
order by scheme, vat_country, supply_kind, dispatch_country, vat_rate desc
