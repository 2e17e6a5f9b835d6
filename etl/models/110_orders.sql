-- One row per touched order: the facts of its current version, cleaned, nothing decided.
-- Countries are folded to ISO codes; where a spelling is unknown it stays as read and 300 holds the order.
-- replaces: core.orders by order_key
with current as (
    select * from staging.order_versions
    where fate = 'staged' and order_key in (select order_key from touched_orders)
    qualify row_number() over (partition by order_key order by part = 'lines') = 1
),
-- Of an order whose head and lines come in two files: the part that has not come.
parts as (
    select order_key, case when bool_and(part = 'head') then 'lines' when bool_and(part = 'lines') then 'head' end as missing_part
    from staging.order_versions
    where fate = 'staged' and order_key in (select order_key from touched_orders) and part <> 'whole'
    group by order_key
),
others as (
    select versions.order_key, max(versions.refunded_amount) as refunded_amount
    from staging.order_versions as versions
    inner join current on current.order_key = versions.order_key and current.version_id <> versions.version_id
    where versions.fate = 'superseded'
    group by versions.order_key
),
-- What a file said of the order could not be read whole, and nothing whole that is as far on came after it.
unfinished as (
    select broken.order_key
    from staging.order_versions as broken
    where broken.order_key in (select order_key from current) and not broken.is_complete and broken.fate <> 'duplicate'
        and not exists (
            select 1 from staging.order_versions as later
            where later.order_key = broken.order_key and later.is_complete and later.version_id > broken.version_id
                and later.progress >= broken.progress and (later.part = 'lines') = (broken.part = 'lines')
        )
    union
    select current.order_key
    from staging.rejects as rejects
    inner join staging.files as files on files.file_id = rejects.file_id
    inner join current on current.order_no = rejects.order_no and current.shop = files.shop
    where not exists (
        select 1 from staging.order_versions as later
        where later.order_key = current.order_key and later.is_complete and later.file_id > rejects.file_id
            and (later.part = 'whole' or later.source = files.source)
    )
)
select
    current.order_key,
    current.shop,
    current.source,
    current.order_no,
    nullif(regexp_extract(current.order_no, '([0-9]+)[^0-9]*$', 1), '') as order_digits,
    coalesce(head.order_id, head.order_no) as order_id,
    current.version_id,
    current.file_id,
    current.first_record,
    head.order_date::date as order_date,
    head.paid_date::date as paid_date,
    head.shipped_date::date as shipped_date,
    head.cancelled_at::date as cancelled_date,
    head.state,
    upper(coalesce(head.currency, company.currency)) as currency,
    head.exchange_rate,
    head.prices_include_vat,
    head.customer_no,
    head.customer_name,
    head.customer_company,
    lower(head.customer_email) as customer_email,
    head.customer_phone,
    upper(regexp_replace(head.customer_vat_number, '[\s\x{00A0}.,:;/_-]', '', 'g')) as vat_number,
    head.vat_number_status,
    regexp_replace(head.customer_ean, '[^0-9]', '', 'g') as customer_ean,
    head.buyer_reference,
    head.buyer_type,
    head.billing_address,
    head.billing_address2,
    head.billing_postcode,
    head.billing_city,
    coalesce(billing.country, head.billing_country) as billing_country,
    head.shipping_name,
    head.shipping_address,
    head.shipping_address2,
    head.shipping_postcode,
    head.shipping_city,
    coalesce(shipping.country, head.shipping_country) as shipping_country,
    coalesce(origin.country, head.ship_from_country) as ship_from_country,
    head.payment_method,
    head.order_total,
    head.order_vat,
    coalesce(head.refunded_amount, 0) as refunded_amount,
    current.is_complete and unfinished.order_key is null as is_complete,
    coalesce(others.refunded_amount, 0) > coalesce(head.refunded_amount, 0) as is_regressed,
    if(current.part = 'whole', null, parts.missing_part) as missing_part,
    head.delivery,
    coalesce(venue.country, head.event_country) as event_country
from current
inner join staging.orders as head
    on head.version_id = current.version_id and head.source_record = current.first_record
left join parts on parts.order_key = current.order_key
left join setting.company as company on true
left join setting.country_names as billing on billing.country_name = lower(head.billing_country)
left join setting.country_names as shipping on shipping.country_name = lower(head.shipping_country)
left join setting.country_names as origin on origin.country_name = lower(head.ship_from_country)
left join setting.country_names as venue on venue.country_name = lower(head.event_country)
left join others on others.order_key = current.order_key
left join unfinished on unfinished.order_key = current.order_key
