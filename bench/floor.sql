-- The floor: what `etl run` does on the generator's data, written by hand as one script for exactly these two files and
-- these settings (../shared/bench/company.toml). Every step is kept as a table; there is no lineage, no text for a verdict,
-- no check that is not needed to get the amounts right. Reads orders_export.csv and payouts.csv in the current folder, writes
-- order_lines.csv and journal_lines.csv. floor.py runs it and, at the marker, checks the VAT numbers.
-- Amounts are BIGINT oere, rates basis points. No transaction around it: a script that fails is run again from the start, and
-- committing each table as it is made is the faster way (by a fifth at 100,000 orders).

create table vat_rates as
select *
from (
    values ('DK', 2500, 'U25'), ('SE', 2500, 'U_SE25'), ('DE', 1900, 'U_DE19'), ('NL', 2100, 'U_NL21'), ('FI', 2550, 'U_FI255'),
    ('FR', 2000, 'U_FR20'), ('PL', 2300, 'U_PL23'), ('IT', 2200, 'U_IT22'), ('ES', 2100, 'U_ES21'), ('IE', 2300, 'U_IE23')
) as v(country, rate_bp, vat_code);

create table acquirers as
select *
from (values ('SP', '5821'), ('MP', '5822'), ('QP', '5823'), ('KL', '5824')) as v(acquirer, receivable);

create table order_rows as
select
    "Name" as order_no,
    "Email" as email,
    "Financial Status" as state,
    left("Paid at", 10)::date as paid_date,
    "Shipping" as shipping,
    "Taxes" as taxes,
    "Total" as total,
    "Discount Amount" as discount,
    "Lineitem quantity" as quantity,
    "Lineitem name" as line_text,
    "Lineitem price" as price,
    "Lineitem sku" as sku,
    "Lineitem discount" as line_discount,
    "Billing Name" as billing_name,
    "Billing Address1" as billing_address,
    "Billing Company" as company,
    "Billing City" as billing_city,
    ltrim("Billing Zip", '''') as billing_zip,
    "Shipping Country" as country,
    nullif(regexp_extract("Note Attributes", 'vat_id: (\w+)', 1), '') as vat_number,
    "Payment Method" as payment_method,
    "Payment Reference" as transaction_id,
    "Refunded Amount" as refunded
from read_csv(
    'orders_export.csv',
    header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', strict_mode = true,
    columns = {
        'Name': 'VARCHAR', 'Email': 'VARCHAR', 'Financial Status': 'VARCHAR', 'Paid at': 'VARCHAR',
        'Fulfillment Status': 'VARCHAR', 'Fulfilled at': 'VARCHAR', 'Accepts Marketing': 'VARCHAR', 'Currency': 'VARCHAR',
        'Subtotal': 'DECIMAL(18,2)', 'Shipping': 'DECIMAL(18,2)', 'Taxes': 'DECIMAL(18,2)', 'Total': 'DECIMAL(18,2)',
        'Discount Code': 'VARCHAR', 'Discount Amount': 'DECIMAL(18,2)', 'Shipping Method': 'VARCHAR', 'Created at': 'VARCHAR',
        'Lineitem quantity': 'INTEGER', 'Lineitem name': 'VARCHAR', 'Lineitem price': 'DECIMAL(18,2)',
        'Lineitem compare at price': 'VARCHAR', 'Lineitem sku': 'VARCHAR', 'Lineitem requires shipping': 'VARCHAR',
        'Lineitem taxable': 'VARCHAR', 'Lineitem fulfillment status': 'VARCHAR', 'Billing Name': 'VARCHAR',
        'Billing Street': 'VARCHAR', 'Billing Address1': 'VARCHAR', 'Billing Address2': 'VARCHAR', 'Billing Company': 'VARCHAR',
        'Billing City': 'VARCHAR', 'Billing Zip': 'VARCHAR', 'Billing Province': 'VARCHAR', 'Billing Country': 'VARCHAR',
        'Billing Phone': 'VARCHAR', 'Shipping Name': 'VARCHAR', 'Shipping Street': 'VARCHAR', 'Shipping Address1': 'VARCHAR',
        'Shipping Address2': 'VARCHAR', 'Shipping Company': 'VARCHAR', 'Shipping City': 'VARCHAR', 'Shipping Zip': 'VARCHAR',
        'Shipping Province': 'VARCHAR', 'Shipping Country': 'VARCHAR', 'Shipping Phone': 'VARCHAR', 'Notes': 'VARCHAR',
        'Note Attributes': 'VARCHAR', 'Cancelled at': 'VARCHAR', 'Payment Method': 'VARCHAR', 'Payment Reference': 'VARCHAR',
        'Refunded Amount': 'DECIMAL(18,2)', 'Vendor': 'VARCHAR', 'Outstanding Balance': 'VARCHAR', 'Employee': 'VARCHAR',
        'Location': 'VARCHAR', 'Device ID': 'VARCHAR', 'Id': 'VARCHAR', 'Tags': 'VARCHAR', 'Risk Level': 'VARCHAR',
        'Source': 'VARCHAR', 'Lineitem discount': 'DECIMAL(18,2)', 'Tax 1 Name': 'VARCHAR', 'Tax 1 Value': 'VARCHAR',
        'Tax 2 Name': 'VARCHAR', 'Tax 2 Value': 'VARCHAR', 'Tax 3 Name': 'VARCHAR', 'Tax 3 Value': 'VARCHAR',
        'Tax 4 Name': 'VARCHAR', 'Tax 4 Value': 'VARCHAR', 'Tax 5 Name': 'VARCHAR', 'Tax 5 Value': 'VARCHAR',
        'Phone': 'VARCHAR', 'Receipt Number': 'VARCHAR', 'Duties': 'VARCHAR', 'Billing Province Name': 'VARCHAR',
        'Shipping Province Name': 'VARCHAR', 'Payment ID': 'VARCHAR', 'Payment Terms Name': 'VARCHAR',
        'Next Payment Due At': 'VARCHAR', 'Payment References': 'VARCHAR'
    }
);

-- Overlapping exports: of an order that starts more than once, the blocks after the first go. The window runs over those only.
create table repeated_rows as
with repeated as (
    select order_no from order_rows where state is not null group by order_no having count(*) > 1
),
blocks as (
    select
        rowid as row_no,
        count(state) over (partition by order_no order by rowid) as block
    from order_rows
    where order_no in (select order_no from repeated)
)
select row_no from blocks where block > 1;

delete from order_rows where rowid in (select row_no from repeated_rows);

create table orders as
select
    rowid as first_row,
    order_no,
    nullif(regexp_extract(order_no, '\d+$'), '') as digits,
    email, state, paid_date, country, vat_number, company, billing_name, billing_address, billing_city, billing_zip,
    payment_method, transaction_id,
    (total * 100)::bigint as total,
    (taxes * 100)::bigint as taxes,
    (shipping * 100)::bigint as shipping,
    (coalesce(discount, 0) * 100)::bigint as discount,
    (coalesce(refunded, 0) * 100)::bigint as refunded
from order_rows
where state is not null;

create table item_lines as
with lines as (
    select
        rowid as row_no,
        order_no,
        sku,
        line_text,
        quantity,
        quantity * (price * 100)::bigint as amount,
        (coalesce(line_discount, 0) * 100)::bigint as line_discount
    from order_rows
),
undiscounted as (                      -- orders whose discount stands on the order alone
    select l.order_no, sum(l.amount)::bigint as amount
    from lines as l
    inner join orders as o on o.order_no = l.order_no
    where o.discount > 0
    group by l.order_no
    having sum(l.line_discount) = 0
),
shares as (
    select
        l.row_no,
        l.order_no,
        o.discount * l.amount // u.amount as share,
        o.discount * l.amount % u.amount as remainder,
        o.discount
    from lines as l
    inner join undiscounted as u on u.order_no = l.order_no
    inner join orders as o on o.order_no = l.order_no
),
spread as (
    select
        row_no,
        share + (
            row_number() over (partition by order_no order by remainder desc, row_no)
            <= discount - sum(share) over (partition by order_no)
        )::integer as discount
    from shares
)
select l.row_no, l.order_no, l.sku, l.line_text, l.quantity, l.amount - coalesce(s.discount, l.line_discount) as gross
from lines as l
left join spread as s on s.row_no = l.row_no;

create table order_rates as
select
    o.order_no,
    case when v.country is null or (o.vat_number is not null and o.country <> 'DK') then 0 else v.rate_bp end as rate_bp,
    case
        when v.country is null then 'UEKS'
        when o.vat_number is not null and o.country <> 'DK' then 'UEUV'
        else v.vat_code
    end as vat_code
from orders as o
left join vat_rates as v on v.country = o.country;

create table vat_numbers_checked (vat_number varchar, is_valid boolean);
-- >>> floor.py fills vat_numbers_checked with the distinct numbers of orders that go at 0 %

create table verdicts as
select
    o.order_no,
    r.rate_bp,
    r.vat_code,
    case
        when o.state = 'refunded' then 'skipped'
        when r.vat_code = 'UEUV' and not coalesce(n.is_valid, false) then 'held'
        when i.gross + o.shipping <> o.total then 'held'
        when abs(o.taxes - (2 * o.total * r.rate_bp + 10000 + r.rate_bp) // (2 * (10000 + r.rate_bp)) * (r.rate_bp > 0)::integer) > 5 then 'held'
        else 'ready'
    end as verdict
from orders as o
inner join order_rates as r on r.order_no = o.order_no
inner join (select order_no, sum(gross)::bigint as gross from item_lines group by order_no) as i on i.order_no = o.order_no
left join vat_numbers_checked as n on n.vat_number = o.vat_number;

create table debtors as
select
    900000 + row_number() over (order by min(o.first_row)) - 1 as account,
    coalesce(o.vat_number, o.email) as buyer,
    arg_min(o.company, o.first_row) as company,
    arg_min(o.billing_address, o.first_row) as address,
    arg_min(o.billing_zip, o.first_row) as zip,
    arg_min(o.billing_city, o.first_row) as city,
    arg_min(o.country, o.first_row) as country
from orders as o
inner join verdicts as v on v.order_no = o.order_no
where v.verdict = 'ready' and o.company is not null
group by coalesce(o.vat_number, o.email);

create table documents as
with wanted as (
    select o.order_no, 'sale' as kind, 1 as direction, o.total as gross, v.rate_bp, v.vat_code, o.paid_date, o.first_row
    from orders as o
    inner join verdicts as v on v.order_no = o.order_no
    where v.verdict = 'ready'
    union all
    select o.order_no, 'credit', -1, o.refunded, v.rate_bp, v.vat_code, o.paid_date, o.first_row
    from orders as o
    inner join verdicts as v on v.order_no = o.order_no
    where v.verdict = 'ready' and o.refunded > 0
)
select
    500000 + row_number() over (order by w.paid_date, w.first_row, w.direction desc) - 1 as number,
    w.order_no,
    w.kind,
    w.direction,
    w.paid_date as document_date,
    coalesce(d.account::varchar, 'WEB-' || o.country) as account,
    if(o.payment_method = 'Bank Deposit', 'NETTO8', 'KORT') as payment_term,
    w.vat_code,
    w.rate_bp,
    w.gross,
    if(w.rate_bp > 0, (2 * w.gross * w.rate_bp + 10000 + w.rate_bp) // (2 * (10000 + w.rate_bp)), 0) as vat
from wanted as w
inner join orders as o on o.order_no = w.order_no
left join debtors as d on d.buyer = coalesce(o.vat_number, o.email) and o.company is not null;

-- The VAT of a document is that of its total; its lines share it by largest remainder.
create table document_lines as
with lines as (
    select d.number, l.row_no, l.sku as item, l.line_text as line_text, l.quantity, l.gross, d.vat, d.vat_code, d.rate_bp, 1 as direction
    from documents as d
    inner join item_lines as l on l.order_no = d.order_no
    where d.kind = 'sale'
    union all
    select d.number, 9223372036854775807, 'FRAGT', 'Fragt', 1, o.shipping, d.vat, d.vat_code, d.rate_bp, 1
    from documents as d
    inner join orders as o on o.order_no = d.order_no
    where d.kind = 'sale' and o.shipping > 0
    union all
    select d.number, 1, 'REFUSION', 'Refundering ' || d.order_no, 1, d.gross, d.vat, d.vat_code, d.rate_bp, -1
    from documents as d
    where d.kind = 'credit'
),
shares as (
    select
        *,
        gross * rate_bp // (10000 + rate_bp) as share,
        gross * rate_bp % (10000 + rate_bp) as remainder
    from lines
)
select
    number,
    row_number() over (partition by number order by row_no) as line_no,
    item,
    line_text,
    direction * quantity as quantity,
    direction * gross as gross,
    direction * (
        share + (
            row_number() over (partition by number order by remainder desc, row_no) <= vat - sum(share) over (partition by number)
        )::integer
    )::bigint as vat,
    vat_code
from shares;

create table payout_rows as
select
    acquirer,
    settlement_id,
    settlement_date,
    type as line_type,
    transaction_id,
    nullif(regexp_extract(trim(order_ref), '\d+$'), '') as digits,
    (coalesce(gross, 0) * 100)::bigint as gross,
    (coalesce(fee, 0) * 100)::bigint as fee,
    (net * 100)::bigint as net
from read_csv(
    'payouts.csv',
    header = true, auto_detect = false, delim = ';', quote = '"', escape = '"', strict_mode = true,
    decimal_separator = ',', thousands = '.',
    columns = {
        'acquirer': 'VARCHAR', 'settlement_id': 'VARCHAR', 'settlement_date': 'DATE', 'type': 'VARCHAR',
        'transaction_id': 'VARCHAR', 'order_ref': 'VARCHAR', 'transaction_date': 'VARCHAR', 'currency': 'VARCHAR',
        'gross': 'DECIMAL(18,2)', 'fee': 'DECIMAL(18,2)', 'net': 'DECIMAL(18,2)', 'card_type': 'VARCHAR'
    }
);

create table settlements as
select
    settlement_id,
    any_value(acquirer) as acquirer,
    any_value(settlement_date) as settlement_date,
    (sum(fee) filter (where line_type <> 'payout'))::bigint as fee,
    (sum(net) filter (where line_type <> 'payout'))::bigint as net,
    (sum(net) filter (where line_type = 'payout'))::bigint as declared
from payout_rows
group by settlement_id;

-- A line belongs to the order with its transaction id, else to the only order with its number; an amount that is off by more
-- than the tolerance belongs to none.
create table payout_matches as
with candidates as (
    select p.rowid as row_no, p.line_type, p.gross, p.digits, t.order_no as order_no
    from payout_rows as p
    left join orders as t on t.transaction_id = p.transaction_id
    where p.line_type in ('sale', 'refund')
),
by_digits as (
    select digits, min(order_no) as order_no from orders group by digits having count(*) = 1
),
chosen as (
    select c.row_no, c.line_type, c.gross, coalesce(c.order_no, d.order_no) as order_no, if(c.order_no is null, 'order_no', 'transaction_id') as rule
    from candidates as c
    left join by_digits as d on d.digits = c.digits
)
select
    c.row_no,
    c.order_no,
    c.rule,
    case when v.verdict = 'skipped' then 0 else c.gross - if(c.line_type = 'sale', o.total, -o.refunded) end as difference
from chosen as c
inner join orders as o on o.order_no = c.order_no
inner join verdicts as v on v.order_no = c.order_no
where abs(c.gross - if(c.line_type = 'sale', o.total, -o.refunded)) <= 5;

create table journal_lines as
with vouchers as (
    select 700000 + row_number() over (order by settlement_date, settlement_id) - 1 as voucher, *
    from settlements
    where net = declared
),
payout_lines as (
    select
        v.voucher, v.settlement_date, v.settlement_id, a.receivable, p.gross, m.order_no, p.digits, p.line_type,
        p.rowid as row_no, coalesce(m.difference, 0) as difference
    from payout_rows as p
    inner join vouchers as v on v.settlement_id = p.settlement_id
    inner join acquirers as a on a.acquirer = p.acquirer
    left join payout_matches as m on m.row_no = p.rowid
    where p.gross <> 0
),
postings as (                          -- amount: debit positive, credit negative
    select voucher, settlement_date, if(order_no is null, '9990', receivable) as account,
        coalesce(order_no, digits, settlement_id) || ' ' || line_type as line_text, difference - gross as amount, row_no
    from payout_lines
    union all
    select voucher, settlement_date, '8591', order_no || ' difference', -difference, row_no
    from payout_lines
    where difference <> 0
    union all
    select voucher, settlement_date, '7220', settlement_id || ' fees', fee, null
    from vouchers
    where fee <> 0
    union all
    select voucher, settlement_date, '5820', settlement_id || ' payout', declared, null
    from vouchers
    where declared <> 0
)
select * from postings order by voucher, row_no nulls last, account;

copy (
    select
        number as "OrderNumber",
        line_no as "LineNumber",
        item as "Item",
        line_text as "Text",
        quantity as "Qty",
        replace((gross::decimal(18, 2) * 0.01)::decimal(18, 2)::varchar, '.', ',') as "Total",
        vat_code as "Vat",
        replace((vat::decimal(18, 2) * 0.01)::decimal(18, 2)::varchar, '.', ',') as "VatAmount"
    from document_lines
    order by number, line_no
) to 'order_lines.csv' (header, delimiter ';');

copy (
    select
        'UDBET' as "Journal",
        strftime(settlement_date, '%d-%m-%Y') as "Date",
        voucher as "Voucher",
        'Finans' as "AccountType",
        account as "Account",
        line_text as "Text",
        if(amount > 0, replace((amount::decimal(18, 2) * 0.01)::decimal(18, 2)::varchar, '.', ','), null) as "Debit",
        if(amount < 0, replace((-amount::decimal(18, 2) * 0.01)::decimal(18, 2)::varchar, '.', ','), null) as "Credit"
    from journal_lines
) to 'journal_lines.csv' (header, delimiter ';');
