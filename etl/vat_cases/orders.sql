-- The rest of what the VAT models read: prices without VAT, and the numbers to be checked.
insert into core.orders by name select * from case_orders;
create or replace temp table touched_orders as select order_key from case_orders;
create or replace temp table price_modes as select order_key, 'excl' as price_mode from case_orders;
create or replace temp table vat_numbers_seen as
select distinct vat_number, country from buyers where vat_number is not null;
