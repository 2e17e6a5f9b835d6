-- One row per shop: its seller as VAT sees him. Which of his settings decide? What is not set is `unknown`, never a default.
select
    v.shop,
    v.seller,
    home.vat_country as state,
    home.eu_from is not null and home.eu_to is null as is_in_eu,
    coalesce(v.ship_from, v.country) as ship_from,
    v.ship_from_postcode,
    v.ship_from_city,
    v.country,
    case when v.registered is null then 'unknown' when v.registered then 'yes' else 'no' end as seller_registered,
    coalesce(v.oss, 'unknown') as oss,
    case
        when home.vat_country <> 'DK' then 'electronics_elsewhere'
        when v.sells_mainly_to_consumers = false then 'electronics_rc'
        else 'none'
    end as electronics_to_business,
    coalesce(v.accept_unverified_vat_number, 'confirm_once') as accept_unverified,
    coalesce(v.gift_cards, 'multi_purpose') as gift_cards,
    v.eur_rate,
    v.threshold_year,
    v.prior_year_eur,
    v.year_to_date_eur,
    coalesce(v.established_elsewhere, false) or coalesce(v.destination_from_first_sale, false) as is_without_threshold
from setting.vat as v
left join setting.countries as home on home.iso2 = v.country
