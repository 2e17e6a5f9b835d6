"""The models of money one by one: how an order's VAT is worked out (341), its parts (350) and the VAT of each (360)."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from money_models import Row, made, money_store, of

from etl.store import Store


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with money_store() as opened:
        yield opened


SHOPS: list[tuple[str, Row]] = [
    ("web", {"discount": "spread", "tolerance": "0.05"}), ("rows", {"discount": "line", "tolerance": "0.10"}),
    ("exact", {"discount": "spread", "tolerance": "0"}), ("bare", {"discount": "spread", "tolerance": "0.05"}),
]  # fmt: skip
# What differs from a paid order in kroner of the web shop, how it was paid, and what 341 says where that differs too.
METHODS: list[tuple[Row, list[str | None], Row]] = [
    ({}, [], {}),
    ({"shop": "rows"}, [], {"is_line": True, "vat_method": "line", "freight_vat": "main_rate", "tolerance_ore": 10}),
    ({"shop": "bare"}, [], {}),  # a shop without settings of its own
    ({"currency": "JPY"}, [], {"currency": "JPY", "minor_ore": 100, "tolerance_ore": 100}),
    ({"currency": "JPY", "shop": "exact"}, [], {"currency": "JPY", "minor_ore": 100, "tolerance_ore": 0}),
    ({"currency": "TEN"}, [], {"currency": "TEN", "minor_ore": 10}),
    ({"currency": "BHD"}, [], {"currency": "BHD", "decimals_too_many": 3}),
    ({"currency": "???"}, [], {"currency": "???"}),
    ({"buyer_type": "ean"}, [], {"tolerance_ore": 0}),
    ({"buyer_type": "ean", "currency": "JPY"}, [], {"currency": "JPY", "minor_ore": 100, "tolerance_ore": 0}),
    ({}, ["Cash"], {"is_cash": True}),
    ({}, ["Cash", "Cash"], {"is_cash": True}),
    ({}, ["Cash", "Card"], {}),
    ({}, ["Cash", "Never heard of"], {}),
    ({}, ["Card"], {}),
    ({"shipped_date": None}, [], {"supply_date": date(2026, 1, 2)}),
    ({"shipped_date": None, "paid_date": None}, [], {"supply_date": date(2026, 1, 1)}),
]
USUAL: Row = {
    "currency": "DKK", "is_line": False, "vat_method": "canonical", "freight_vat": "goods", "minor_ore": 1,
    "decimals_too_many": None, "tolerance_ore": 5, "is_cash": False, "supply_date": date(2026, 1, 3),
}  # fmt: skip


def settings(store: Store, *, is_cash: bool) -> None:
    """The shops, and two ways of paying of which one is cash or not."""
    store.script(f"""
        create or replace table setting.documents (shop varchar, discount varchar, tolerance decimal(18, 2));
        create or replace table setting.shops as
            select 'web' as shop, null::varchar as vat_method, null::varchar as freight_vat
            union all select 'rows', 'line', 'main_rate';
        create or replace table setting.payment_methods as
            select 'Cash' as method_name, {is_cash}::boolean as is_cash union all select 'Card', null;
        delete from setting.currencies where currency = 'TEN';
        insert into setting.currencies (currency, minor_units) values ('TEN', 1);
        truncate core.order_payments;
    """)


def ways(store: Store, *, is_cash: bool) -> list[dict[str, Any]]:
    settings(store, is_cash=is_cash)
    days = {"order_date": date(2026, 1, 1), "paid_date": date(2026, 1, 2), "shipped_date": date(2026, 1, 3)}
    orders = [{"shop": "web", "currency": "DKK", **days, **row} for row, *_ in METHODS]
    buyers = [of(key, buyer_type=row.pop("buyer_type", "b2c")) for key, row in enumerate(orders, 1)]
    paid = [of(key, method_name=name) for key, (_, names, _) in enumerate(METHODS, 1) for name in names]
    store.script(
        "create or replace temp table buyers as select unnest($k) as order_key, unnest($b) as buyer_type".replace(
            "$k", str([b["order_key"] for b in buyers])
        ).replace("$b", str([b["buyer_type"] for b in buyers]))
    )
    columns = ", ".join(USUAL)
    rows = made(
        store, "341_order_methods", f"order_key, {columns}", "order_key",
        core__orders=[of(key, **row) for key, row in enumerate([*orders, orders[0]], 1)],
        touched_orders=[of(key) for key in range(1, len(METHODS) + 1)], core__order_payments=paid,
        setting__documents=[{"shop": shop, **row} for shop, row in SHOPS],
    )  # fmt: skip
    assert [row[0] for row in rows] == list(range(1, len(METHODS) + 1))
    return [dict(zip(USUAL, row[1:], strict=True)) for row in rows]


def test_how_the_vat_and_the_total_of_an_order_are_worked_out(store: Store) -> None:
    for (order, paid, wanted), found in zip(METHODS, ways(store, is_cash=True), strict=True):
        assert found == USUAL | wanted, (order, paid)


def test_nothing_is_paid_in_cash_where_no_way_of_paying_is(store: Store) -> None:
    assert not any(found["is_cash"] for found in ways(store, is_cash=False))


def rule(key: int, line: int, bp: int | None, code: str | None = "U", **more: Any) -> Row:
    return of(key, line_no=line, rate_bp=bp, vat_code=code, treatment="DOMESTIC", **more)


def line(key: int, number: int, kind: str = "item", amount: int = 100, **more: Any) -> Row:
    return of(
        key, line_no=number, line_type=kind, amount_ore=amount, list_ore=amount, quantity=2, discount_ore=0, **more
    )


def goods(key: int, bp: int | None, place: int, rates: int, code: str | None = "U", **more: Any) -> Row:
    return of(key, rate_bp=bp, rate_place=place, rates=rates, vat_code=code, treatment="G", goods_ore=1, **more)


def test_the_parts_of_goods_of_freight_and_of_discounts(store: Store) -> None:
    """1: one rate; 2: two rates, freight in parts; 3: whole freight at the main rate; 4: standard rate; 5: no goods.

    6, 7: discounts as lines of their own, by rate and code, also where no code is known.
    """  # fmt: skip
    lines = [
        line(1, 1), line(1, 2, "shipping", 50, shop_vat_ore=10), line(1, 3, "tip", 7),
        line(2, 1), line(2, 2), line(2, 3, "shipping", 50, shop_vat_ore=10), line(2, 4, "fee", 20, shop_vat_ore=4),
        line(3, 1), line(3, 2), line(3, 3, "shipping", 50, shop_vat_ore=10),
        line(4, 1), line(4, 3, "shipping", 50, shop_vat_ore=10), line(5, 3, "shipping", 50), line(5, 4, "fee", 20),
        {**line(6, 1, amount=90), "list_ore": 100, "discount_ore": 10},
        {**line(6, 2, amount=80), "list_ore": 100, "discount_ore": 20},
        {**line(6, 3, amount=70), "list_ore": 100, "discount_ore": 30}, line(6, 4),
        {**line(6, 5, amount=60), "list_ore": 100, "discount_ore": 40},
        {**line(7, 1, amount=90), "list_ore": 100, "discount_ore": 10},
    ]  # fmt: skip
    rules = [
        rule(key, n, 2500)
        for key, n in ((1, 1), (1, 2), (2, 1), (3, 1), (4, 1), (5, 3), (5, 4), (6, 1), (6, 2), (7, 1))
    ]
    rules += [
        rule(1, 3, 0),
        rule(2, 2, 700),
        rule(3, 2, 700),
        rule(4, 3, 1200),
        rule(2, 3, 2500),
        rule(2, 4, 2500),
        rule(3, 3, 2500),
    ]
    rules += [rule(6, 3, 700), rule(6, 4, 0), rule(6, 5, 700, None)]
    rates = [
        goods(1, 2500, 1, 1), goods(2, 2500, 1, 2), goods(2, 700, 2, 2), goods(3, 2500, 1, 2), goods(3, 700, 2, 2),
        goods(4, 2500, 1, 1), goods(6, 2500, 1, 4), goods(6, 700, 2, 4), goods(6, 700, 3, 4, None), goods(6, 0, 4, 4),
        goods(7, 2500, 1, 1),
    ]  # fmt: skip
    methods = [
        of(key, is_line=key == 6, freight_vat={3: "main_rate", 4: "standard_rate"}.get(key, "goods"))
        for key in range(1, 8)
    ]
    freight = [
        of(2, line_no=3, part_no=1, amount_ore=30), of(2, line_no=3, part_no=2, amount_ore=20),
        of(2, line_no=4, part_no=1, amount_ore=12), of(2, line_no=4, part_no=2, amount_ore=8),
        of(3, line_no=3, part_no=2, amount_ore=50),
    ]  # fmt: skip
    found = made(
        store, "350_line_parts",
        "order_key, line_no, part_no, rate_bp, vat_code, treatment, quantity::integer, amount_ore, sold_ore,"
        " list_ore, shop_vat_ore",
        "order_key, line_no, part_no",
        order_lines=lines, line_rules=rules, goods_rates=rates, order_methods=methods, freight_parts=freight,
    )  # fmt: skip
    own, of_goods = ("U", "DOMESTIC"), ("U", "G")
    assert found == [
        (1, 1, 1, 2500, *own, 2, 100, 100, 100, None), (1, 2, 1, 2500, *of_goods, 2, 50, 50, 50, 10),
        (1, 3, 1, 0, *own, 2, 7, 7, 7, None),
        (2, 1, 1, 2500, *own, 2, 100, 100, 100, None), (2, 2, 1, 700, *own, 2, 100, 100, 100, None),
        (2, 3, 1, 2500, *of_goods, 1, 30, 30, 30, None), (2, 3, 2, 700, *of_goods, 1, 20, 20, 20, None),
        (2, 4, 1, 2500, *of_goods, 1, 12, 12, 12, None), (2, 4, 2, 700, *of_goods, 1, 8, 8, 8, None),
        (3, 1, 1, 2500, *own, 2, 100, 100, 100, None), (3, 2, 1, 700, *own, 2, 100, 100, 100, None),
        (3, 3, 2, 700, *of_goods, 1, 50, 50, 50, 10),
        (4, 1, 1, 2500, *own, 2, 100, 100, 100, None), (4, 3, 1, 1200, *own, 2, 50, 50, 50, 10),
        (5, 3, 1, 2500, *own, 2, 50, 50, 50, None), (5, 4, 1, 2500, *own, 2, 20, 20, 20, None),
        (6, 1, 1, 2500, *own, 2, 100, 90, 100, None), (6, 2, 1, 2500, *own, 2, 100, 80, 100, None),
        (6, 3, 1, 700, *own, 2, 100, 70, 100, None), (6, 4, 1, 0, *own, 2, 100, 100, 100, None),
        (6, 5, 1, 700, None, "DOMESTIC", 2, 100, 60, 100, None),
        (6, 100001, 1, 2500, *of_goods, None, -30, None, None, None),
        (6, 100002, 1, 700, *of_goods, None, -30, None, None, None),
        (6, 100003, 1, 700, None, "G", None, -40, None, None, None),
        (7, 1, 1, 2500, *own, 2, 90, 90, 100, None),
    ]  # fmt: skip


def part(key: int, number: int, amount: int, bp: int | None = 2500, **more: Any) -> Row:
    usual = {"part_no": 1, "vat_code": "U", "treatment": "DOMESTIC", "quantity": 1, "sold_ore": amount}
    return of(key, line_no=number, amount_ore=amount, rate_bp=bp, **(usual | more))


def test_the_vat_of_each_part_and_what_it_leaves(store: Store) -> None:
    """Three of 19.90 with 25 %: 3.98 each. Three of 0.02 without: 0.005, 0.010, 0.015 in all, so 1, 0, 1."""
    parts = [
        part(1, 1, 1990), part(1, 2, 1990, part_no=2), part(1, 2, 1990, part_no=1), part(1, 3, 100, 700),
        part(2, 1, 2), part(2, 2, 2), part(2, 3, 2), part(2, 4, 2, vat_code="V"), part(2, 5, 2, treatment="HOLD"),
        part(2, 6, 2, None), part(3, 1, 2), part(3, 2, 2), part(4, 1, 10, quantity=3), part(4, 2, -10, quantity=3),
        part(5, 1, 1000, sold_ore=900), part(5, 100001, -100, sold_ore=None, quantity=None),
    ]  # fmt: skip
    usual: Row = {"vat_method": "canonical", "minor_ore": 1}
    found = made(
        store, "360_line_vat",
        "order_key, line_no, part_no, rate_bp, vat_ore, is_first, is_known, net_ore, gross_ore, canonical_ore,"
        " line_ore, unit_ore",
        "order_key, line_no, part_no", line_parts=parts,
        price_modes=[of(key, price_mode="incl" if key == 1 else "excl") for key in range(1, 6)],
        order_methods=[of(1, **usual), of(2, **usual), of(3, vat_method="line", minor_ore=1),
                       of(4, vat_method="unit", minor_ore=1),
                       of(5, vat_method="line", minor_ore=1)],
    )  # fmt: skip
    assert found == [
        (1, 1, 1, 2500, 398, True, True, 1592, 1990, 398, 398, 398),
        (1, 2, 1, 2500, 398, False, True, 1592, 1990, 398, 398, 398),
        (1, 2, 2, 2500, 398, False, True, 1592, 1990, 398, 398, 398), (1, 3, 1, 700, 7, True, True, 93, 100, 7, 7, 7),
        (2, 1, 1, 2500, 1, True, True, 2, 3, 1, 1, 1), (2, 2, 1, 2500, 0, False, True, 2, 2, 0, 1, 1),
        (2, 3, 1, 2500, 1, False, True, 2, 3, 1, 1, 1), (2, 4, 1, 2500, 1, True, True, 2, 3, 1, 1, 1),
        (2, 5, 1, 2500, 1, True, False, 2, 3, 1, 1, 1), (2, 6, 1, 0, 0, True, False, 2, 2, 0, 0, 0),
        (3, 1, 1, 2500, 1, True, True, 2, 3, 1, 1, 1), (3, 2, 1, 2500, 1, False, True, 2, 3, 0, 1, 1),
        (4, 1, 1, 2500, 3, True, True, 10, 13, 3, 3, 3), (4, 2, 1, 2500, -3, False, True, -10, -13, -3, -3, -3),
        (5, 1, 1, 2500, 250, True, True, 1000, 1250, 250, 225, 225),
        (5, 100001, 1, 2500, -25, False, True, -100, -125, -25, None, None),
    ]  # fmt: skip
