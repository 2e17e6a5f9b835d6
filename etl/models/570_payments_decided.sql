-- One row per payment of a touched order, not sent before: its amount in company currency and what it waits for
-- (problem). Which question: may it be posted now? It needs the ERP's invoice number (an order number is never used),
-- an open period and its accounts, and must not pay the sale twice. Rule: accounting.md §2; a correction moves no
-- debtor and needs no number.
with invoices as (
    select order_key, is_credit, min(invoice_no) as invoice_no, min(account) as debtor_account
    from order_invoices
    group by order_key, is_credit
    having count(*) = 1
),
sent as (
    select voucher_key, order_key, sum(credit) filter (where cause in ('payment', 'gift_card')) as amount
    from core.journal_lines
    semi join payments_known using (order_key)
    where batch_id is not null and voucher_kind = 'payment'
    group by voucher_key, order_key
),
amounts as (
    select
        known.*,
        orders.order_no,
        orders.file_id,
        orders.first_record as source_record,
        orders.currency as order_currency,
        orders.currency <> company.currency as is_foreign,
        case when orders.currency = company.currency then 1 else orders.exchange_rate end::decimal(18, 8) as rate
    from payments_known as known
    anti join sent using (voucher_key)
    inner join core.orders as orders using (order_key)
    cross join setting.company as company
)
select
    amounts.*,
    round(paid_amount * rate, 2)::decimal(18, 2) as amount,
    invoices.invoice_no,
    invoices.debtor_account,
    acquirers.journal,
    money.account as money_account,
    case when wanted_date <= periods.locked_until then periods.locked_until + 1 else wanted_date end as journal_date,
    case when paid_amount is null then 'PAYMENT_SPLIT_UNKNOWN'
        when rate is null then 'CURRENCY_RATE_MISSING'
        when not is_correction and invoice_no is null then 'AWAITS_INVOICE_NO'
        when not is_credit and paid_before.amount + round(paid_amount * rate, 2) > round(total_amount * rate, 2)
            then 'PAYMENT_SUM_MISMATCH'
        when wanted_date <= periods.locked_until and coalesce(periods.late, 'hold') = 'hold' then 'PERIOD_LOCKED'
        when journal is null or money.account is null or receivable.account is null then 'SETTING_MISSING'
    end as problem,
    periods.locked_until,
    case when acquirer is null then 'payment_methods.acquirer'
        when journal is null then 'acquirers.' || acquirer || '.journal'
        when receivable.account is null then receivable.setting_key else money.setting_key
    end as setting_key
from amounts
left join invoices using (order_key, is_credit)
left join (select order_key, sum(amount) as amount from sent group by order_key) as paid_before using (order_key)
left join setting.acquirers as acquirers using (acquirer)
left join role_accounts as money on money.acquirer = amounts.acquirer and money.account_role = amounts.money_role
left join (select * from role_accounts where account_role = 'receivable') as receivable
    on receivable.acquirer = amounts.acquirer
left join setting.periods as periods on true
