-- One row per kind of line that cannot go: the first reason, and for people what was read and what was expected.
-- A rule may hold by itself. Otherwise a rate must be known, the shop's own rate of the line must be that rate, and the company
-- must have a VAT code for it. Lines that follow the goods are held with the goods.
with held as (
    select
        k.kind_id, k.category, k.product_category, k.line_kind, k.supply_date, d.vat_country, d.region, d.rate_bp,
        s.vat_number, s.from_country, s.from_state, s.to_country, s.unclear_territory_id, r.treatment, r.hold_field, c.vat_key,
        rtrim(rtrim(k.shop_rate::varchar, '0'), '.') as shop_rate,
        case
            when k.is_follower then null
            when r.treatment = 'HOLD' then coalesce(r.hold_code, s.place_hold)
            when d.rate_bp is null then 'VAT_RATE_UNKNOWN'
            when d.rate_bp = 0 and k.shop_rate > 0 then 'VAT_CHARGED_NOT_DUE'
            when k.shop_rate * 100 <> d.rate_bp and d.legal_rate_bp is not null and k.mapped_category is null
                then 'VAT_CATEGORY_MISSING'
            when k.shop_rate * 100 <> d.rate_bp then 'VAT_RATE_MISMATCH'
            when c.vat_code is null then 'VAT_CODE_MISSING'
        end as hold_code
    from line_supplies as k
    inner join supplies as s on s.supply_id = k.supply_id
    inner join vat_rates_due as d on d.kind_id = k.kind_id
    inner join setting.vat_rules as r on r.rule_id = d.rule_id
    left join vat_codes_due as c
        on c.treatment = r.treatment and c.vat_country = d.vat_country and c.rate_bp = d.rate_bp
),
told as (
    select
        h.kind_id, h.hold_code,
        case
            when h.hold_code = 'COUNTRY_UNKNOWN' and h.to_country in (select iso2 from setting.countries)
                then ['ship_from_country', h.from_country]
            when h.hold_code in ('COUNTRY_MISSING', 'COUNTRY_UNKNOWN') then ['shipping_country', h.to_country]
            when h.hold_code = 'DATE_MISSING' then ['order_date']
            when h.hold_code = 'VAT_TERRITORY_UNCLEAR'
                then ['shipping_postcode', rtrim(h.to_country || ' ' || replace(t.place, '|', ' ')), t.decided_by]
            when h.hold_code = 'VAT_RATE_UNKNOWN' then [
                'supply_date', concat_ws(' ', h.vat_country, nullif(h.region, ''), h.category), h.supply_date::varchar
            ]
            when h.hold_code = 'VAT_CATEGORY_MISSING'
                then ['product_category', h.shop_rate, concat_ws(' ', h.vat_country, h.product_category)]
            when h.hold_code = 'VAT_RATE_MISMATCH'
                then ['vat_rate', h.shop_rate, h.vat_country || ' ' || rate_text(h.rate_bp)]
            when h.hold_code = 'VAT_CHARGED_NOT_DUE' then ['vat_rate', h.shop_rate, h.treatment]
            when h.hold_code = 'VAT_CODE_MISSING' then ['vat.codes', h.vat_key, h.vat_key]
            when h.hold_field = 'vat.registrations' then [h.hold_field, h.to_country, h.from_state]
            when h.hold_field = 'event_country' then [h.hold_field, h.to_country]
            when h.hold_field = 'customer_vat_number' then [h.hold_field, h.vat_number, h.vat_country]
            when h.hold_field = 'ship_from_country' then [h.hold_field, h.from_country]
            when h.hold_field = 'supply_date' then [h.hold_field, h.supply_date::varchar]
            when h.hold_field = 'product_category' then [h.hold_field, h.product_category]
            when h.hold_field in ('supply_type', 'line_type') then [h.hold_field, h.line_kind]
            else [h.hold_field, h.to_country]
        end as words
    from held as h
    left join supply_territories as t on t.territory_id = h.unclear_territory_id
    where h.hold_code is not null
)
select kind_id, hold_code, words[1] as hold_field, words[2] as hold_value, words[3] as hold_expected
from told
