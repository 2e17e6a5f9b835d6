"""The models of money one by one: what the lines of an order come to, and what its shop tells of their VAT."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from money_models import DAY, Row, made, money_store, of

from etl.store import Store


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with money_store() as opened:
        yield opened


def test_goods_of_a_rate_and_code_come_together_the_highest_rate_first(store: Store) -> None:
    """Returns that outweigh the sales of an order count the other way about; freight and others are no goods."""
    rules = [
        of(1, line_no=n, rate_bp=bp, vat_code=code) for n, bp, code in ((1, 700, "B"), (2, 1900, "C"), (3, 700, "B"))
    ]
    rules += [of(1, line_no=4, rate_bp=700, vat_code="A"), of(1, line_no=5, rate_bp=1900, vat_code="C")]
    rules += [of(2, line_no=n, rate_bp=2500, vat_code="C") for n in (1, 2)] + [
        of(2, line_no=3, rate_bp=0, vat_code="C")
    ]
    rules += [of(3, line_no=1, rate_bp=2500, vat_code="C"), of(3, line_no=2, rate_bp=0, vat_code="C")]
    lines = [of(1, line_no=n, line_type="item", amount_ore=a) for n, a in ((1, 100), (2, 300), (3, 50), (4, -20))]
    lines += [of(1, line_no=5, line_type="shipping", amount_ore=999)]
    lines += [of(2, line_no=n, line_type="item", amount_ore=a) for n, a in ((1, -500), (2, 100), (3, 100))]
    lines += [of(3, line_no=n, line_type="item", amount_ore=a) for n, a in ((1, -100), (2, 100))]
    found = made(
        store, "340_goods_rates", "order_key, rate_bp, vat_code, goods_ore, rates, rate_place",
        order_lines=lines, line_rules=rules,
    )  # fmt: skip
    assert found == [
        (1, 700, "A", 0, 3, 2), (1, 700, "B", 150, 3, 3), (1, 1900, "C", 300, 3, 1),
        (2, 0, "C", 0, 2, 2), (2, 2500, "C", 400, 2, 1),
        (3, 0, "C", 100, 2, 2), (3, 2500, "C", 0, 2, 1),
    ]  # fmt: skip


def goods(key: int, *amounts: int) -> list[Row]:
    return [of(key, goods_ore=a, rates=len(amounts), rate_place=n) for n, a in enumerate(amounts, 1)]


def test_freight_is_shared_by_largest_remainder_in_whole_minor_units(store: Store) -> None:
    """3890 over 300 and 100: 2917.5, 972.5, the tie to the higher rate. 1000 over three, in hundreds: 400, 300, 300."""
    usual: Row = {"minor_ore": 1, "freight_vat": "goods"}
    methods = [
        of(1, **usual), of(2, minor_ore=100, freight_vat="goods"), of(3, minor_ore=1, freight_vat="main_rate"),
        of(4, minor_ore=1, freight_vat="standard_rate"), of(5, **usual), of(6, **usual), of(7, **usual),
        of(8, minor_ore=1, freight_vat="main_rate"), of(9, minor_ore=100, freight_vat="goods"),
    ]  # fmt: skip
    rates = [
        *goods(1, 300, 100), *goods(2, 1, 1, 1), *goods(3, 100, 300), *goods(4, 1, 1), *goods(5, 100), *goods(6, 0, 0),
        *goods(7, 200, 100), *goods(8, 100, 100), *goods(9, 200, 100),
    ]  # fmt: skip
    lines = [
        of(1, line_no=3, line_type="shipping", amount_ore=3890), of(1, line_no=4, line_type="fee", amount_ore=-3890),
        of(1, line_no=5, line_type="tip", amount_ore=100), of(2, line_no=9, line_type="shipping", amount_ore=1000),
        of(3, line_no=3, line_type="shipping", amount_ore=70), of(4, line_no=3, line_type="shipping", amount_ore=70),
        of(5, line_no=2, line_type="shipping", amount_ore=70), of(6, line_no=3, line_type="shipping", amount_ore=70),
        of(7, line_no=3, line_type="shipping", amount_ore=100), of(8, line_no=3, line_type="fee", amount_ore=-70),
        of(9, line_no=3, line_type="shipping", amount_ore=1050),
    ]  # fmt: skip
    found = made(
        store, "345_freight_parts", "order_key, line_no, part_no, amount_ore",
        order_methods=methods, goods_rates=rates, order_lines=lines,
    )  # fmt: skip
    assert found == [
        (1, 3, 1, 2918), (1, 3, 2, 972), (1, 4, 1, -2918), (1, 4, 2, -972),
        (2, 9, 1, 400), (2, 9, 2, 300), (2, 9, 3, 300), (3, 3, 2, 70), (7, 3, 1, 67), (7, 3, 2, 33),
        (8, 3, 1, -70), (9, 3, 1, 700), (9, 3, 2, 350),
    ]  # fmt: skip


def group(key: int, line: int, bp: int = 2500, **more: Any) -> Row:
    usual = {
        "line_no": line, "part_no": 1, "rate_bp": bp, "vat_code": "U", "treatment": "DOMESTIC", "vat_country": "DK",
        "is_known": True, "quantity": 1, "amount_ore": 100, "sold_ore": 100, "vat_ore": 25, "canonical_ore": 25,
        "line_ore": 25, "unit_ore": 25, "net_ore": 100, "gross_ore": 125,
    }  # fmt: skip
    return of(key, **(usual | more))


def test_what_the_lines_of_a_rate_come_to(store: Store) -> None:
    """From 5.00 net the leeway is the VAT of one point: 1000 x 100 // 12500 = 8."""
    lines = [
        group(1, 1, shop_vat_ore=25, shop_rate=25, quantity="2.5"), group(1, 2, shop_rate=25, quantity="0.2"),
        group(2, 1, is_known=False), group(2, 2, shop_vat_ore=24, shop_rate=20, vat_region="x"),
        group(3, 1, net_ore=1000, shop_rate=25), group(3, 2, shop_rate=20, net_ore=0, quantity=-3, sold_ore=None),
        group(4, 1, net_ore=500), group(5, 1, net_ore=499), group(6, 1, net_ore=-500), group(7, 1, bp=0, net_ore=900),
        group(8, 1, treatment="A"), group(8, 2, treatment="B"), group(8, 3, vat_code=None, treatment="A"),
    ]  # fmt: skip
    found = made(
        store, "362_vat_groups",
        "order_key, vat_region, is_known, parts, sold_parts, told_parts, pieces, net_ore, is_carried, stated_bp,"
        " leeway_ore",
        "order_key, treatment, vat_code nulls last", line_vat=lines,
    )  # fmt: skip
    assert found == [
        (1, "", True, 2, 2, 1, 4, 200, True, 2500, None), (2, "x", False, 2, 2, 1, 2, 200, False, 2000, None),
        (3, "", True, 2, 1, 0, 4, 1000, True, None, 8), (4, "", True, 1, 1, 0, 1, 500, True, None, 4),
        (5, "", True, 1, 1, 0, 1, 499, True, None, None), (6, "", True, 1, 1, 0, 1, -500, True, None, 4),
        (7, "", True, 1, 1, 0, 1, 900, True, None, None), (8, "", True, 1, 1, 0, 1, 100, True, None, None),
        (8, "", True, 1, 1, 0, 1, 100, True, None, None), (8, "", True, 1, 1, 0, 1, 100, True, None, None),
    ]  # fmt: skip


def head(version: int, record: int, **taxes: Any) -> Row:
    return {"version_id": version, "source_record": record, **taxes}


def test_the_taxes_that_a_shop_names(store: Store) -> None:
    store.script(
        "create schema if not exists staging; create or replace table staging.orders (version_id ubigint,"
        " source_record bigint, "
        + ", ".join(f"tax_{n}_name varchar, tax_{n}_amount decimal(18, 2)" for n in range(1, 6))
        + ")"
    )
    named = [
        ("DE MwSt 19%", "1.90"),
        ("VAT 7,5 %", "0.75"),
        ("VAT 7.5%", "-0.25"),
        ("x", None),
        ("25% off, 5%", "0.05"),
    ]
    taxes = {
        f"tax_{n}_{part}": value
        for n, pair in enumerate(named, 1)
        for part, value in zip(("name", "amount"), pair, strict=True)
    }
    seven: Row = {"tax_2_name": "7%", "tax_2_amount": 1}
    heads: list[Row] = [
        head(1, 1, **taxes), head(1, 2, tax_1_name="1%", tax_1_amount=9),
        head(2, 1, tax_1_name="MwSt", tax_1_amount=-1, **seven), head(3, 1, tax_1_name="MwSt", tax_1_amount=0, **seven),
        head(4, 1, **seven), head(5, 1, tax_1_name="9%", tax_1_amount=1),
    ]  # fmt: skip
    found = made(
        store, "364_shop_taxes", "order_key, rate_bp, vat_ore, is_unnamed", "order_key, rate_bp nulls last",
        touched_orders=[of(n) for n in range(1, 5)], staging__orders=heads,
        core__orders=[of(n, version_id=n, first_record=1) for n in range(1, 6)],
    )  # fmt: skip
    store.script("drop table staging.orders")
    assert found == [
        (1, 750, 50, False), (1, 1900, 190, False), (1, 2500, 5, False),
        (2, 700, 100, True), (2, None, -100, True), (3, 700, 100, False), (3, None, 0, False),
    ]  # fmt: skip


def test_the_next_lower_and_the_next_higher_legal_rate(store: Store) -> None:
    """Germany has 7 and 19; Madeira 4, 12 and 22 of its own; Finland's 14 became 13.5 with 2026."""
    asked = [
        (1, "DE", "", 1900, DAY), (2, "DE", "", 700, DAY), (3, "PT", "madeira", 1200, DAY), (4, "FI", "", 2550, DAY),
        (5, "FI", "", 2550, date(2025, 12, 31)), (6, "FI", "", 2550, date(2026, 1, 1)), (7, "US", "", 0, DAY),
        (9, "DE", "", 1600, date(2020, 12, 31)), (10, "DE", "", 1900, date(2021, 1, 1)),
    ]  # fmt: skip
    groups = [
        of(key, vat_country=state, vat_region=region, rate_bp=bp, is_known=True) for key, state, region, bp, _ in asked
    ]
    groups += [
        of(8, vat_country="SE", vat_region="", rate_bp=1, is_known=False),
        of(1, vat_country="DE", vat_region="", rate_bp=1900, is_known=True),
    ]
    found = made(
        store, "365_legal_rates", "vat_country, vat_region, supply_date, rate_bp, below_bp, above_bp",
        vat_groups=groups,
        order_methods=[of(key, supply_date=day) for key, *_, day in asked] + [of(8, supply_date=DAY)],
    )  # fmt: skip
    assert sorted(found, key=str) == sorted([
        ("DE", "", DAY, 1900, 700, None), ("DE", "", DAY, 700, None, 1900), ("PT", "madeira", DAY, 1200, 400, 2200),
        ("FI", "", DAY, 2550, 1350, None), ("FI", "", date(2025, 12, 31), 2550, 1400, None),
        ("FI", "", date(2026, 1, 1), 2550, 1350, None), ("US", "", DAY, 0, None, None),
        ("DE", "", date(2020, 12, 31), 1600, 500, None), ("DE", "", date(2021, 1, 1), 1900, 700, None),
    ], key=str)  # fmt: skip


def rate(key: int, bp: int = 2500, **more: Any) -> Row:
    usual = {
        "rate_bp": bp, "vat_country": "DK", "vat_region": "", "treatment": "DOMESTIC", "is_known": True, "parts": 2,
        "sold_parts": 2, "told_parts": 0, "pieces": 3, "amount_ore": 100, "gross_ore": 125,
    }  # fmt: skip
    return of(key, **(usual | more))


def test_which_amounts_of_vat_stand_for_one_rate(store: Store) -> None:
    groups = [
        rate(1), rate(1, bp=0), rate(2), rate(2, bp=700), rate(3, told_parts=2), rate(4), rate(4, bp=700),
        rate(5, is_known=False), rate(6), rate(7, amount_ore=0), rate(8, amount_ore=0), rate(9),
        rate(9, bp=700, amount_ore=0), rate(10, stated_bp=2500),
        rate(10, stated_bp=2500, vat_country="SE", vat_region="r", treatment="T", gross_ore=-126),
        rate(11, stated_bp=2500), rate(11, stated_bp=700), rate(12),
    ]  # fmt: skip
    taxes = [
        of(4, rate_bp=2500, vat_ore=20, is_unnamed=False), of(9, rate_bp=700, vat_ore=7, is_unnamed=False),
        of(12, rate_bp=None, vat_ore=20, is_unnamed=True),
    ]  # fmt: skip
    modes = [of(key, shop_vat_ore=None if key == 6 else 0 if key == 7 else 30) for key in range(1, 13)]
    lines = [
        group(20, 1, shop_vat_ore=25, list_ore=110, quantity="-2.5", shop_rate="25.5"), group(20, 2),
        group(20, 3, shop_vat_ore=25, is_known=False), group(20, 4, shop_vat_ore=0, sold_ore=0),
        group(20, 5, shop_vat_ore=1, sold_ore=0), group(20, 6, shop_vat_ore=0, quantity=0),
    ]  # fmt: skip
    found = made(
        store, "366_shop_vat",
        "scope, order_key, line_no, rate_bp, vat_country, vat_region, treatment, vat_ore, amount_ore, other_ore, parts,"
        " pieces, stated_bp", "order_key, line_no, rate_bp",
        vat_groups=groups, shop_taxes=taxes, price_modes=modes, line_vat=lines,
    )  # fmt: skip
    home, sums = ("DK", "", "DOMESTIC"), (100, 100, 2, 3)
    assert found == [
        ("order", 1, None, 2500, *home, 30, *sums, None),
        ("rate", 4, None, 700, *home, 0, *sums, None), ("rate", 4, None, 2500, *home, 20, *sums, 2500),
        ("order", 8, None, 2500, *home, 30, 0, 0, 2, 3, None),
        ("rate", 9, None, 700, *home, 7, 0, 0, 2, 3, 700), ("rate", 9, None, 2500, *home, 0, *sums, None),
        ("order", 10, None, 2500, "SE", "r", "T", 30, 200, 200, 4, 6, 2500),
        ("order", 11, None, 2500, *home, 30, 200, 200, 4, 6, None),
        ("order", 12, None, 2500, *home, 30, *sums, None),
        ("line", 20, 1, 2500, *home, 25, 100, 110, 1, 3, 2550), ("line", 20, 5, 2500, *home, 1, 0, None, 1, 1, None),
        ("line", 20, 6, 2500, *home, 0, 100, None, 1, 1, None),
    ]  # fmt: skip
