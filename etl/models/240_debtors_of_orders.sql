-- One row per touched order: the debtor it goes to, and how that was decided.
-- source: known (matched), create (a new one; buyer_key keeps two orders of one buyer together), collective (one per
-- country), ambiguous (several, or one of another VAT number than the order's), missing (may not be created), no_snapshot ([erp] without_snapshot is not "create" and none was seen).
with seen as (
    select
        (select count(*) from erp.debtors) > 0 as is_seen,
        coalesce((select without_snapshot from setting.erp), 'hold') as without_snapshot
),
first_keys as (
    select order_key, kind, value from debtor_keys where is_first
),
vat_numbers as (
    select account, vat_number, nullif(regexp_replace(vat_number, '[^0-9]', '', 'g'), '') as digits from erp.debtors
),
decided as (
    select
        buyers.order_key,
        buyers.buyer_type,
        buyers.country,
        rules.debtor_group,
        rules.collective,
        rules.is_create,
        matches.account,
        matches.accounts,
        concat_ws(' ', matches.candidates, if(matches.accounts = 1, vat_numbers.vat_number, null)) as candidates,
        coalesce(first_keys.kind, 'order') as key_kind,
        coalesce(first_keys.value, buyers.order_key::varchar) as key_value,
        case
            when matches.accounts > 1 or vat_numbers.digits <> regexp_replace(buyers.vat_number, '[^0-9]', '', 'g') then 'ambiguous'
            when matches.accounts = 1 then 'known'
            when not rules.is_create and coalesce(rules.collective, '') = '' then 'missing'
            when not seen.is_seen and seen.without_snapshot <> 'create' then 'no_snapshot'
            when rules.is_create then 'create'
            else 'collective'
        end as source
    from buyers
    cross join seen
    inner join core.orders as orders using (order_key)
    left join setting.debtor_rules as rules on rules.buyer_type = buyers.buyer_type and rules.shop = orders.shop
    left join debtor_matches as matches on matches.order_key = buyers.order_key
    left join first_keys on first_keys.order_key = buyers.order_key
    left join vat_numbers on vat_numbers.account = matches.account
)
select
    order_key,
    buyer_type,
    debtor_group,
    source,
    candidates,
    key_kind,
    key_value,
    case source when 'known' then account when 'collective' then replace(collective, '{country}', buyer_country) end
        as account,
    text_key(
        case source
            when 'known' then concat_ws(chr(31), 'account', account)
            when 'collective' then concat_ws(chr(31), 'account', replace(collective, '{country}', buyer_country))
            else concat_ws(chr(31), key_kind, key_value)
        end
    ) as buyer_key
from (
    select decided.*, coalesce(buyers.ship_to_country, decided.country) as buyer_country
    from decided inner join buyers using (order_key)
)
