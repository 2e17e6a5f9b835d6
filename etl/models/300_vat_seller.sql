-- One row: the seller as VAT sees him. Which of his settings decide? What is not set is `unknown`, never a default.
-- The threshold of EUR 10,000 is passed by more than that, in the year before or in this one; exactly 10,000 is below it.
select
    seller.vat_country as state,
    coalesce(v.ship_from, c.country) as ship_from,
    case when v.registered is null then 'unknown' when v.registered then 'yes' else 'no' end as seller_registered,
    case when v.oss is null then 'unknown' when v.oss = 'union' then 'union' else 'none' end as oss,
    case
        when v.prior_year_eur > 10000 or v.year_to_date_eur > 10000 then 'above'
        when v.prior_year_eur is null or v.year_to_date_eur is null then 'unknown'
        else 'below'
    end as threshold,
    case
        when seller.vat_country <> 'DK' then 'electronics_elsewhere'
        when v.sells_mainly_to_consumers = false then 'electronics_rc'
        else 'none'
    end as electronics_to_business,
    coalesce(v.accept_unverified_vat_number, 'confirm_once') as accept_unverified
from setting.company as c
cross join setting.vat as v
left join setting.countries as seller on seller.iso2 = c.country
