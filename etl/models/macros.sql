-- The roundings of etl/vat/__init__.py in SQL, half up on the absolute value with the sign put back; made once per connection.
-- `_ore` is whole minor units (BIGINT), `bp` a rate in basis points (25.5 % = 2550). No decimal is ever divided. What a file says may
-- be as large as it likes: products are worked out in 128 bits.

-- Whole øre of an amount with two decimals.
create or replace temp macro to_ore(amount) as cast(cast(amount as decimal(38, 2)) * 100 as bigint);
-- The same of a line, at most a million million either way, so that the sums of lines stay within 64 bits.
create or replace temp macro line_ore(amount) as
    cast(greatest(least(cast(amount as decimal(38, 2)), 1000000000000.00), -1000000000000.00) * 100 as bigint);
-- The amount of whole øre.
create or replace temp macro from_ore(ore) as cast(ore * 0.01 as decimal(18, 2));
-- The VAT contained in a gross amount.
create or replace temp macro vat_in_gross_ore(g, bp) as
    case when g < 0 then -1 else 1 end
    * cast((2 * cast(abs(g) as hugeint) * bp + 10000 + bp) // (2 * (10000 + bp)) as bigint);
-- The VAT to be added to a net amount.
create or replace temp macro vat_on_net_ore(n, bp) as
    case when n < 0 then -1 else 1 end * cast((2 * cast(abs(n) as hugeint) * bp + 10000) // 20000 as bigint);
-- The VAT of an amount (with VAT, or without: `is_excl`), rounded to the currency's minor unit (`minor`: 1, 10 or 100 øre).
create or replace temp macro vat_of_ore(amount, bp, is_excl, minor) as
    case when amount < 0 then -minor else minor end
    * cast(
        (2 * cast(abs(amount) as hugeint) * bp + if(is_excl, 10000, 10000 + bp) * minor)
        // (2 * if(is_excl, 10000, 10000 + bp) * minor) as bigint
    );
-- The same of a shop that rounds the VAT of one unit: times the quantity, and rounded again where that is no whole number.
create or replace temp macro vat_of_units_ore(amount, quantity, bp, is_excl, minor) as
    case
        when quantity in (0, 1) then vat_of_ore(amount, bp, is_excl, minor)
        when quantity = trunc(quantity) then cast(
            case when amount < 0 then -minor else minor end * cast(abs(quantity) as hugeint) * (
                (2 * cast(abs(amount) as hugeint) * bp + if(is_excl, 10000, 10000 + bp) * minor * cast(abs(quantity) as bigint))
                // (2 * if(is_excl, 10000, 10000 + bp) * minor * cast(abs(quantity) as hugeint))
            ) as bigint
        )
        else case when amount < 0 then -minor else minor end * cast((
            2 * cast(abs(quantity) * 1000000 as hugeint) * (
                (2000000 * cast(abs(amount) as hugeint) * bp
                    + if(is_excl, 10000, 10000 + bp) * minor * cast(abs(quantity) * 1000000 as hugeint))
                // (2 * if(is_excl, 10000, 10000 + bp) * minor * cast(abs(quantity) * 1000000 as hugeint))
            ) + 1000000
        ) // 2000000 as bigint)
    end;
-- May VAT and net amount (both rounded, the sign taken off) have come from this rate? r in [(t - e) / (n + e), (t + e) / (n - e)]
-- of vat.md 4.2 (4), without a division; `e2` is 2e in øre.
create or replace temp macro is_rate_possible(bp, vat, net, e2) as
    10000 * (2 * cast(vat as hugeint) - e2) <= bp * (2 * cast(net as hugeint) + e2)
    and bp * (2 * cast(net as hugeint) - e2) <= 10000 * (2 * cast(vat as hugeint) + e2);
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
-- A postcode, and the city where it decides too; nothing where no territory of the country asks (`asks_city` null).
create or replace temp macro place_text(asks_city, postcode, city) as
    case
        when asks_city is null then ''
        when asks_city then coalesce(postcode, '') || '|' || lower(coalesce(city, ''))
        else coalesce(postcode, '')
    end;
-- Euro cents of an amount: whole øre times a rate of exchange, by the currency's rate for one euro (both of eight decimals).
create or replace temp macro eur_cents(ore, exchange_rate, eur_rate) as
    case when ore < 0 then -1 else 1 end
    * cast(
        (2 * abs(cast(ore as hugeint)) * cast(exchange_rate * 100000000 as hugeint) + cast(eur_rate * 100000000 as hugeint))
        // (2 * cast(eur_rate * 100000000 as hugeint)) as bigint
    );
-- What is told of a condition of the decision table that does not hold; null where it holds.
create or replace temp macro fails(name, fact, wanted) as
    if(wanted = 'any' or contains('|' || wanted || '|', '|' || fact || '|'), null, name || ' ' || fact || ' ≠ ' || wanted);
-- The same of an amount in any currency: euro stay as they are, the company's own go by its rate for one euro, others by the
-- document's rate first. Null where that is not known.
create or replace temp macro in_eur_cents(ore, currency, own_currency, exchange_rate, eur_rate) as
    case when currency = 'EUR' then ore else eur_cents(ore, if(currency = own_currency, 1, exchange_rate), eur_rate) end;
