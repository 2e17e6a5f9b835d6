-- One row per line of the One Stop Shop that Uniconta's own report would show otherwise, or not at all. Which, and why?
-- It works out the VAT again from the VAT code's rate, line by line (why = rounding), and leaves out a line whose debtor is at home, outside
-- the EU or without a country (why = debtor_country). difference: its VAT less ours, in the document's currency.
-- debtor_country: the ERP's own debtors file before what we sent ourselves; empty where neither says one. Not verified in the ERP itself.
with debtors as (
    select account, arg_min(country, rank) as country
    from (
        select account, country, 1 as rank from erp.debtors where country is not null
        union all
        select account, country, 2 from core.debtors where account is not null and country is not null
    )
    group by account
), placed as (
    select
        lines.*,
        coalesce(countries.vat_country, debtors.country) as debtor_country,
        coalesce(countries.eu_from <= lines.document_date and coalesce(countries.eu_to, date '9999-12-31') >= lines.document_date
            and countries.iso2 <> company.country, false) as is_taken,
        cast(round(lines.net_amount * lines.vat_rate * 0.01, 2) as decimal(18, 2)) as vat_by_code
    from review.vat_lines as lines
    cross join setting.company as company
    left join debtors on debtors.account = lines.debtor_account
    left join setting.country_names as names on names.country_name = lower(trim(debtors.country))
    left join setting.countries as countries on countries.iso2 = coalesce(names.country, debtors.country)
    where lines.oss_scheme is not null
)
select
    oss_period as period,
    document_id,
    line_no,
    vat_country,
    debtor_account,
    debtor_country,
    vat_code,
    vat_rate,
    net_amount,
    vat_amount,
    if(is_taken, vat_by_code, cast(0 as decimal(18, 2))) as uniconta_vat_amount,
    cast(if(is_taken, vat_by_code, 0) - vat_amount as decimal(18, 2)) as difference,
    currency,
    case
        when not is_taken then 'debtor_country'
        when debtor_country <> vat_country then 'other_country'
        else 'rounding'
    end as why
from placed
where not is_taken or debtor_country <> vat_country or vat_by_code <> vat_amount
