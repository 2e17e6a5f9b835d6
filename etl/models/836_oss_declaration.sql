-- One row per line of the One Stop Shop return as it is declared: oss_return converted once, in EUR and in the company's currency.
-- Conversion is by the bank's rate of the period's last day (oss_rates), to the cent, half up; a correction takes the rate of the period
-- that it corrects, or of the return it stands in ([vat] oss_correction_rate). missing names the rates that no file has: then the
-- amounts are empty. What is in the company's currency already is not converted. due_date: the last day of the month after.
with chosen as (
    select coalesce(any_value(oss_correction_rate), 'corrected_period') as oss_correction_rate from setting.returns
), rates as materialized (
    select * from review.oss_rates
), rated as (
    select
        returned.*,
        company.currency as company_currency,
        if(chosen.oss_correction_rate = 'corrected_period', coalesce(returned.correction_period, returned.period), returned.period)
            as rate_period
    from review.oss_return as returned
    cross join chosen
    cross join setting.company as company
), priced as (
    select
        rated.*,
        if(rated.currency = 'EUR', theirs.rate_date, own.rate_date) as rate_date,
        own.units_per_eur as currency_rate,
        theirs.units_per_eur as company_rate,
        own.last_day as rate_last_day,
        returns.last_day as period_end,
        cast(rated.net_amount * 100 as hugeint) as net_cents,
        cast(rated.vat_amount * 100 as hugeint) as vat_cents,
        if(rated.currency = 'EUR', 1, cast(100000000 as hugeint)) as eur_up,
        if(rated.currency = 'EUR', 1, cast(own.units_per_eur * 100000000 as hugeint)) as eur_down,
        if(rated.currency = rated.company_currency, 1, cast(theirs.units_per_eur * 100000000 as hugeint)) as company_up,
        if(rated.currency = rated.company_currency, 1, cast(own.units_per_eur * 100000000 as hugeint)) as company_down
    from rated
    left join rates as own on own.period = rated.rate_period and own.currency = rated.currency
    left join rates as theirs on theirs.period = rated.rate_period and theirs.currency = rated.company_currency
    left join rates as returns on returns.period = rated.period and returns.currency = rated.company_currency
)
select
    period,
    scheme,
    correction_period,
    vat_country,
    supply_kind,
    dispatch_country,
    rate_type,
    vat_rate,
    currency,
    net_amount,
    vat_amount,
    cast(sign(net_cents) * ((2 * abs(net_cents) * eur_up + eur_down) // (2 * eur_down)) * 0.01 as decimal(18, 2)) as net_eur,
    cast(sign(vat_cents) * ((2 * abs(vat_cents) * eur_up + eur_down) // (2 * eur_down)) * 0.01 as decimal(18, 2)) as vat_eur,
    cast(sign(net_cents) * ((2 * abs(net_cents) * company_up + company_down) // (2 * company_down)) * 0.01 as decimal(18, 2))
        as net_company,
    cast(sign(vat_cents) * ((2 * abs(vat_cents) * company_up + company_down) // (2 * company_down)) * 0.01 as decimal(18, 2))
        as vat_company,
    company_currency,
    rate_period,
    rate_date,
    currency_rate,
    company_rate,
    nullif(concat_ws(
        ', ',
        if(currency_rate is null, currency || ' ' || rate_last_day, null),
        if(company_rate is null and company_currency <> currency, company_currency || ' ' || rate_last_day, null)
    ), '') as missing,
    last_day(period_end + interval 1 month) as due_date,
    oss_line
from priced
