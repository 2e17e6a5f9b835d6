-- The tables of one order a case, empty: what the VAT models read of orders, buyers and lines.
delete from setting.vat;
delete from setting.vat_registrations;
create or replace temp table case_orders (
    order_key ubigint, order_no varchar, shop varchar, order_date date, shipped_date date, state varchar, currency varchar,
    shipping_country varchar, shipping_postcode varchar, shipping_city varchar, billing_country varchar,
    billing_postcode varchar, billing_city varchar, delivery varchar, event_country varchar
);
create or replace temp table buyers (
    order_key ubigint, buyer_type varchar, vat_number varchar, vat_number_status varchar, country varchar
);
create or replace temp table order_lines (
    order_key ubigint, line_no integer, line_type varchar, product_category varchar, supply_type varchar,
    shop_rate decimal(9, 4), amount_ore bigint, shop_vat_ore bigint
);
