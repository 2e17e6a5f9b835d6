-- One row per state of consumption of a One Stop Shop return ($1), and one for all of them (vat_country empty): what is to be paid.
-- A state whose VAT comes out negative, by corrections, pays it back itself: it lessens no other state's, nor the total
-- (Implementing Regulation (EU) 2020/194, annex III). Amounts are empty where a rate is missing.
with states as (
    select
        vat_country,
        if(count(net_eur) < count(*), null, sum(net_eur) filter (where correction_period is null))::decimal(18, 2) as net_eur,
        if(count(vat_eur) < count(*), null, sum(vat_eur))::decimal(18, 2) as vat_eur,
        if(count(net_company) < count(*), null, sum(net_company) filter (where correction_period is null))::decimal(18, 2) as net_company,
        if(count(vat_company) < count(*), null, sum(vat_company))::decimal(18, 2) as vat_company,
        any_value(company_currency) as company_currency
    from review.oss_declaration
    where period = $1
    group by vat_country
)
select * from states
union all
select
    null,
    if(count(vat_eur) < count(*), null, sum(net_eur))::decimal(18, 2),
    if(count(vat_eur) < count(*), null, sum(greatest(vat_eur, 0)))::decimal(18, 2),
    if(count(vat_company) < count(*), null, sum(net_company))::decimal(18, 2),
    if(count(vat_company) < count(*), null, sum(greatest(vat_company, 0)))::decimal(18, 2),
    any_value(company_currency)
from states
having count(*) > 0
order by vat_country nulls last
