-- One row per different address that is under other rules than its country, or of which that is not known.
-- The most special row of setting.territories wins: city, then postcode, then the country as a whole. `status`: eu, third,
-- unclear (the postcode or, for a shared postcode, the city is missing that would decide; `decided_by` names those asked for).
with addresses as (
    select to_country as country, to_place as place from supply_addresses
    union
    -- Where goods leave from is the country as a whole unless a postcode says otherwise: nothing is asked for.
    select a.from_country, a.from_place
    from supply_addresses as a
    inner join setting.countries as c on c.iso2 = a.from_country
    where a.from_place <> '' or not c.needs_postcode
),
coded as (
    select
        a.country, a.place,
        split_part(a.place, '|', 2) as city,
        case
            when a.country = 'GB' then upper(replace(a.place, ' ', ''))
            else regexp_extract(replace(split_part(a.place, '|', 1), ' ', ''), '[0-9]+')
        end as code,
        c.needs_postcode and code = '' as is_postcode_missing
    from addresses as a
    inner join setting.countries as c on c.iso2 = a.country
),
fitting as (
    select
        a.country, a.place, a.city, a.is_postcode_missing,
        arg_max(t, (t.postcode_from is not null)::integer + 2 * (t.city_part is not null)::integer) as found,
        string_agg(
            t.postcode_from || if(t.postcode_to = t.postcode_from, '', '-' || t.postcode_to), ', ' order by t.postcode_from
        ) as postcodes
    from coded as a
    inner join setting.territories as t on t.iso_country = a.country
    where (
            t.postcode_from is null
            or a.is_postcode_missing
            or left(a.code, length(t.postcode_from)) between t.postcode_from and t.postcode_to
        )
        and (t.postcode_length is null or a.is_postcode_missing or t.postcode_length = length(a.code))
        and (t.city_part is null or contains(a.city, t.city_part))
    group by all
)
select
    row_number() over () as territory_id,
    country, place,
    if(is_postcode_missing or found.status = 'ask_city', null, found.vat_country) as vat_country,
    if(is_postcode_missing, '', coalesce(found.region, '')) as region,
    if(is_postcode_missing or found.status = 'ask_city', 'unclear', found.status) as status,
    found.note as territory_note,
    if(is_postcode_missing, postcodes, found.region) as decided_by
from fitting
where is_postcode_missing or found.status <> 'ask_city' or city = ''
