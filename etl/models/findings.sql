-- What the checks find of the orders and payouts being decided: empty before the first of them.
create or replace temp table findings_now (
    subject varchar, order_key ubigint, payout_key ubigint, line_key ubigint, event varchar, code varchar, effect varchar,
    place integer, field varchar, value_read varchar, expected varchar, file_id bigint, source_record bigint
);
