-- One row per acquirer and role that an amount can play: the account of the chart, its VAT code, and the settings that
-- name them. Which question: where is it posted, and which line of company.toml is missing if we cannot say? No account
-- is invented. Rule: accounting.md §6 (exempt fees carry a named no-VAT code) and §7 (payout_to). vat_code is '' where
-- none belongs, empty where one is missing.
with no_vat as (
    select min(vat_code) as no_vat_code
    from setting.vat_codes
    where treatment = 'NO_VAT' and country is null and vat_rate is null
),
named as (
    select
        *,
        'acquirers.' || acquirer || '.' as own,
        case when fee_vat = 'exempt' then coalesce(fee_vat_code, no_vat_code)
            when fee_vat is not null then fee_vat_code
        end as fee_code,
        case when fee_vat = 'exempt' then 'vat.codes.NO_VAT'
            when fee_vat is null then own || 'fee_vat'
            else own || 'fee_vat_code'
        end as fee_key,
        case payout_to when 'in_transit' then in_transit when 'bank' then bank end as transfer_account,
        case payout_to
            when 'in_transit' then 'accounts.in_transit'
            when 'bank' then own || 'bank'
            else own || 'payout_to'
        end as transfer_key
    from setting.acquirers
    cross join setting.accounts
    cross join no_vat
),
roles as (
    -- account_role, account, setting_key, vat_code, vat_key
    select acquirer, unnest([
        row('receivable', receivable, own || 'receivable', '', null),
        row('fees', fees, own || 'fees', fee_code, fee_key),
        row(coalesce(payout_to, 'bank'), transfer_account, transfer_key, '', null),
        row('other_company', coalesce(other_company, transfer_account), transfer_key, '', null),
        row('error', error, 'accounts.error', '', null),
        row('disputes', disputes, 'accounts.disputes', '', null),
        row('reserve', reserve, 'accounts.reserve', '', null),
        row('gift_cards', gift_cards, 'accounts.gift_cards', '', null),
        row('difference', difference, 'accounts.difference', no_vat_code, 'vat.codes.NO_VAT'),
        row('exchange_difference', exchange_difference, 'accounts.exchange_difference', no_vat_code, 'vat.codes.NO_VAT')
    ]) as role
    from named
)
select
    acquirer,
    role[1] as account_role,
    role[2] as account,
    role[3] as setting_key,
    role[4] as vat_code,
    role[5] as vat_key
from roles
