-- The tables that last between runs. Staging and erp tables are made from etl/entities.py; these hold what was decided.
-- No primary keys or indexes on history (they cost more than they save: docs/decisions.md); keys are unique by the checks.
-- *_key columns are text_key (macros.sql) of the text key: content decides them, so a replay gives the same ones.

create schema if not exists staging;
create schema if not exists erp;
create schema if not exists setting;
create schema if not exists core;
create schema if not exists ops;
create schema if not exists review;

create table if not exists staging.files (
    file_id bigint primary key, load_no bigint, file_name varchar, stored_path varchar, sha256 varchar, source varchar,
    contract_sha256 varchar, entity varchar, shop varchar, status varchar, reason_code varchar, field varchar,
    value_read varchar, expected varchar, rows_in bigint, received_at timestamp
);
-- One row per record that could not be taken. order_no: as it was read, where it could be.
create table if not exists staging.rejects (
    file_id bigint, source_record bigint, order_no varchar, reason_code varchar, column_name varchar, value_read varchar,
    expected varchar
);
-- One row per record that could not be taken and came again, mended: the row that took its place.
create table if not exists staging.corrected (
    file_id bigint, source_record bigint, order_no varchar, reason_code varchar, column_name varchar, value_read varchar,
    expected varchar, by_file_id bigint, by_source_record bigint
);
-- One row per record that is none of its entity (`[skip]` of the contract), by the word that says so.
create table if not exists staging.skipped (file_id bigint, source_record bigint, column_name varchar, value_read varchar);
-- One row per control total of a file (and of a payout or account in it): what its rows come to, and what it states.
create table if not exists staging.controls (
    file_id bigint, control varchar, group_name varchar, records bigint, breaks bigint, value_read decimal(38, 2),
    expected decimal(38, 2), difference decimal(38, 2), payout_key ubigint
);
-- One row per thing that a source has said for the first time: a column, a word, a sign, digits that a spreadsheet lost.
create table if not exists staging.drift (
    file_id bigint, source varchar, what varchar, value_seen varchar, rows bigint, amount decimal(38, 2)
);
-- One row per word, column and sign that a source has used.
create table if not exists staging.words (source varchar, what varchar, value_seen varchar);

-- One row per version of an order: what one file said of it. fate: staged (the current one), duplicate, superseded.
create table if not exists staging.order_versions (
    version_id bigint, order_key ubigint, shop varchar, source varchar, order_no varchar, file_id bigint, first_record bigint,
    part varchar default 'whole', rows_in bigint, content_hash ubigint, updated_at timestamp, progress bigint, is_complete boolean,
    order_total decimal(18, 2), currency varchar, refunded_amount decimal(18, 2), fate varchar
);

-- One row per order: the current version's facts, cleaned (countries folded, zips without apostrophe), nothing decided.
create table if not exists core.orders (
    order_key ubigint, shop varchar, source varchar, order_no varchar, order_digits varchar, order_id varchar,
    version_id bigint, file_id bigint, first_record bigint, order_date date, paid_date date, shipped_date date,
    cancelled_date date, state varchar, currency varchar, exchange_rate decimal(18, 8), prices_include_vat boolean,
    customer_no varchar, customer_name varchar, customer_company varchar, customer_email varchar, customer_phone varchar,
    vat_number varchar, vat_number_status varchar, customer_ean varchar, buyer_reference varchar, buyer_type varchar,
    billing_address varchar, billing_address2 varchar, billing_postcode varchar, billing_city varchar,
    billing_country varchar, shipping_name varchar, shipping_address varchar, shipping_address2 varchar,
    shipping_postcode varchar, shipping_city varchar, shipping_country varchar, ship_from_country varchar,
    payment_method varchar, order_total decimal(18, 2), order_vat decimal(18, 2), refunded_amount decimal(18, 2),
    is_complete boolean, is_regressed boolean, missing_part varchar, delivery varchar, event_country varchar
);
-- One row per way an order was paid. method_name: the payment method of the settings, the shop's own before the company's. amount is null where the shop joins methods without amounts.
create table if not exists core.order_payments (
    order_key ubigint, payment_no integer, payment_method varchar, amount decimal(18, 2), currency varchar,
    transaction_id varchar, gift_card_no varchar, paid_date date, method_name varchar
);
-- One row per transaction id that the shop or a payments file names for an order.
create table if not exists core.order_transactions (order_key ubigint, transaction_id varchar);

-- One row per order: its verdict and the reason that decided it.
create table if not exists core.verdicts (
    order_key ubigint, verdict varchar, reason_code varchar, field varchar, value_read varchar, expected varchar,
    total_incl_vat decimal(18, 2), vat_amount decimal(18, 2)
);
-- One row per line and rate of an order: the rule of setting.vat_rules that decided, and what it gave.
create table if not exists core.vat_decisions (
    order_key ubigint, line_no integer, part_no integer, rule_id varchar, treatment varchar, vat_country varchar,
    vat_rate decimal(9, 4), vat_code varchar, case_key ubigint, batch_id varchar
);
-- One row per order whose shop tells its VAT: which ways of rounding give exactly that VAT.
create table if not exists core.vat_methods (
    order_key ubigint, is_canonical boolean, is_line boolean, is_unit boolean, is_carried boolean
);
-- One row per different question that was put to setting.vat_rules: its facts in words, and the treatments it did not get.
create table if not exists core.vat_cases (case_key ubigint, rule_id varchar, evidence varchar, rejected_alternatives varchar);
-- One row per order that counts toward the EUR 10,000 of Directive 2006/112 art. 59c: net amount in euro cents, refunds not taken off.
create table if not exists core.threshold_sales (
    order_key ubigint, seller varchar, supply_date date, order_no varchar, net_eur_cents bigint
);
-- One row per way in which a held order's money would tie: one explanation, or two together (etl/solver). place 0: none was
-- found, or none was looked for; vat_gap_left and total_gap_left are then the gap, and nothing where a way closes it.
create table if not exists core.explanations (
    order_key ubigint, place integer, ways integer, explanations varchar[], fields varchar[], values_read varchar[],
    expected varchar[], settings varchar[], vat_gap decimal(18, 2), total_gap decimal(18, 2), vat_gap_left decimal(18, 2),
    total_gap_left decimal(18, 2)
);
-- One row per finding. effect: skip, wait, hold (they decide verdicts), warn, info.
create table if not exists core.findings (
    subject varchar, order_key ubigint, payout_key ubigint, line_key ubigint, event varchar, code varchar, effect varchar,
    field varchar, value_read varchar, expected varchar, file_id bigint, source_record bigint, batch_id varchar
);
-- One row per document: planned (batch_id null) or sent (frozen). Numbers are given out at prepare.
create table if not exists core.documents (
    doc_key ubigint, order_key ubigint, shop varchar, order_id varchar, order_no varchar, event varchar, kind varchar,
    number bigint, buyer_key ubigint, buyer_type varchar, debtor_account varchar, document_date date, wanted_date date, currency varchar,
    exchange_rate decimal(18, 8), is_incl_vat boolean, net_amount decimal(18, 2), vat_amount decimal(18, 2),
    total_amount decimal(18, 2), vat_zone varchar, vat_country varchar, payment_term varchar,
    our_ref varchar, requisition varchar, transaction_id varchar, settles varchar,
    credited_doc_key ubigint, content_hash varchar, needs_person boolean, is_withdrawn boolean,
    is_resend boolean,
    batch_id varchar
);
create table if not exists core.document_lines (
    doc_key ubigint, order_key ubigint, line_no integer, line_type varchar, item varchar, text varchar, quantity decimal(18, 6),
    unit_price decimal(18, 6), vat_code varchar, vat_rate decimal(9, 4), vat_country varchar, treatment varchar,
    rule_id varchar, case_key ubigint, net_amount decimal(18, 2), vat_amount decimal(18, 2), gross_amount decimal(18, 2),
    file_id bigint, source_record bigint, batch_id varchar
);
-- One row per debtor that we created or wanted created; account is given out at prepare and never reused.
create table if not exists core.debtors (
    buyer_key ubigint, account varchar, name varchar, debtor_group varchar, address1 varchar, address2 varchar,
    postcode varchar, city varchar, country varchar, vat_number varchar, company_reg_no varchar, ean varchar,
    email varchar, phone varchar, customer_no varchar, payment_term varchar, vat_zone varchar, currency varchar,
    is_update boolean, content_hash varchar, batch_id varchar
);
create table if not exists core.items (
    item varchar, name varchar, item_group varchar, unit varchar, ean varchar, batch_id varchar
);

-- One row per acquirer line that counts (duplicates and superseded ones left out).
create table if not exists core.payout_lines (
    line_key ubigint, payout_key ubigint, shop varchar, source varchar, acquirer varchar, merchant_account varchar,
    payout_id varchar, payout_date date, declared_amount decimal(18, 2), currency varchar, line_type varchar,
    occurred_date date, available_on date, transaction_id varchar, parent_transaction_id varchar, order_no varchar,
    order_digits varchar, gross_amount decimal(18, 2), fee_amount decimal(18, 2), fee_vat_amount decimal(18, 2),
    net_amount decimal(18, 2), presentment_amount decimal(18, 2), presentment_currency varchar,
    exchange_rate decimal(18, 8), file_id bigint, source_record bigint
);
create table if not exists core.payouts (
    payout_key ubigint, acquirer varchar, merchant_account varchar, payout_id varchar, payout_date date, source varchar,
    currency varchar, line_count bigint, gross_amount decimal(18, 2), fee_amount decimal(18, 2),
    fee_vat_amount decimal(18, 2), refund_amount decimal(18, 2), chargeback_amount decimal(18, 2),
    other_amount decimal(18, 2), net_amount decimal(18, 2), declared_amount decimal(18, 2), difference decimal(18, 2),
    status varchar, reason_code varchar, batch_id varchar
);
-- One row per sale, refund and chargeback line: which order it belongs to, by which rule, and to which account it goes.
create table if not exists core.payout_matches (
    line_key ubigint, payout_key ubigint, order_key ubigint, acquirer varchar, line_type varchar, amount decimal(18, 2),
    order_amount decimal(18, 2), posted_amount decimal(18, 2),
    difference decimal(18, 2), match_rule varchar, certificate varchar, alternatives varchar, status varchar,
    account_role varchar, batch_id varchar
);
-- One row per journal line: planned (batch_id null) or sent. voucher is given out at prepare.
create table if not exists core.journal_lines (
    voucher_key ubigint, voucher_kind varchar, line_no integer, journal varchar, voucher bigint, journal_date date,
    wanted_date date, account_type varchar, account varchar, offset_account_type varchar, offset_account varchar,
    text varchar, debit decimal(18, 2), credit decimal(18, 2), currency varchar, debit_currency decimal(18, 2),
    credit_currency decimal(18, 2), vat_code varchar, invoice_no varchar, payout_key ubigint, payout_id varchar,
    order_key ubigint, line_key ubigint, cause varchar, account_role varchar, transaction_id varchar, file_id bigint,
    source_record bigint, content_hash varchar, batch_id varchar
);

create table if not exists ops.state (name varchar, value varchar);
-- kind: order, payout. What must be decided again, and why; emptied in the transaction that decides it.
create table if not exists ops.touched (kind varchar, key ubigint, cause varchar);
create table if not exists ops.timers (kind varchar, key ubigint, due_date date, cause varchar);
create table if not exists ops.decisions (
    decision_no bigint, decision varchar, order_key ubigint, order_no varchar, code varchar, subject varchar,
    decided_by varchar, decided_at timestamp, note varchar
);
-- One row per answer of a register of VAT numbers. UNAVAILABLE says nothing of the number. counts_to: the last day of supply
-- that may rest on it; of an UNAVAILABLE the last day on which asking again is of no use.
create table if not exists ops.vat_answers (
    vat_number varchar, requester varchar, checked_at timestamp, result varchar, name varchar, address varchar,
    consultation_number varchar, detail varchar, counts_to date
);
create table if not exists ops.numbers (series varchar, key ubigint, number bigint, batch_id varchar);
create table if not exists ops.batches (
    batch_id varchar, batch_no bigint, plan_hash varchar, planned_at timestamp, published_at timestamp, documents bigint,
    journal_lines bigint, sums varchar, sha256 varchar, approved_by varchar
);

-- The states of an order in the order of its life: of two versions the one further on is newer (precedence state_rank).
create or replace table setting.order_states as
select * from (values
    ('open', 10), ('authorized', 20), ('failed', 25), ('part_paid', 30), ('paid', 40), ('processing', 50), ('shipped', 60),
    ('completed', 70), ('part_refunded', 80), ('refunded', 90), ('cancelled', 95), ('voided', 96)
) as states(state, rank);
