-- One row per state of consumption and earlier period that a One Stop Shop return corrects ($1): the VAT to correct it by, signed.
select
    vat_country,
    correction_period,
    if(count(vat_eur) < count(*), null, sum(vat_eur))::decimal(18, 2) as vat_eur,
    if(count(vat_company) < count(*), null, sum(vat_company))::decimal(18, 2) as vat_company,
    any_value(company_currency) as company_currency
from review.oss_declaration
where period = $1 and correction_period is not null
group by vat_country, correction_period
order by vat_country, correction_period
