"""What a document comes to against what the shop says (vat.md §4.2): the rate first, then the amounts, then the total.

Every figure is worked out by hand; where a bound is meant, both of its sides are tried.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from totals_cases import Decided, Line, Order, Row, decide, order, totals_store

from etl.store import Store


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with totals_store() as opened:
        yield opened


def told(found: Decided) -> str:
    """`ready`, or the reason with what was read and what was expected."""
    return " | ".join([found.verdict, *(str(word) for word in found.told)])


MIXED: dict[str, Any] = {"country": "DE", "total": "226.00"}
BOTH = (Row("119.00"), Row("107.00", category="bog"))
WITH_FREIGHT = (*BOTH, Row("11.90", kind="shipping"), Row("0.00"))
# 20 lines of 0.25 are a net amount of 5.00, 19 are 4.75; at 24 % their VAT is 1.20 and 1.14.
TWENTY, NINETEEN = tuple(Row("0.25") for _ in range(20)), tuple(Row("0.25") for _ in range(19))

RATES = [
    (order("125.00", vat="25.00"), "ready"),
    # Of one amount only one VAT can be right: 100 x 20.005 / 79.995 is 25.008, 100 x 19.995 / 80.005 is 24.992.
    (order("100.00", vat="20.00"), "ready"),
    (order("100.00", vat="20.01"), "held | VAT_RATE_MISMATCH | 25.02 | DK 25"),
    (order("100.00", vat="19.99"), "held | VAT_RATE_MISMATCH | 24.98 | DK 25"),
    (order("121.00", vat="21.00", country="DE"), "held | VAT_RATE_MISMATCH | 21 | DE 19"),
    (order("438.90", vat="87.78", country="DE"), "held | VAT_RATE_MISMATCH | 25 | DE 19"),
    (order("124.00", vat="24.00", country="FI"), "held | VAT_RATE_MISMATCH | 24 | FI 25.5"),
    (order("100.00", vat="0.00", country="DE", is_incl=False), "held | VAT_RATE_MISMATCH | 0 | DE 19"),
    # VAT that was worked out in a way nobody can derive: 88.00 at 20 % is 14.67, the shop says 14.08.
    (order("88.00", vat="14.08", country="FR"), "held | VAT_RATE_MISMATCH | 19.05 | FR 20"),
    (order("-100.00", Row("225.00"), vat="25.00"), "ready"),
    (order("100.00", vat="-20.00"), "held | VAT_RATE_MISMATCH | -20.00 | DK 25"),
    (order("25.00", vat="25.00"), "held | VAT_RATE_MISMATCH | 25.00 | DK 25"),  # nothing is left to have a rate
    # Four lines: half an øre each, so 100.02 of 500.00 can be 25 % and 100.03 cannot.
    (order(*["125.00"] * 4, vat="100.02"), "ready"),
    (order(*["125.00"] * 4, vat="100.03"), "held | VAT_RATE_MISMATCH | 25.01 | DK 25"),
    (order(*["125.00"] * 4, vat="99.98"), "ready"),
    (order(*["125.00"] * 4, vat="99.97"), "held | VAT_RATE_MISMATCH | 24.99 | DK 25"),
    # One percentage point on 5.00 is never rounding, however many lines; on 4.75 it still may be.
    (Order(TWENTY, "1.20", is_incl=False), "held | VAT_RATE_MISMATCH | 24 | DK 25"),
    (Order(TWENTY, "1.25", is_incl=False), "ready"),
    (Order(NINETEEN, "1.14", is_incl=False), "ready"),
]

TINY = [
    # 0.03 with 0.00 of VAT may be 7 % or 19 %: up to 100 x 0.005 / 0.025 = 20. The shop must say which.
    (order("0.03", vat="0.00", country="DE"), "held | VAT_RATE_MISMATCH | 7 / 19 | DE 19"),
    (order(Row("0.03", rate="19"), vat="0.00", country="DE"), "ready"),
    (order(Row("0.03", vat="0.00"), vat=None, country="DE"), "held | VAT_RATE_MISMATCH | 7 / 19 | DE 19"),
    (order(Row("0.03", vat="0.00", rate="19"), vat=None, country="DE"), "ready"),
    (order("0.05", vat="0.01", country="DE"), "ready"),  # 11.1 to 42.9: only 19
    (order("0.02", vat="0.00"), "held | VAT_RATE_MISMATCH | 0 / 25 | DK 25"),
    (order(Row("0.02", rate="25"), vat="0.00"), "ready"),
    (order("0.00", vat="0.00"), "ready"),  # what is free has no rate to doubt
]

BY_LINE = [
    (order(Row("125.00", vat="25.00"), Row("250.00", vat="50.00"), vat="75.00"), "ready"),
    # The sum is right, the lines are not: 26 / 99 and 49 / 201.
    (
        order(Row("125.00", vat="26.00"), Row("250.00", vat="49.00"), vat="75.00"),
        "held | VAT_RATE_MISMATCH | 26.26 | DK 25",
    ),
    (order(Row("100.00", vat="25.00"), vat="25.00", is_incl=False), "ready"),
    (order(Row("100.00", vat="24.99"), vat="24.99", is_incl=False), "held | VAT_RATE_MISMATCH | 24.99 | DK 25"),
    (order(Row("-25.00", vat="-5.00"), Row("125.00", vat="25.00"), vat="20.00"), "ready"),
    (
        order(Row("-25.00", vat="5.00"), Row("125.00", vat="25.00"), vat="30.00"),
        "held | VAT_RATE_MISMATCH | 5.00 | DK 25",
    ),
    # A gift card has no VAT until it is used.
    (
        order(Row("25.00", kind="gift_card_sale", vat="5.00"), Row("125.00", vat="25.00"), vat="30.00"),
        "held | VAT_CHARGED_NOT_DUE | 5.00 | NO_VAT",
    ),
    # An order discount of 25.00: the line may tell its VAT before it (25.00) or after it (20.00).
    (order(Row("125.00", vat="20.00"), Row("-25.00", kind="discount"), vat="20.00"), "ready"),
    (order(Row("125.00", vat="25.00"), Row("-25.00", kind="discount"), vat="20.00"), "ready"),
    (
        order(Row("125.00", vat="22.00"), Row("-25.00", kind="discount"), vat="20.00"),
        "held | VAT_RATE_MISMATCH | 28.2 | DK 25",
    ),
    # 119.00 and 107.00: each line at its own rate, and the one at the other's.
    (Order((Row("119.00", vat="19.00"), Row("107.00", vat="7.00", category="bog")), "26.00", **MIXED), "ready"),
    (
        Order((Row("119.00", vat="7.79"), Row("107.00", vat="17.08", category="bog")), "24.87", **MIXED),
        "held | VAT_RATE_MISMATCH | 7 | DE 19",
    ),
]

BY_RATE = [
    (Order(BOTH, "26.00", taxes=(("DE MwSt 19%", "19.00"), ("DE MwSt 7,0 %", "7.00")), **MIXED), "ready"),
    (
        Order(BOTH, "26.00", taxes=(("DE MwSt 19%", "16.00"), ("DE MwSt 7 %", "10.00")), **MIXED),
        "held | VAT_RATE_MISMATCH | 15.53 | DE 19",
    ),
    (
        Order(BOTH, "27.65", taxes=(("VAT 21%", "20.65"), ("VAT 7%", "7.00")), **MIXED),
        "held | VAT_RATE_MISMATCH | 21 | DE 19",
    ),
    # Two taxes of one rate are one: goods and freight.
    (order("100.00", "25.00", vat="25.00", taxes=(("DK VAT 25%", "20.00"), ("DK VAT 25%", "5.00"))), "ready"),
    (
        order("100.00", "25.00", vat="25.00", taxes=(("DK VAT 25%", "20.00"), ("DK VAT 25%", "6.00"))),
        "held | VAT_RATE_MISMATCH | 26.26 | DK 25",
    ),
    # A name without a rate says nothing of a rate: the total is compared.
    (Order(BOTH, "26.00", taxes=(("MwSt", "26.00"),), **MIXED), "ready"),
    (Order(BOTH, "26.00", taxes=(("MwSt", "16.00"), ("MwSt 7%", "10.00")), **MIXED), "ready"),
]

AMOUNTS = [
    # Two components and two rates: 0.005 x 4 = 0.02.
    (Order(BOTH, "26.02", **MIXED), "ready"),
    (Order(BOTH, "26.03", **MIXED), "held | VAT_TOTAL_MISMATCH | 26.03 | 26.00"),
    (Order(BOTH, "25.98", **MIXED), "ready"),
    (Order(BOTH, "25.97", **MIXED), "held | VAT_TOTAL_MISMATCH | 25.97 | 26.00"),
    (Order(BOTH, "26.01", shop="zero", **MIXED), "held | VAT_TOTAL_MISMATCH | 26.01 | 26.00"),
    (Order(BOTH, "26.03", shop="krone", **MIXED), "held | VAT_TOTAL_MISMATCH | 26.03 | 26.00"),
    # Freight of 11.90 is 6.27 and 5.63 of it: 20.00 and 7.37. Five components and two rates, 0.035 rounded up.
    (Order(WITH_FREIGHT, "27.41", country="DE"), "ready"),
    (Order(WITH_FREIGHT, "27.42", country="DE"), "held | VAT_TOTAL_MISMATCH | 27.42 | 27.37"),
]

FOUR: dict[str, Any] = {"is_incl": False, "vat": "100.00"}
TOTALS = [
    # Four components and one rate: 0.025, rounded up to 0.03.
    (order(*["100.00"] * 4, total="500.03", **FOUR), "0.03"),
    (order(*["100.00"] * 4, total="500.04", **FOUR), "TOTAL_MISMATCH"),
    (order(*["100.00"] * 4, total="499.97", **FOUR), "-0.03"),
    (order(*["100.00"] * 4, total="499.96", **FOUR), "TOTAL_MISMATCH"),
    (order(*["100.00"] * 4, total="500.04", shop="krone", **FOUR), "TOTAL_MISMATCH"),
    (order(*["100.00"] * 4, total="500.01", shop="zero", **FOUR), "TOTAL_MISMATCH"),
    (order(*["100.00"] * 4, total="500.00", shop="zero", **FOUR), None),
    # Twelve and one would be 0.07: the tolerance of 0.05 is less, and 1.00 is not.
    (order(*["125.00"] * 12, vat="300.00", total="1500.05"), "0.05"),
    (order(*["125.00"] * 12, vat="300.00", total="1500.06"), "TOTAL_MISMATCH"),
    (order(*["125.00"] * 12, vat="300.00", total="1500.07", shop="krone"), "0.07"),
    (order(*["125.00"] * 12, vat="300.00", total="1500.08", shop="krone"), "TOTAL_MISMATCH"),
    # A public buyer refuses an invoice that is not to the øre.
    (order("125.00", vat="25.00", ean="5798000420526", paid_by="Invoice"), None),
    (order("125.00", vat="25.00", total="125.01", ean="5798000420526", paid_by="Invoice"), "TOTAL_MISMATCH"),
    # Prices of 95 and 11 with 19 % that the shop rounds at the subtotal: 105.99 is paid (published case).
    (order("95.00", "11.00", vat="16.92", total="105.99", country="DE"), "-0.01"),
    # 88.9101 stands as 88.91 and is paid as 88.92 (published case).
    (order(Row("88.91", "9"), vat="17.78", total="88.92"), "0.01"),
]

CASH = [
    (order("99.80", vat="19.96", total="100.00", paid_by="Cash"), "0.20"),
    (order("100.25", vat="20.05", total="100.50", paid_by="Cash"), "0.25"),
    (order("100.24", vat="20.05", total="100.50", paid_by="Cash"), "TOTAL_MISMATCH"),
    (order("100.25", vat="20.05", total="100.00", paid_by="Cash"), "-0.25"),
    (order("100.01", vat="20.00", total="100.00", paid_by="Cash"), "-0.01"),  # not an øredifference besides
    (order("99.80", vat="19.96", total="99.90", paid_by="Cash"), "TOTAL_MISMATCH"),  # no coins for it
    (order("99.80", vat="19.96", total="100.00"), "TOTAL_MISMATCH"),  # a card is charged to the øre
    (order("99.80", vat="19.96", total="100.00", paid_by="Cash", currency="EUR"), "TOTAL_MISMATCH"),
    (order("100.00", vat="20.00", total="100.00", paid_by="Cash"), None),
]


MINOR_UNITS = [
    # 1099 with 25 %: 219.8 -> 220; without: 1099 x 25 % = 274.75 -> 275.
    ("JPY", order("1099", vat="220"), [Line("S0", "879.00", "220.00", "1099.00")]),
    ("ISK", order("1099", vat="275", is_incl=False), [Line("S0", "1099.00", "275.00", "1374.00")]),
    ("ISK", order("-1099", "2198", vat="220"), [
        Line("S0", "-879.00", "-220.00", "-1099.00"), Line("S1", "1758.00", "440.00", "2198.00"),
    ]),
    # Freight of 39 over 300 at 19 % and 100 at 7 %: 29.25 and 9.75, in whole units 29 and 10.
    ("ISK", Order((Row("300"), Row("100", category="bog"), Row("39", kind="shipping")), "60", country="DE"), [
        Line("S0", "252.00", "48.00", "300.00"), Line("S1", "93.00", "7.00", "100.00"),
        Line("FRAGT", "24.00", "5.00", "29.00"), Line("FRAGT", "10.00", "0.00", "10.00"),
    ]),
    ("JPY", order("1000", vat="200", total="1001"), [
        Line("S0", "800.00", "200.00", "1000.00"), Line("AFRUNDING", "1.00", "0.00", "1.00"),
    ]),
    ("JPY", order("1000", vat="200", total="1002"), []),
    ("JPY", order("1000", vat="200", total="1001", shop="zero"), []),
    ("BHD", order("125.00", vat="25.00"), []),
    ("CLF", order("125.00", vat="25.00"), []),
]  # fmt: skip
FREIGHT = (Row("300.00"), Row("100.00", category="bog"), Row("38.90", kind="shipping"))
FREIGHTS = [
    ("main", "59.74", [Line("FRAGT", "24.52", "4.66", "29.18"), Line("FRAGT", "9.08", "0.64", "9.72")]),
    ("main-rate", "60.65", [Line("FRAGT", "32.69", "6.21", "38.90")]),  # 338.90 x 19 / 119 = 54.11, less 47.90
    ("standard-rate", "60.65", [Line("FRAGT", "32.69", "6.21", "38.90")]),
]


ROUNDED = order("10.02", "10.02", vat="5.02", is_incl=False)  # 2.505 twice, 5.01 due
SPREAD = order("249.17", "238.50", Row("-48.77", kind="discount"), vat="87.78")
WITH_BOOKS = Order((Row("107.00", category="bog"), Row("11.90", kind="shipping")), "7.78", country="DE")
BOOKS = [WITH_BOOKS, WITH_BOOKS.but(shop="main-rate"), WITH_BOOKS.but(shop="standard-rate", vat="8.90")]


@pytest.fixture(scope="module")
def outcomes(store: Store) -> dict[Order, Decided]:
    """What is decided of the orders above, all of them at once."""
    orders = [one for one, *_ in [*RATES, *TINY, *BY_LINE, *BY_RATE, *AMOUNTS, *TOTALS, *CASH]]
    orders += [one.but(currency=currency) for currency, one, _ in MINOR_UNITS]
    orders += [ROUNDED, SPREAD, *BOOKS]
    orders += [Order(FREIGHT, vat, country="DE", shop=shop) for shop, *_ in FREIGHTS for vat in ("59.74", "60.65")]
    return dict(zip(orders, decide(store, *orders), strict=True))


@pytest.mark.parametrize(("one", "outcome"), [*RATES, *TINY, *BY_LINE, *BY_RATE, *AMOUNTS])
def test_the_rate_then_the_amount(outcomes: dict[Order, Decided], one: Order, outcome: str) -> None:
    assert told(outcomes[one]) == outcome


@pytest.mark.parametrize(
    ("one", "outcome", "item"),
    [*((one, outcome, "AFRUNDING") for one, outcome in TOTALS), *((*case, "KONTANTAFRUNDING") for case in CASH)],
)
def test_one_rounding_line_or_held(outcomes: dict[Order, Decided], one: Order, outcome: str | None, item: str) -> None:
    found = outcomes[one]
    if outcome == "TOTAL_MISMATCH":
        assert (found.verdict, found.told[0], found.sale) == ("held", outcome, [])
        return
    assert found.verdict == "ready", found.told
    assert found.rounding == ([Line(item, outcome, "0.00", outcome)] if outcome else [])
    assert sum(Decimal(line.gross) for line in found.sale) == Decimal(
        one.total or sum(Decimal(r.amount) for r in one.rows)
    )


def test_a_rounding_line_has_no_vat_and_names_method_and_source(outcomes: dict[Order, Decided]) -> None:
    assert outcomes[ROUNDED].texts[-1] == "Rounding (VAT per rate, generic_orders)"
    assert outcomes[CASH[0][0]].texts[-1] == "Cash rounding"


@pytest.mark.parametrize(("currency", "one", "lines"), MINOR_UNITS)
def test_a_currency_has_its_own_minor_unit(
    outcomes: dict[Order, Decided], currency: str, one: Order, lines: list[Line]
) -> None:
    found = outcomes[one.but(currency=currency)]
    assert found.sale == lines, found.told
    decimals = {"BHD": "3", "CLF": "4"}.get(currency)
    assert found.told == () if lines else found.told[0] == ("CURRENCY_DECIMALS" if decimals else "TOTAL_MISMATCH")
    if decimals:
        assert found.told[1:] == (currency, decimals)


@pytest.mark.parametrize(("shop", "vat", "freight"), FREIGHTS)
def test_freight_follows_the_goods_or_what_the_shop_is_said_to_do(
    outcomes: dict[Order, Decided], shop: str, vat: str, freight: list[Line]
) -> None:
    found = outcomes[Order(FREIGHT, vat, country="DE", shop=shop)]
    assert found.verdict == "ready", found.told
    assert found.sale == [Line("S0", "252.10", "47.90", "300.00"), Line("S1", "93.46", "6.54", "100.00"), *freight]
    wrong = {"59.74": "60.65", "60.65": "59.74"}[vat]
    held = outcomes[Order(FREIGHT, wrong, country="DE", shop=shop)]
    assert told(held) == f"held | VAT_TOTAL_MISMATCH | {wrong} | {vat}"


def test_freight_of_books_alone(outcomes: dict[Order, Decided]) -> None:
    """At 7 % with the books, 118.90 x 7 / 107 = 7.78; at the standard rate 7.00 and 11.90 x 19 / 119 = 1.90."""
    with_goods, main, standard = (outcomes[one].sale[1] for one in BOOKS)
    assert with_goods == main == Line("FRAGT", "11.12", "0.78", "11.90")
    assert standard == Line("FRAGT", "10.00", "1.90", "11.90")


def test_freight_at_a_standard_rate_without_a_code_is_held(store: Store) -> None:
    books = (Row("105.50", category="bog"), Row("12.00", kind="shipping"))
    code = "update setting.vat_codes set vat_rate = {}, vat_code = '{}' where country = 'FR'"
    store.script(code.format("5.5", "U_FR055"))
    found = decide(store, Order(books, "7.50", country="FR", shop="standard-rate"))[0]
    store.script(code.format("20", "U_FR20"))
    assert told(found) == "held | VAT_CODE_MISSING | OSS_UNION:FR:20 | OSS_UNION:FR:20"


def test_an_order_discount_is_spread_before_vat(outcomes: dict[Order, Decided]) -> None:
    """487.67 - 48.77 = 438.90: 351.12 and 87.78."""
    found = outcomes[SPREAD]
    assert found.sale == [Line("S0", "179.40", "44.85", "224.25"), Line("S1", "171.72", "42.93", "214.65")]
