-- One row per acquirer receivable and month. What does the acquirer owe us, and how did it come to that (accounting §1, §15)?
-- closing = opening + sales + refunds + fees + chargebacks + other + payouts, what reduces the account being negative.
-- Sales and refunds: sent documents with a payment term that pays on this account, and our payment journals. The rest: payout vouchers,
-- split by where the money went; other is what is left (error account, reserve, differences, reclassed lines).
-- ledger_closing: the same account in the ERP's own ledger file. acquirer_owes: lines that happened less payouts paid, by the acquirer's files.
with receivables as (
    select acquirers.*, accounts.disputes, accounts.in_transit
    from setting.acquirers as acquirers cross join setting.accounts as accounts
    where acquirers.receivable is not null
), payers as (
    select payments.order_key, arg_min(methods.acquirer, payments.payment_no) as acquirer
    from core.order_payments as payments
    join setting.payment_methods as methods on methods.method_name = payments.method_name
    where methods.register = 'payment_term'
    group by payments.order_key
), from_documents as (
    select
        payers.acquirer,
        date_trunc('month', documents.document_date) as month,
        documents.kind = 'credit_note' as is_credit,
        cast(round(documents.total_amount * if(documents.currency = company.currency, 1, documents.exchange_rate), 2)
            as decimal(18, 2)) as amount
    from core.documents as documents
    join payers on payers.order_key = documents.order_key
    cross join setting.company as company
    where documents.batch_id is not null and not coalesce(documents.is_withdrawn, false) and documents.payment_term is not null
), vouchers as (
    select
        receivables.acquirer,
        postings.voucher_key,
        any_value(date_trunc('month', postings.journal_date)) as month,
        bool_or(postings.voucher_kind = 'payment') as is_payment,
        sum(postings.amount) filter (where postings.account = receivables.receivable) as receivable_amount,
        -coalesce(sum(postings.amount) filter (where postings.account = receivables.fees), 0) as fees,
        -coalesce(sum(postings.amount) filter (where postings.account = receivables.disputes), 0) as chargebacks,
        -coalesce(sum(postings.amount) filter (where postings.account in (receivables.bank, receivables.in_transit)), 0) as payouts
    from review.account_postings as postings
    cross join receivables
    left join core.payouts as payouts on payouts.payout_key = postings.payout_key
    where payouts.acquirer is null or payouts.acquirer = receivables.acquirer
    group by receivables.acquirer, postings.voucher_key
    having count(*) filter (where postings.account = receivables.receivable) > 0
), movements as (
    select acquirer, month, if(is_credit, 0, amount) as sales, if(is_credit, -abs(amount), 0) as refunds, 0 as fees,
        0 as chargebacks, 0 as other, 0 as payouts
    from from_documents
    union all
    select acquirer, month, greatest(receivable_amount, 0), least(receivable_amount, 0), 0, 0, 0, 0
    from vouchers where is_payment
    union all
    select acquirer, month, 0, 0, fees, chargebacks, receivable_amount - fees - chargebacks - payouts, payouts
    from vouchers where not is_payment
), months as (
    select
        acquirer,
        month,
        cast(sum(sales) as decimal(18, 2)) as sales,
        cast(sum(refunds) as decimal(18, 2)) as refunds,
        cast(sum(fees) as decimal(18, 2)) as fees,
        cast(sum(chargebacks) as decimal(18, 2)) as chargebacks,
        cast(sum(other) as decimal(18, 2)) as other,
        cast(sum(payouts) as decimal(18, 2)) as payouts
    from movements group by acquirer, month
), running as (
    select *, cast(sum(sales + refunds + fees + chargebacks + other + payouts)
        over (partition by acquirer order by month) as decimal(18, 2)) as closing
    from months
), acquirer_balances as (
    select acquirer, occurred_date as moved_date, net_amount as amount from core.payout_lines where line_type <> 'payout'
    union all select acquirer, payout_date, -declared_amount from core.payouts where declared_amount is not null
)
select
    receivables.receivable as account,
    running.acquirer,
    company.currency,
    strftime(running.month, '%Y-%m') as period,
    cast(running.closing - running.sales - running.refunds - running.fees - running.chargebacks - running.other - running.payouts
        as decimal(18, 2)) as opening,
    running.sales,
    running.refunds,
    running.fees,
    running.chargebacks,
    running.other,
    running.payouts,
    running.closing,
    (
        select cast(sum(ledger.amount) as decimal(18, 2)) from erp.ledger as ledger
        where ledger.account = receivables.receivable and date_trunc('month', ledger.posted_date) <= running.month
    ) as ledger_closing,
    (
        select cast(sum(balances.amount) as decimal(18, 2)) from acquirer_balances as balances
        where balances.acquirer = running.acquirer and date_trunc('month', balances.moved_date) <= running.month
    ) as acquirer_owes
from running
join receivables on receivables.acquirer = running.acquirer
cross join setting.company as company
