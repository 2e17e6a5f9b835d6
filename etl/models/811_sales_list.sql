-- One row per month and foreign VAT number. What did we sell to it without VAT (EU-salg uden moms)?
-- Amounts in the company's currency, to the øre; the list itself is filed in whole kroner. country and number as the authority writes
-- them: EL for Greece, XI for Northern Ireland, the number without its country.
with sold as (
    select
        month,
        treatment,
        net_company_amount,
        upper(regexp_replace(vat_number, '[^0-9A-Za-z+*]', '', 'g')) as full_number,
        if(vat_country is null or vat_country = '', country, vat_country) as said_country
    from review.vat_lines
    where treatment in ('ICS_GOODS', 'RC_SERVICE')
), split_numbers as (
    select
        *,
        if(regexp_full_match(left(full_number, 2), '[A-Z]{2}'), left(full_number, 2), said_country) as prefix,
        if(regexp_full_match(left(full_number, 2), '[A-Z]{2}'), substr(full_number, 3), full_number) as bare_number
    from sold
)
select
    month as period,
    case prefix when 'GR' then 'EL' else prefix end as country,
    bare_number as vat_number,
    cast(coalesce(sum(net_company_amount) filter (where treatment = 'ICS_GOODS'), 0) as decimal(18, 2)) as goods_amount,
    cast(0 as decimal(18, 2)) as triangular_amount,
    cast(coalesce(sum(net_company_amount) filter (where treatment = 'RC_SERVICE'), 0) as decimal(18, 2)) as services_amount
from split_numbers
group by all
