-- One row per payment of a touched order that our journal registers: by card, by gift card, or given back by a credit
-- note. Which question: what is to be posted between debtor and receivable, and what does it wait for? is_correction:
-- the ERP's payment term pays the whole invoice on the receivable, so the gift card's part moves from there. Amounts:
-- positive = the buyer paid. Rule: accounting.md §2, §3, §9; the key names the payment itself, so that another order
-- of the rows changes nothing.
with orders_wanted as (
    select distinct payments.order_key
    from core.order_payments as payments
    semi join touched_orders using (order_key)
    inner join setting.payment_methods as methods on methods.method_name = payments.method_name
    where methods.register = 'journal' or methods.is_gift_card
),
paid as (
    select
        payments.*, methods.register, methods.acquirer, coalesce(methods.is_gift_card, false) as is_gift_card,
        coalesce(payments.transaction_id, payments.gift_card_no, lower(payments.payment_method)) as identity
    from core.order_payments as payments
    semi join orders_wanted using (order_key)
    inner join setting.payment_methods as methods on methods.method_name = payments.method_name
),
orders_paid as (
    select
        order_key,
        count(*) as payments,
        arg_min(acquirer, payment_no) filter (where not is_gift_card and acquirer is not null) as card_acquirer,
        bool_or(register = 'journal' and not is_gift_card) as is_by_journal,
        bool_or(register = 'payment_term' and not is_gift_card) as is_by_term
    from paid
    group by order_key
),
sales as (
    select order_key, min(total_amount) as total_amount, min(document_date) as document_date
    from (select * from core.documents where batch_id is not null union all by name select * from open_documents)
    semi join orders_wanted using (order_key)
    where kind in ('invoice', 'sales_order') and not coalesce(is_withdrawn, false)
    group by order_key
)
select
    text_key(concat_ws(chr(31), 'payment', paid.order_key, paid.identity, row_number() over (
        partition by paid.order_key, paid.identity order by paid.payment_no
    ))) as voucher_key,
    paid.order_key,
    orders_paid.is_by_term as is_correction,
    case when paid.is_gift_card then 'gift_cards' else 'receivable' end as money_role,
    coalesce(case when paid.is_gift_card then orders_paid.card_acquirer end, paid.acquirer) as acquirer,
    coalesce(paid.amount, case when orders_paid.payments = 1 then sales.total_amount end) as paid_amount,
    coalesce(paid.paid_date, sales.document_date) as wanted_date,
    sales.total_amount,
    false as is_credit,
    paid.transaction_id,
    case when paid.is_gift_card then 'gift_card' else 'payment' end as cause
from paid
inner join orders_paid using (order_key)
inner join sales using (order_key)
where (paid.is_gift_card and paid.register <> 'none') or (paid.register = 'journal' and not orders_paid.is_by_term)
union all
select
    text_key(concat_ws(chr(31), 'payment', invoices.doc_key)),
    invoices.order_key, false, 'receivable', orders_paid.card_acquirer, -abs(invoices.total_amount),
    invoices.document_date, null, true, null, 'refund'
from order_invoices as invoices
inner join orders_paid using (order_key)
where invoices.is_credit and orders_paid.is_by_journal
