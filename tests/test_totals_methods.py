"""The ways in which shops round VAT: each used where a person said so, recognised everywhere, and credited to the øre.

The figures are those of vat.md §6 or worked out by hand from §4.2.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from totals_cases import Decided, Line, Order, Row, company, decide, decided, order, totals_store

from etl.lint import totals
from etl.store import Store

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with totals_store() as opened:
        yield opened


NL = {"country": "NL", "is_incl": False}
DE_EXCL = {"country": "DE", "is_incl": False}
# 15.42 x 21 % = 3.2382, 4.50 x 21 % = 0.945: 3.24 + 0.95 = 4.19; of 19.92 it is 4.1832.
PER_LINE = order("15.42", "4.50", vat="4.19", **NL)
# 3 x 1.08 x 19 % = 0.6156; of one it is 0.2052, three times 0.21 are 0.63.
PER_UNIT = order(Row("3.24", "3"), vat="0.63", **DE_EXCL)
# 2.5 x 1.08 = 2.70: 0.513; 2.5 x 0.21 = 0.525.
HALF_UNIT = order(Row("2.70", "2.5"), vat="0.53", **DE_EXCL)
# 19.90 x 19 / 119 = 3.177 each; of 39.80 it is 6.3546 and of 59.70 9.532: 3.18, 3.17 (6.35), 3.18 (9.53).
CARRIED = order("19.90", "19.90", "19.90", vat="9.53", country="DE")
# Two of 10.02 less 2.00: 9.02 each and 2.255 -> 2.26; before the discount 2.505 -> 2.51 each.
DISCOUNTED = order("10.02", "10.02", Row("-2.00", kind="discount"), vat="4.52", is_incl=False)
# Ten of 0.05 less 0.10: 0.40 in all; the VAT of one is 0.01 (0.0125 before, 0.01 after the discount).
UNITS_DISCOUNTED = order(Row("0.50", "10"), Row("-0.10", kind="discount"), vat="0.10", is_incl=False)

USED = [
    (PER_LINE, [Line("S0", "15.42", "3.24", "18.66"), Line("S1", "4.50", "0.94", "5.44"),
                Line("AFRUNDING", "0.01", "0.00", "0.01")]),
    (PER_LINE.but(shop="per-line"), [Line("S0", "15.42", "3.24", "18.66"), Line("S1", "4.50", "0.95", "5.45")]),
    (PER_UNIT.but(shop="per-unit"), [Line("S0", "3.24", "0.63", "3.87")]),
    (PER_UNIT.but(shop="per-line", vat="0.62"), [Line("S0", "3.24", "0.62", "3.86")]),
    (HALF_UNIT.but(shop="per-unit"), [Line("S0", "2.70", "0.53", "3.23")]),
    (HALF_UNIT.but(shop="per-line", vat="0.51"), [Line("S0", "2.70", "0.51", "3.21")]),
    *((CARRIED.but(shop=shop), [
        Line("S0", "16.72", "3.18", "19.90"), Line("S1", "16.73", "3.17", "19.90"),
        Line("S2", "16.72", "3.18", "19.90"),
    ]) for shop in ("main", "carried")),
    (CARRIED.but(shop="per-line", vat="9.54"), [Line(f"S{n}", "16.72", "3.18", "19.90") for n in range(3)]),
    # 45 + 49 + 6.00 with 21 %: 7.81 + 8.50 + 1.04 = 17.35 per line, 17.36 of 100.00.
    (order("45.00", "49.00", "6.00", vat="17.35", country="NL", shop="per-line"), [
        Line("S0", "37.19", "7.81", "45.00"), Line("S1", "40.50", "8.50", "49.00"), Line("S2", "4.96", "1.04", "6.00"),
    ]),
    (order("45.00", "49.00", "6.00", vat="17.36", country="NL"), [
        Line("S0", "37.19", "7.81", "45.00"), Line("S1", "40.50", "8.50", "49.00"), Line("S2", "4.95", "1.05", "6.00"),
    ]),
    # The same without VAT in the prices: 82.65 x 21 % = 17.3565, so 100.01 is paid.
    (order("37.19", "40.50", "4.96", vat="17.36", **NL), [
        Line("S0", "37.19", "7.81", "45.00"), Line("S1", "40.50", "8.50", "49.00"), Line("S2", "4.96", "1.05", "6.01"),
    ]),
    # Discounts as lines of their own take what the other lines have too much.
    (DISCOUNTED.but(shop="per-line"), [Line("S0", "9.02", "2.26", "11.28"), Line("S1", "9.02", "2.26", "11.28")]),
    (DISCOUNTED.but(shop="line-rows"), [
        Line("S0", "10.02", "2.51", "12.53"), Line("S1", "10.02", "2.51", "12.53"),
        Line("RABAT", "-2.00", "-0.50", "-2.50"),
    ]),
    (UNITS_DISCOUNTED.but(shop="unit-rows"), [
        Line("S0", "0.50", "0.10", "0.60"), Line("RABAT", "-0.10", "0.00", "-0.10"),
    ]),
    (UNITS_DISCOUNTED.but(shop="rows"), [
        Line("S0", "0.50", "0.13", "0.63"), Line("RABAT", "-0.10", "-0.03", "-0.13"),
    ]),
    # One line, one rate and three units: 0.005 x 5, rounded up to 0.03.
    (PER_UNIT.but(shop="per-unit", vat="0.60"), [
        Line("S0", "3.24", "0.63", "3.87"), Line("AFRUNDING", "-0.03", "0.00", "-0.03"),
    ]),
]  # fmt: skip

# The unit's VAT three times is no rounding of one line: 0.63 of 3.24 is 19.26 % at least.
NOT_USED = [
    (PER_UNIT, "VAT_RATE_MISMATCH", "19.4"),
    (PER_UNIT.but(shop="per-line"), "VAT_RATE_MISMATCH", "19.4"),
    (PER_UNIT.but(shop="per-unit", vat="0.59"), "VAT_RATE_MISMATCH", "18"),  # at most 0.605 / 3.225
]


@pytest.fixture(scope="module")
def outcomes(store: Store) -> dict[Order, Decided]:
    """What is decided of the orders above and of the credited ones, all of them at once."""
    orders = [*(one for one, _ in USED), *(one for one, *_ in NOT_USED), *(one for one, _ in CREDITED)]
    return dict(zip(orders, decide(store, *orders), strict=True))


@pytest.mark.parametrize(("one", "lines"), USED)
def test_vat_is_the_shops_where_its_way_is_known(outcomes: dict[Order, Decided], one: Order, lines: list[Line]) -> None:
    assert outcomes[one].verdict == "ready", outcomes[one].told
    assert outcomes[one].sale == lines
    assert outcomes[one].vat == Decimal(one.vat or 0) or outcomes[one].rounding


@pytest.mark.parametrize(("one", "code", "value"), NOT_USED)
def test_another_way_is_not_taken_for_it(outcomes: dict[Order, Decided], one: Order, code: str, value: str) -> None:
    assert (outcomes[one].verdict, *outcomes[one].told[:2]) == ("held", code, value)


def refunded(one: Order, *refunds: str) -> Order:
    """The order, refunded in these amounts."""
    return one.but(refunds=tuple(((amount, None),) for amount in refunds))


FI = order("125.50", Row("113.50", category="bog"), vat="39.00", country="FI")
CREDITED = [
    # 24.11 in three: of 10.00 at 21 % it is 1.74, of 20.00 3.47, and the last note takes what is left of 4.19.
    (refunded(PER_LINE.but(shop="per-line"), "10.00", "10.00", "4.11"), ["-1.74", "-1.73", "-0.72"]),
    # 3.87 in three: of 1.00 at 19 % 0.16, of 3.00 0.48, the rest of 0.63.
    (refunded(PER_UNIT.but(shop="per-unit"), "1.00", "2.00", "0.87"), ["-0.16", "-0.32", "-0.15"]),
    (refunded(CARRIED.but(shop="carried"), "19.90", "39.80"), ["-3.18", "-6.35"]),
    # A sale whose VAT is less than the rate gives (0.10 for 0.50) is never credited with more, to be charged again.
    (refunded(order(Row("0.50", "10"), vat="0.10", is_incl=False, shop="per-unit"), "0.59", "0.01"), ["-0.10", "0.00"]),
    # 1000 with 200 of VAT: of 333 it is 66.6, of 666 133.2, the rest of 200.
    (refunded(order("1000", vat="200", currency="ISK"), "333", "333", "334"), ["-67.00", "-66.00", "-67.00"]),
    # Two rates under one code are credited each by itself: of 60.00 at 25.5 % 12.19; the rest of 25.50; 13.50.
    (FI.but(refunds=((("60.00", "25.5"),), (("65.50", "25.5"), ("113.50", "13.5")))), ["-12.19", "-26.81"]),
]


@pytest.mark.parametrize(("one", "vat"), CREDITED)
def test_credits_sum_to_the_sale_exactly(outcomes: dict[Order, Decided], one: Order, vat: list[str]) -> None:
    found = outcomes[one]
    assert found.verdict == "ready", found.told
    notes = [lines for event, lines in sorted(found.documents.items()) if event != "sale"]
    assert [sum(Decimal(line.vat) for line in lines) for lines in notes] == [Decimal(v) for v in vat]
    for part in ("net", "vat", "gross"):
        credited = sum(Decimal(getattr(line, part)) for lines in notes for line in lines)
        assert credited == -sum(Decimal(getattr(line, part)) for line in found.sale)


def seen(store: Store, shop: str, *ways: tuple[int, bool, bool]) -> tuple[list[dict[str, object]], list[object]]:
    """What is said after so many orders of a shop, each with: is it the canonical VAT, is it the VAT per line."""
    with store.undone():
        store.script("delete from core.vat_methods; delete from core.orders")
        for number, canonical, per_line in ways:
            store.rows(
                "insert into core.vat_methods select hash($1, n), $2, $3, false, false from range($4) as orders(n)",
                [repr((canonical, per_line)), canonical, per_line, number],
            )
        store.rows(
            "insert into core.orders by name select order_key, $1 as shop, 'generic_orders' as source"
            " from core.vat_methods",
            [shop],
        )
        problems = [(p.code, p.path, p.facts) for p in totals.check(company(), store)]
        return store.dicts("select * from review.vat_methods"), list(problems)


def test_another_way_is_proposed_when_it_explains_every_order(store: Store) -> None:
    """Nineteen orders are too few; all must be explained, and not by the way in use."""
    proposed = ("LINT_VAT_METHOD", ("shops", 0, "vat_method"), {"value": "main: canonical (5/20)", "expected": "line"})
    rows, problems = seen(store, "main", (5, True, True), (15, False, True))
    assert problems == [proposed]
    assert rows == [{
        "shop": "main", "source": "generic_orders", "documents": 20, "matches_c": 5, "matches_l": 20, "matches_u": 0,
        "matches_m": 0, "fits_best": "line", "chosen": "canonical",
    }]  # fmt: skip
    assert seen(store, "main", (5, True, True), (14, False, True))[1] == []
    assert seen(store, "main", (15, False, True), (5, False, False))[1] == []
    assert seen(store, "per-line", (5, True, True), (15, False, True))[1] == []
    rows, problems = seen(store, "main", (20, True, True))
    assert (rows[0]["fits_best"], problems) == ("canonical", [])


TOLD_BY_LINE = [
    order(*(Row("19.90", vat=vat) for vat in ("3.18", "3.17", "3.18")), vat="9.53", country="DE"),
    order(*(Row("19.90", vat="3.18") for _ in range(3)), vat="9.54", country="DE"),
    PER_UNIT, order("125.00", vat=None), order("125.00", vat="20.00"), order("100.00", vat="20.00"),
]  # fmt: skip


def test_each_way_is_counted_by_what_it_gives_exactly(store: Store) -> None:
    """Of no VAT and of VAT at another rate nothing is counted."""
    with decided(store, *TOLD_BY_LINE):
        found = store.rows("select * from core.vat_methods order by order_key")
    assert found == [
        (1, True, False, False, True),
        (2, False, True, True, False),
        (3, False, False, True, False),
        (6, True, True, True, True),
    ]


def put_documents(store: Store, documents: int, rounded: int, amount: str, *, total: str, day: date) -> None:
    """Documents sent on a day, so many of them with a rounding line of this amount."""
    for number in range(documents):
        key = [number, str(day)]
        store.rows("insert into core.orders by name select hash($1, $2) as order_key, 'till' as source", key)
        store.rows(
            "insert into core.documents by name select hash($1, $2) as doc_key, hash($1, $2) as order_key, $2::date as"
            " document_date, 'DKK' as currency, $3::decimal(18, 2) as total_amount, 'b' as batch_id",
            [*key, total],
        )
        store.rows(
            "insert into core.document_lines by name select hash($1, $2) as doc_key, 'b' as batch_id,"
            " if($3, 'rounding', 'cash_rounding') as line_type, $4::decimal(18, 2) as gross_amount",
            [*key, number < rounded, amount],
        )


@pytest.mark.parametrize(
    ("sent", "days_ago", "is_told"),
    [
        ((10, 2, "0.05", "100.00"), 0, False),  # one of five is not more than one of five
        ((10, 3, "0.05", "500.00"), 0, True),
        ((10, 3, "-0.05", "500.00"), 29, True),
        ((10, 3, "0.05", "500.00"), 30, False),  # thirty days, today among them
        ((9, 9, "0.05", "500.00"), 0, False),
        ((20, 1, "1.00", "50.00"), 0, False),  # 1.00 of 1000.00 is 0.1 %
        ((20, 1, "1.01", "50.00"), 0, True),
    ],
)
def test_much_rounding_is_told(
    store: Store, sent: tuple[int, int, str, str], days_ago: int, is_told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents, rounded, amount, total = sent
    monkeypatch.setenv("ETL_NOW", f"{TODAY}T12:00:00+00:00")
    day = TODAY - timedelta(days=days_ago)
    with store.undone():
        put_documents(store, documents, rounded, amount, total=total, day=day)
        assert [p.code for p in totals.check(company(), store)] == (["LINT_ROUNDING_MUCH"] if is_told else [])
        row = store.dicts("select * from review.rounding")[0]
    turnover = documents * Decimal(total)
    assert row == {
        "day": day, "source": "till", "documents": documents, "rounded_documents": rounded,
        "rounding_amount": rounded * abs(Decimal(amount)), "turnover": turnover,
        "share": (rounded * abs(Decimal(amount)) / turnover * 100).quantize(Decimal("0.0001")),
    }  # fmt: skip


def test_no_database_and_an_old_one_say_nothing() -> None:
    assert list(totals.check(company(), None)) == []
    with Store.open(None) as empty:
        assert list(totals.check(company(), empty)) == []
