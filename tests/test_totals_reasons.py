"""The models of money one by one: VAT at another rate, what an order comes to, and why it does not tie (vat.md 4.2)."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pytest
from money_models import DAY, Row, made, money_store, of

from etl.store import Store


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with money_store() as opened:
        yield opened


def told(key: int, vat: int, amount: int, bp: int = 1900, scope: str = "order", **more: Any) -> Row:
    usual = {
        "scope": scope, "rate_bp": bp, "vat_country": "DE", "vat_region": "", "treatment": "DOMESTIC", "vat_ore": vat,
        "amount_ore": amount, "other_ore": amount, "parts": 1, "pieces": 1,
    }  # fmt: skip
    return of(key, **(usual | more))


OFF: list[tuple[Row, tuple[str, str, str] | None]] = [
    # What is told (prices without VAT), and code, value read, expected.
    (told(1, 1900, 10000), None),
    (told(2, 2100, 10000), ("VAT_RATE_MISMATCH", "21", "DE 19")),
    (told(3, -2100, -10000), ("VAT_RATE_MISMATCH", "21", "DE 19")),
    (told(4, -1900, 10000), ("VAT_RATE_MISMATCH", "-19.00", "DE 19")),
    (
        told(5, 2550, 10000),
        ("VAT_RATE_MISMATCH", "25.5", "DE 19"),
    ),  # 25.5, not 26: in tenths where whole ones do not fit
    (told(6, 25, 100), ("VAT_RATE_MISMATCH", "25", "DE 19")),
    (told(7, 2049, 100000), ("VAT_RATE_MISMATCH", "2.05", "DE 19")),  # 2.049: neither 2 nor 2.0
    (told(8, 100, 1000, bp=0), ("VAT_CHARGED_NOT_DUE", "1.00", "DOMESTIC")),
    (told(9, 100, 0), ("VAT_RATE_MISMATCH", "1.00", "DE 19")),
    (told(10, 2100, 10000, other_ore=11053), None),  # 19 % of the amount before the discount
    # 0.02 without VAT may be 7 or 19 %: the shop must say which.
    (told(11, 0, 2), ("VAT_RATE_MISMATCH", "7 / 19", "DE 19")),
    (told(12, 0, 2, stated_bp=1900), None),
    (told(13, 0, 2, stated_bp=700), ("VAT_RATE_MISMATCH", "7 / 19", "DE 19")),
    (told(14, 0, 2, bp=700), ("VAT_RATE_MISMATCH", "7 / 19", "DE 7")),
    # Ten parts may be off by 0.05 each way; from 5.00 net on, less than a point: 499 x 20 % is 99.8, 500 x 20 % 100.
    (told(15, 100, 499, parts=10, stated_bp=1900), None),
    (told(16, 100, 500, parts=10, stated_bp=1900), ("VAT_RATE_MISMATCH", "20", "DE 19")),
    (told(17, 97, 500, parts=10, stated_bp=1900), None),
    (told(18, 2000, 10000, pieces=300, parts=1), ("VAT_RATE_MISMATCH", "20", "DE 19")),
    # Another state, region or day has no rate next to it here.
    (told(19, 0, 2, vat_country="FR"), None),
    (told(20, 0, 2, vat_region="x"), None),
]


def test_vat_at_another_rate_than_the_one_due(store: Store) -> None:
    keys = range(1, 31)
    methods = [of(key, minor_ore=1, vat_method="canonical", supply_date=DAY) for key in keys]
    legal = [
        {"vat_country": "DE", "vat_region": "", "supply_date": DAY, "rate_bp": bp, "below_bp": low, "above_bp": high}
        for bp, low, high in ((1900, 700, None), (700, None, 1900))
    ]
    legal += [
        {
            "vat_country": "DE",
            "vat_region": "",
            "supply_date": date(2020, 1, 1),
            "rate_bp": 1900,
            "below_bp": 1,
            "above_bp": 1,
        }
    ]
    found = made(
        store, "367_rates_off", "order_key, code, value_read, expected",
        shop_vat=[row for row, _ in OFF], order_methods=methods, legal_rates=legal,
        price_modes=[of(key, price_mode="excl") for key in keys],
    )  # fmt: skip
    assert found == [(row["order_key"], *wanted) for row, wanted in OFF if wanted]


def test_the_first_amount_that_shows_another_rate_is_told(store: Store) -> None:
    """What is off before what is in doubt, due before not due, lines before the order; first lines, high rates."""
    line: dict[str, Any] = {"scope": "line"}
    rows = [
        told(1, 2100, 10000), told(1, 2200, 10000, line_no=2, **line), told(1, 2300, 10000, line_no=1, **line),
        told(2, 0, 2, line_no=1, **line), told(2, 2100, 10000, line_no=2, **line),
        told(3, 100, 1000, bp=0, line_no=1, **line), told(3, 2100, 10000, line_no=2, **line),
        told(4, 100, 10000, bp=700, scope="rate"), told(4, 100, 10000, scope="rate"),
        told(5, 100, 10000, scope="rate"), told(6, 100, 10000, scope="order"), told(7, 2500, 12500, scope="rate"),
        told(8, 2500, 12500), told(9, 2100, 10000),
        told(10, 2400, 12400), told(11, 290, 1880, parts=1, pieces=50), told(12, 290, 1880, parts=1, pieces=50),
    ]  # fmt: skip
    taxes = [
        of(5, rate_bp=2000, vat_ore=100, is_unnamed=False), of(5, rate_bp=2100, vat_ore=1, is_unnamed=False),
        of(5, rate_bp=2300, vat_ore=0, is_unnamed=False), of(5, rate_bp=1900, vat_ore=1, is_unnamed=False),
        of(6, rate_bp=2100, vat_ore=1, is_unnamed=False), of(4, rate_bp=2100, vat_ore=1, is_unnamed=True),
    ]  # fmt: skip
    modes = [of(key, price_mode="excl") for key in range(1, 7)] + [of(key, price_mode="incl") for key in (7, 8, 10)]
    modes += [of(9, price_mode="unknown"), of(11, price_mode="incl"), of(12, price_mode="incl")]
    methods = [
        of(key, minor_ore=1, vat_method="unit" if key == 12 else "line", supply_date=DAY) for key in range(1, 13)
    ]
    legal = [
        {"vat_country": "DE", "vat_region": "", "supply_date": DAY, "rate_bp": 1900, "below_bp": 700, "above_bp": None}
    ]
    groups = [of(5, rate_bp=1900), of(6, rate_bp=2100)]
    found = made(
        store, "367_rates_off", "order_key, scope, line_no, rate_bp, vat_ore, code, value_read",
        shop_vat=rows, shop_taxes=taxes, order_methods=methods, price_modes=modes, legal_rates=legal, vat_groups=groups,
    )  # fmt: skip
    wrong, not_due = "VAT_RATE_MISMATCH", "VAT_CHARGED_NOT_DUE"
    assert found == [
        (1, "line", 1, 1900, 2300, wrong, "23"), (2, "line", 2, 1900, 2100, wrong, "21"),
        (3, "line", 2, 1900, 2100, wrong, "21"), (4, "rate", None, 1900, 100, wrong, "1"),
        (5, "rate", None, 1900, 100, wrong, "21"), (6, "order", None, 1900, 100, wrong, "1"),
        (7, "rate", None, 1900, 2500, wrong, "25"), (8, "order", None, 1900, 2500, wrong, "25"),
        (10, "order", None, 1900, 2400, wrong, "24"), (11, "order", None, 1900, 290, wrong, "18.24"),
    ]  # fmt: skip
    assert not_due not in {row[5] for row in found}


def sums(key: int, bp: int = 2500, **more: Any) -> Row:
    usual = {
        "rate_bp": bp, "vat_code": "U", "treatment": "DOMESTIC", "vat_country": "DK", "vat_rate": "25",
        "is_known": True,
        "parts": 1, "pieces": 1, "net_ore": 10000, "vat_ore": 2500, "gross_ore": 12500, "canonical_ore": 2500,
        "line_ore": 2501, "unit_ore": 2502, "is_carried": True, "leeway_ore": 80,
    }  # fmt: skip
    return of(key, **(usual | more))


ZERO: Row = {
    "bp": 0,
    "vat_ore": 0,
    "canonical_ore": 0,
    "line_ore": 0,
    "unit_ore": 0,
    "leeway_ore": None,
    "vat_rate": "0",
}


def totals(
    store: Store, columns: str, groups: Sequence[Row], language: str = "en", **more: dict[int, Row]
) -> list[tuple[Any, ...]]:
    """Of each order what 370 says; `modes` and `methods` are what differs from the usual by order."""
    keys = sorted({row["order_key"] for row in groups})
    mode: Row = {"price_mode": "incl", "total_ore": 12500, "shop_vat_ore": 2500}
    method: Row = {"currency": "DKK", "vat_method": "canonical", "minor_ore": 1, "tolerance_ore": 5, "is_cash": False}
    store.script(f"create or replace table setting.company as select '{language}' as language")
    return made(
        store, "370_order_totals", columns, "order_key", vat_groups=groups,
        price_modes=[of(key, **mode | more.get("modes", {}).get(key, {})) for key in keys],
        order_methods=[of(key, **method | more.get("methods", {}).get(key, {})) for key in keys],
        core__orders=[of(key, source="till") for key in keys],
        rates_off=[of(key, **row) for key, row in more.get("off", {}).items()],
    )  # fmt: skip


def test_the_sums_of_an_order(store: Store) -> None:
    groups = [
        sums(1), sums(1, bp=700, vat_rate="7", leeway_ore=50, gross_ore=20000, treatment="B", vat_country="SE"),
        sums(2, gross_ore=-20000, net_ore=-16000, treatment="B", vat_country="SE"), sums(2, **ZERO),
        sums(3, is_carried=False), sums(3, bp=700, is_known=False, parts=3, pieces=4), sums(4, **ZERO),
    ]  # fmt: skip
    found = totals(
        store,
        "rates, rate_bp, vat_rate::integer, groups, parts, pieces, taxed_parts, treatment, vat_country, leeway_ore,"
        " is_carried, is_known, net_ore, vat_ore, gross_ore, canonical_ore, line_ore, unit_ore, taxed_gross_ore,"
        " taxed_net_ore, is_rate_off", groups,
        off={1: {"code": "VAT_RATE_MISMATCH"}, 2: {"code": "VAT_CHARGED_NOT_DUE"}},
    )  # fmt: skip
    assert found == [
        (2, 2500, 25, 2, 2, 2, 2, "B", "SE", 50, True, True, 20000, 5000, 32500, 5000, 5002, 5004, 32500, 20000, True),
        (1, 2500, 25, 2, 2, 2, 1, "B", "SE", 80, True, True, -6000, 2500, -7500, 2500, 2501, 2502, -20000, 16000,
         False),
        (2, 2500, 25, 2, 4, 5, 4, "DOMESTIC", "DK", 80, False, False, 20000, 5000, 25000, 5000, 5002, 5004, 25000,
         20000, False),
        (0, 0, 0, 1, 1, 1, 0, "DOMESTIC", "DK", None, True, True, 10000, 0, 12500, 0, 0, 0, None, None, False),
    ]  # fmt: skip


def test_how_far_vat_and_total_may_be_off(store: Store) -> None:
    """One part and one rate: 0.01; six parts: 0.04; rounded per unit each piece counts; at most the tolerance."""
    groups = [
        sums(1), sums(2, parts=6), sums(3, parts=6, pieces=3), sums(4, parts=20), sums(5, parts=6, leeway_ore=3),
        sums(6, parts=6, leeway_ore=0), sums(7, parts=6, leeway_ore=None), sums(8, parts=2), sums(9), sums(10),
    ]  # fmt: skip
    found = totals(
        store, "bound_ore, vat_bound_ore, rounding_ore, vat_gap_ore, shop_net_ore", groups,
        modes={2: {"total_ore": 12504, "shop_vat_ore": 2496}, 9: {"shop_vat_ore": None}, 10: {"price_mode": "excl"}},
        methods={3: {"vat_method": "unit", "tolerance_ore": 50}, 8: {"minor_ore": 100, "tolerance_ore": 500}},
    )  # fmt: skip
    assert found == [
        (1, 1, 0, 0, 10000), (4, 4, 4, -4, 10004), (5, 5, 0, 0, 10000), (5, 5, 0, 0, 10000), (4, 2, 0, 0, 10000),
        (4, 0, 0, 0, 10000), (4, 4, 0, 0, 10000), (200, 0, 0, 0, 10000), (1, 1, 0, 0, 12500), (1, 1, 0, 0, 10000),
    ]  # fmt: skip


KINDS: list[tuple[int, Row, str | None, str]] = [
    # The total; what differs; the kind of rounding line; its text in English, where that is another one.
    (12500, {}, None, ""),
    (12501, {}, "rounding", "Rounding (VAT per rate, till)"),
    (12499, {"vat_method": "line"}, "rounding", "Rounding (VAT per line, till)"),
    (12501, {"vat_method": "unit"}, "rounding", "Rounding (VAT per unit, till)"),
    (12501, {"vat_method": "carried"}, "rounding", "Rounding (VAT per line, rest carried, till)"),
    (12503, {}, None, ""),
    (12500, {"is_cash": True}, None, ""),
    (12550, {"is_cash": True}, None, ""),
    (12499, {"is_cash": True}, "rounding", "Rounding (VAT per rate, till)"),
    (12525, {"is_cash": True}, None, ""),
]
DANISH = {
    "Rounding (VAT per rate, till)": "Øredifference (moms pr. sats, till)",
    "Rounding (VAT per line, till)": "Øredifference (moms pr. linje, till)",
    "Rounding (VAT per unit, till)": "Øredifference (moms pr. stk., till)",
    "Rounding (VAT per line, rest carried, till)": "Øredifference (moms pr. linje med overført rest, till)",
    "Cash rounding": "Øreafrunding, kontant",
}


@pytest.mark.parametrize("language", ["en", "da"])
def test_the_rounding_line_says_in_words_what_it_is(store: Store, language: str) -> None:
    groups = [sums(n) for n in range(len(KINDS))]
    # 124.75 and 124.74 paid with coins: 0.25 is the most that coins can leave, and only of kroner.
    groups += [
        sums(20, gross_ore=12475),
        sums(21, gross_ore=12474),
        sums(22, gross_ore=12525),
        sums(23, gross_ore=12475),
    ]
    cash: dict[int, Row] = {n: {"is_cash": True, "currency": "EUR" if n == 23 else "DKK"} for n in range(20, 24)}
    found = totals(
        store, "rounding_kind, rounding_text", groups, language,
        modes={n: {"total_ore": total} for n, (total, *_) in enumerate(KINDS)},
        methods={n: row for n, (_, row, *_) in enumerate(KINDS)} | cash,
    )  # fmt: skip
    wanted = [(kind, text or None) for *_, kind, text in KINDS]
    wanted += [("cash", "Cash rounding"), (None, None), ("cash", "Cash rounding"), (None, None)]
    assert found == [(kind, DANISH.get(text or "", text) if language == "da" else text) for kind, text in wanted]


def of_totals(key: int, **more: Any) -> Row:
    usual = {
        "rates": 1, "treatment": "DOMESTIC", "price_mode": "incl", "is_known": True, "is_rate_off": False,
        "is_carried": True, "shop_vat_ore": 2500, "vat_ore": 2500, "canonical_ore": 2500, "line_ore": 2501,
        "unit_ore": 2502, "vat_gap_ore": 0, "vat_bound_ore": 2, "rounding_ore": 0, "total_ore": 12500,
        "gross_ore": 12500,
    }  # fmt: skip
    return of(key, **(usual | more))


def test_which_ways_of_rounding_give_the_shops_vat(store: Store) -> None:
    rows = [
        of_totals(1), of_totals(2, shop_vat_ore=2501), of_totals(3, shop_vat_ore=2502), of_totals(4, is_carried=False),
        of_totals(5, shop_vat_ore=2499), of_totals(6, rates=0), of_totals(7, is_known=False),
        of_totals(8, price_mode="unknown"), of_totals(9, shop_vat_ore=None), of_totals(10, is_rate_off=True),
        of_totals(11, is_rate_off=True, shop_vat_ore=2499), of_totals(12, is_rate_off=True, shop_vat_ore=2502),
    ]  # fmt: skip
    found = made(store, "372_vat_methods", "order_key, is_canonical, is_line, is_unit, is_carried", order_totals=rows)
    assert found == [
        (1, True, False, False, True), (2, False, True, False, False), (3, False, False, True, False),
        (4, True, False, False, False), (5, False, False, False, False), (10, True, False, False, True),
        (12, False, False, True, False),
    ]  # fmt: skip


def test_why_the_money_of_an_order_does_not_tie(store: Store) -> None:
    """Each reason with its place among the checks, the field, what was read and what was expected."""
    rows = [
        of_totals(4, rates=0, treatment="EXPORT"), of_totals(5, rates=0, treatment="HOLD"),
        of_totals(6, rates=0, treatment="EXPORT", shop_vat_ore=0), of_totals(7), of_totals(8, rates=0),
        of_totals(9, rates=0, shop_vat_ore=None), of_totals(10, vat_gap_ore=3, shop_vat_ore=2503),
        of_totals(11, vat_gap_ore=-3, shop_vat_ore=2497), of_totals(12, vat_gap_ore=2),
        of_totals(13, vat_gap_ore=3, is_rate_off=True), of_totals(14, vat_gap_ore=3, rates=0, shop_vat_ore=0),
        of_totals(15, rounding_ore=9, total_ore=12509), of_totals(16, rounding_ore=9, rounding_kind="rounding"),
        of_totals(17, rounding_ore=9, price_mode="unknown"), of_totals(18, rates=0, shop_vat_ore=0),
    ]  # fmt: skip
    off = {"code": "VAT_RATE_MISMATCH", "value_read": "21", "expected": "DE 19"}
    parts: Row = {"line_no": 2, "treatment": "OSS_UNION", "vat_country": "FR", "rate_bp": 2000, "vat_code": None}
    lines: Row = {"line_no": 2, "line_type": "shipping"}
    apart: Row = {"freight_vat": "standard_rate"}
    tables: dict[str, Sequence[Row]] = {
        "order_methods": [of(1, currency="BHD", decimals_too_many=3), *(of(key, **apart) for key in range(20, 26)),
                          of(26, freight_vat="goods")],
        "order_discounts": [of(2, is_clear=False, rest_ore=100, discount_ore=250), of(1, is_clear=True)],
        "price_modes": [
            of(3, price_mode="unknown", total_ore=12000, lines_ore=10000, shop_vat_ore=2500),
            of(4, price_mode="incl", total_ore=None, lines_ore=10000), of(5, price_mode="incl", total_ore=1),
        ],
        "order_totals": rows,
        "rates_off": [of(7, scope="line", line_no=2, **off), of(8, scope="order", **off), of(9, scope="rate", **off),
                      of(18, scope="line", line_no=1, **off)],
        "order_lines": [of(7, line_no=1, file_id=1, source_record=1), of(7, line_no=2, file_id=9, source_record=5),
                        of(8, line_no=2, file_id=1, source_record=1),
                        *(of(key, **lines) for key in (20, 22, 23, 24, 26)),
                        of(21, line_no=2, line_type="item"), of(25, line_no=2, line_type="fee"),
                        of(25, line_no=3, line_type="item")],
        "line_parts": [of(20, **parts), of(21, **parts), of(22, **parts | {"rate_bp": None}),
                       of(23, **parts | {"vat_code": "U"}), of(24, **parts | {"treatment": "HOLD"}),
                       of(25, **parts | {"rate_bp": 550}), of(25, **parts | {"line_no": 3}), of(26, **parts)],
    }  # fmt: skip
    found = made(
        store, "920_totals",
        "order_key, subject, effect, place, code, field, value_read, expected, file_id, source_record",
        "order_key, place", **tables,
    )  # fmt: skip
    here = (None, None)
    assert all(row[1:3] == ("order", "hold") for row in found)
    assert [(row[0], *row[3:]) for row in found] == [
        (1, 69, "CURRENCY_DECIMALS", "currency", "BHD", "3", *here),
        (2, 70, "DISCOUNT_UNCLEAR", "order_discount", "1.00", "2.50", *here),
        (3, 71, "PRICE_MODE_UNKNOWN", "order_total", "120.00", "100.00 / 125.00", *here),
        (4, 71, "PRICE_MODE_UNKNOWN", "order_total", None, "100.00 / 100.00", *here),
        (4, 72, "VAT_CHARGED_NOT_DUE", "order_vat", "25.00", "EXPORT", *here),
        (7, 73, "VAT_RATE_MISMATCH", "vat_amount", "21", "DE 19", 9, 5),
        (8, 72, "VAT_CHARGED_NOT_DUE", "order_vat", "25.00", "DOMESTIC", *here),
        (9, 73, "VAT_RATE_MISMATCH", "order_vat", "21", "DE 19", *here),
        (10, 74, "VAT_TOTAL_MISMATCH", "order_vat", "25.03", "25.00", *here),
        (11, 74, "VAT_TOTAL_MISMATCH", "order_vat", "24.97", "25.00", *here),
        (15, 75, "TOTAL_MISMATCH", "order_total", "125.09", "125.00", *here),
        (18, 73, "VAT_RATE_MISMATCH", "vat_amount", "21", "DE 19", *here),
        (20, 76, "VAT_CODE_MISSING", "vat.codes", "OSS_UNION:FR:20", "OSS_UNION:FR:20", *here),
        (25, 76, "VAT_CODE_MISSING", "vat.codes", "OSS_UNION:FR:5.5", "OSS_UNION:FR:5.5", *here),
    ]  # fmt: skip
