-- One row per period and foreign VAT number. What did we sell to it without VAT (EU-salg uden moms)?
-- Amounts in the company's currency, to the øre; the list itself is filed in whole kroner. They sum to boxes B of vat_boxes, since both
-- follow the rule's own sections. Period: a month, or a quarter ([vat] sales_list_period). country and number as the authority writes
-- them: EL for Greece, XI for Northern Ireland, the number without its country.
with chosen as (
    select coalesce(any_value(sales_list_period), 'month') as sales_list_period from setting.returns
), sold as (
    select
        if(chosen.sales_list_period = 'quarter', lines.quarter, lines.month) as period,
        lines.esl,
        lines.net_company_amount,
        regexp_replace(
            upper(regexp_replace(lines.vat_number, '[^0-9A-Za-z+*]', '', 'g')), '^(CVR|VAT|MOMS)(NR|NO|ID)?', ''
        ) as full_number,
        if(lines.vat_country is null or lines.vat_country = '', lines.country, lines.vat_country) as said_country
    from review.vat_lines as lines
    cross join chosen
    where lines.esl in ('goods', 'services')
), split_numbers as (
    select
        *,
        left(full_number, 2) in (select vat_country from setting.countries where eu_from is not null)
            or left(full_number, 2) in ('EL', 'GR', 'XI') as has_prefix
    from sold
), named as (
    select
        period,
        if(has_prefix, left(full_number, 2), said_country) as prefix,
        if(has_prefix, substr(full_number, 3), full_number) as vat_number,
        esl,
        net_company_amount
    from split_numbers
)
select
    period,
    case prefix when 'GR' then 'EL' when 'GB' then 'XI' else prefix end as country,
    vat_number,
    cast(coalesce(sum(net_company_amount) filter (where esl = 'goods'), 0) as decimal(18, 2)) as goods_amount,
    cast(0 as decimal(18, 2)) as triangular_amount,
    cast(coalesce(sum(net_company_amount) filter (where esl = 'services'), 0) as decimal(18, 2)) as services_amount
from named
group by all
