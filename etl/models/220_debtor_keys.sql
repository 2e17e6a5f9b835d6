-- One row per order and way to know its debtor again (company.toml [debtors] match), in the order they are tried.
with chains as (
    select
        buyers.*,
        rules.match,
        unnest(range(1, len(rules.match) + 1)) as place
    from buyers
    inner join setting.debtor_rules as rules using (buyer_type)
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
select order_key, place, kind, value from keys where value <> ''
