"""Orders of several lines, their sellers and the way through the VAT models: what tests of single models share.

The company counts in kroner at 7.50 for a euro, so that every amount can be worked out by hand.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from vat_cases import vat_store

from etl.store import Store
from etl.vat import numbers

Row = dict[str, Any]
USUAL_SELLER: Row = {"country": "DK", "registered": True, "oss": "none", "eur_rate": "7.50"}
USUAL_ORDER: Row = {
    "shop": "web", "order_no": "1", "currency": "EUR", "shipping_country": "DE", "shipping_postcode": "10115",
    "shipped_date": date(2026, 11, 2), "state": "paid", "price_mode": "excl", "buyer_type": "b2c",
}  # fmt: skip
USUAL_LINE: Row = {"line_type": "item", "supply_type": "goods", "amount_ore": 10000}
_OF_BUYER = ("buyer_type", "vat_number", "vat_number_status")
_APART = (*_OF_BUYER, "price_mode", "lines")


@contextmanager
def seller_store(*sellers: Row) -> Iterator[Store]:
    """A database in memory with tables, seeds and these sellers; what they leave out is usual."""
    with vat_store() as store:
        store.script("""
            create or replace table setting.company as select 'X' as name, 'DK' as country, 'DKK' as currency;
            create or replace table setting.vat_registrations (seller varchar, country varchar, vat_number varchar);
            create or replace table setting.vat_supply_types (product_category varchar, supply_type varchar);
            create or replace table setting.vat_categories (product_category varchar, category varchar);
            create or replace table setting.vat_codes (
                treatment varchar, country varchar, vat_rate decimal(9, 4), vat_code varchar
            );
            create or replace table setting.vat (
                shop varchar, seller varchar, country varchar, registered boolean, oss varchar, ship_from varchar,
                ship_from_postcode varchar, ship_from_city varchar, prior_year_eur decimal(18, 2),
                year_to_date_eur decimal(18, 2), threshold_year integer, eur_rate decimal(18, 8),
                established_elsewhere boolean, destination_from_first_sale boolean, sells_mainly_to_consumers boolean,
                accept_unverified_vat_number varchar, gift_cards varchar
            );
        """)
        for seller in sellers:
            put(store, "setting.vat", USUAL_SELLER | seller)
        yield store


def put(store: Store, table: str, row: Row) -> None:
    """Insert a row."""
    marks = ", ".join(f"${n + 1}" for n in range(len(row)))
    store.rows(f"insert into {table} ({', '.join(row)}) values ({marks})", list(row.values()))


def _put_all(store: Store, table: str, rows: list[Row]) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row))
    marks = ", ".join(f"unnest(${n + 1})" for n in range(len(names)))
    columns = [[row.get(name) for row in rows] for name in names]
    store.rows(f"insert into {table} ({', '.join(names)}) select {marks}", columns)


def places(store: Store, *orders: Row) -> None:
    """The orders, keys from 1, through the models 300-311; `lines`: rows of order_lines."""
    store.script("""
        truncate core.orders; truncate core.threshold_sales;
        create or replace temp table touched_orders (order_key ubigint);
        create or replace temp table price_modes (order_key ubigint, price_mode varchar);
        create or replace temp table buyers (
            order_key ubigint, buyer_type varchar, vat_number varchar, vat_number_status varchar, country varchar
        );
        create or replace temp table order_lines (
            order_key ubigint, line_no integer, line_type varchar, product_category varchar, supply_type varchar,
            shop_rate decimal(9, 4), amount_ore bigint, shop_vat_ore bigint
        );
    """)
    rows = defaultdict[str, list[Row]](list)
    for key, facts in enumerate(orders, 1):
        one, of = USUAL_ORDER | facts, {"order_key": key}
        rows["core.orders"].append(of | {name: word for name, word in one.items() if name not in _APART})
        rows["touched_orders"].append(of)
        rows["price_modes"].append(of | {"price_mode": one["price_mode"]})
        buyer = {name: one.get(name) for name in _OF_BUYER}
        rows["buyers"].append(of | buyer | {"country": one["shipping_country"]})
        lines = enumerate(one.get("lines", [{}]), 1)
        rows["order_lines"] += [of | {"line_no": number} | USUAL_LINE | line for number, line in lines]
    for table, some in rows.items():
        _put_all(store, table, some)
    store.script(
        "create or replace temp table vat_numbers_seen as"
        " select distinct vat_number, country from buyers where vat_number is not null"
    )
    numbers.check(store)
    store.run(300, 311)


def rules(store: Store, *orders: Row) -> list[dict[str, Any]]:
    """The rows of line_rules of these orders, by order and line."""
    places(store, *orders)
    store.run(312, 339)
    return store.dicts("select * from line_rules order by order_key, line_no")
