-- The roundings of etl/vat/__init__.py in SQL, half up on the absolute value with the sign put back; made once per connection.
-- `_ore` is whole minor units (BIGINT), `bp` a rate in basis points (25.5 % = 2550). No decimal is ever divided.

-- Whole øre of an amount with two decimals.
create or replace temp macro to_ore(amount) as cast(cast(amount as decimal(38, 2)) * 100 as bigint);
-- The amount of whole øre.
create or replace temp macro from_ore(ore) as cast(ore * 0.01 as decimal(18, 2));
-- The VAT contained in a gross amount.
create or replace temp macro vat_in_gross_ore(g, bp) as
    case when g < 0 then -1 else 1 end * ((2 * abs(g) * bp + 10000 + bp) // (2 * (10000 + bp)));
-- The VAT to be added to a net amount.
create or replace temp macro vat_on_net_ore(n, bp) as
    case when n < 0 then -1 else 1 end * ((2 * abs(n) * bp + 10000) // 20000);
-- A rate as people write it in company.toml: 2500 -> 25, 2550 -> 25.5.
create or replace temp macro rate_text(bp) as
    cast(bp // 100 as varchar)
    || case when bp % 100 = 0 then '' else '.' || rtrim(lpad(cast(bp % 100 as varchar), 2, '0'), '0') end;
-- An amount of øre as text, for what people read.
create or replace temp macro ore_text(ore) as cast(from_ore(ore) as varchar);
-- A technical key: the upper half of the md5 of a text. (md5_number_lower gives the same number at four times the cost.)
create or replace temp macro text_key(words) as cast(md5_number(words) >> 64 as ubigint);
-- A document's key: workspace, shop, order and event, and nothing that a setting could change (architecture 8).
create or replace temp macro document_key(workspace_id, shop, order_id, event) as
    text_key(concat_ws(chr(31), workspace_id, shop, order_id, event));
-- Is this a GLN: thirteen digits whose last is the mod 10 check digit.
create or replace temp macro is_gln(number) as
    regexp_full_match(number, '[0-9]{13}')
    and list_sum(list_transform(range(1, 14), lambda i: cast(number[i] as integer) * if(i % 2 = 1, 1, 3))) % 10 = 0;

-- An order number without the sign that some shops put before it: files that name an order may leave it out.
create or replace temp macro plain_no(order_no) as ltrim(trim(order_no), '# ');
