-- One row: what the reports of VAT know of the company. Settings that are not there are as they are by default.
select
    coalesce(countries.vat_country, company.country, 'DK') as country,
    coalesce(company.vat_number, '') as vat_number,
    coalesce(company.currency, 'DKK') as currency,
    coalesce((select any_value(oss) from setting.vat), 'none') as oss,
    coalesce(target.decimal, ',') as decimal,
    coalesce(target.encoding, 'utf-8-sig') as encoding,
    coalesce(returns.sales_list_separator, ',') as separator,
    coalesce(returns.sales_list_period, 'month') as sales_list_period,
    coalesce(returns.return_period, 'quarter') as return_period
from (select 1) as one
left join setting.company as company on true
left join setting.target as target on true
left join setting.returns as returns on true
left join setting.countries as countries on countries.iso2 = company.country
