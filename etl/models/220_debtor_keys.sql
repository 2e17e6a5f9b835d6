-- One row per order and way to know its debtor again (company.toml [debtors] match), in the order they are tried.
-- The first is the one that a new debtor is created for: two orders of one buyer share it.
with chains as (
    select
        buyers.* replace (coalesce(numbers.normalised, buyers.vat_number) as vat_number),
        rules.match,
        unnest(range(1, len(rules.match) + 1)) as place
    from buyers
    inner join core.orders as orders using (order_key)
    inner join setting.debtor_rules as rules on rules.buyer_type = buyers.buyer_type and rules.shop = orders.shop
    left join vat_number_checks as numbers
        on numbers.vat_number = buyers.vat_number and coalesce(numbers.country, '') = coalesce(buyers.country, '')
),
keys as (
    select
        order_key,
        place,
        match[place] as kind,
        case match[place]
            when 'vat_number' then vat_number
            when 'customer_no' then customer_no
            when 'email' then email
            when 'ean' then ean
        end as value
    from chains
)
select order_key, place, kind, value, row_number() over (partition by order_key order by place) = 1 as is_first
from keys
where value <> ''
