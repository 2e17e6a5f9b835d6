-- One row per acquirer and role that an amount can play: the account of the chart, its VAT code, and the settings that name them.
-- Which question: where is it posted, and which line of company.toml is missing if we cannot say? No account is invented.
-- Rule: accounting.md §6 (exempt fees carry a named no-VAT code) and §7 (payout_to). vat_code is '' where none belongs.
with no_vat as (
    select min(vat_code) as no_vat_code
    from setting.vat_codes
    where treatment = 'NO_VAT' and country is null and vat_rate is null
),
named as (
    select
        'acquirers.' || acquirer || '.' as own,
        case when fee_vat = 'exempt' then coalesce(fee_vat_code, no_vat_code) when fee_vat is not null then fee_vat_code end as fee_code,
        case when fee_vat is null then own || 'fee_vat' when fee_vat = 'exempt' then 'vat.codes.NO_VAT' else own || 'fee_vat_code' end
            as fee_key,
        *
    from setting.acquirers
    cross join setting.accounts
    cross join no_vat
)
select
    acquirer,
    unnest([
        {'account_role': 'receivable', 'account': receivable, 'setting_key': own || 'receivable', 'vat_code': '', 'vat_key': null},
        {'account_role': 'fees', 'account': fees, 'setting_key': own || 'fees', 'vat_code': fee_code, 'vat_key': fee_key},
        {'account_role': coalesce(payout_to, 'bank'), 'account': case payout_to when 'in_transit' then in_transit when 'bank' then bank end,
            'setting_key': case payout_to when 'in_transit' then 'accounts.in_transit' when 'bank' then own || 'bank' else own || 'payout_to' end,
            'vat_code': '', 'vat_key': null},
        {'account_role': 'error', 'account': error, 'setting_key': 'accounts.error', 'vat_code': '', 'vat_key': null},
        {'account_role': 'disputes', 'account': disputes, 'setting_key': 'accounts.disputes', 'vat_code': '', 'vat_key': null},
        {'account_role': 'reserve', 'account': reserve, 'setting_key': 'accounts.reserve', 'vat_code': '', 'vat_key': null},
        {'account_role': 'gift_cards', 'account': gift_cards, 'setting_key': 'accounts.gift_cards', 'vat_code': '', 'vat_key': null},
        {'account_role': 'difference', 'account': difference, 'setting_key': 'accounts.difference', 'vat_code': no_vat_code,
            'vat_key': 'vat.codes.NO_VAT'},
        {'account_role': 'exchange_difference', 'account': exchange_difference, 'setting_key': 'accounts.exchange_difference',
            'vat_code': no_vat_code, 'vat_key': 'vat.codes.NO_VAT'}
    ], recursive := true)
from named
