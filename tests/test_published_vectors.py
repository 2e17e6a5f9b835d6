"""The fourteen published figures of vat.md §6: each by our rounding, by the models, and by the method that it shows.

A vector that shows another method than ours (per rate, EN 16931) is worked out by that method too: the models must say
which one it is, and a shop of that method gets its figure.
"""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from totals_harness import Result, totals_store, worked_out
from totals_oracle import Line, Order, Shop

from etl.vat import q, vat_in_gross, vat_on_net


def ore(text: str) -> int:
    return int(Decimal(text) * 100)


def sold(*lines: str, is_incl: bool, vat: str, total: str, method: str = "canonical") -> Order:
    """An order of lines `quantity x price @ rate`, and what its shop tells."""
    found = []
    for line in lines:
        amount, _, rate = line.partition(" @ ")
        quantity, _, price = amount.rpartition(" x ")
        bp = int(Decimal(rate) * 100)
        found.append(Line("item", bp, Fraction(price) * 100, Fraction(quantity or "1")))
    shop = Shop(method=method)
    return Order(is_incl=is_incl, lines=tuple(found), shop_vat=ore(vat), shop_total=ore(total), shop=shop)


LARGE = sold("625743.54 @ 25", is_incl=False, vat="156435.89", total="782179.43")
WOO = ("15.42 @ 21", "4.50 @ 21")
SUBTOTAL = ("45 @ 21", "49 @ 21", "6 @ 21")
ROWS = ("19.90 @ 19", "19.90 @ 19", "19.90 @ 19")
# Amounts whose VAT at 20 % is 1.0142, 1.0142 and 1.0156.
SHOPIFY = ("1000 x 0.005071 @ 20", "1000 x 0.005071 @ 20", "1000 x 0.005078 @ 20")
PEPPOL = sold("999.81 @ 25", is_incl=True, vat="199.96", total="1000.00")
ORDERS = {
    "1": LARGE,
    "1 negative": LARGE.negated(),
    "2": sold("183.23 @ 6", "46.37 @ 21", is_incl=False, vat="20.73", total="250.33"),
    "3": sold("100 x 0.1212 @ 25", is_incl=False, vat="3.03", total="15.15"),
    "4": sold(*WOO, is_incl=False, vat="4.19", total="24.11"),
    "4 by line": sold(*WOO, is_incl=False, vat="4.19", total="24.11", method="line"),
    "5": sold("95 @ 19", "11 @ 19", is_incl=True, vat="16.92", total="105.99"),
    "6 per line": sold(*SUBTOTAL, is_incl=True, vat="17.35", total="100.00"),
    "6 subtotal": sold(*SUBTOTAL, is_incl=True, vat="17.36", total="100.01"),
    "7 carried": sold(*ROWS, is_incl=True, vat="9.53", total="59.70"),
    "7 rows": sold(*ROWS, is_incl=True, vat="9.54", total="59.70"),
    "7 by line": sold(*ROWS, is_incl=True, vat="9.54", total="59.70", method="line"),
    "8": sold("3 x 1.08 @ 19", is_incl=False, vat="0.63", total="3.87"),
    "8 by line": sold("3 x 1.08 @ 19", is_incl=False, vat="0.62", total="3.86", method="line"),
    "8 by unit": sold("3 x 1.08 @ 19", is_incl=False, vat="0.63", total="3.87", method="unit"),
    "9": sold("2.99 @ 4", is_incl=True, vat="0.11", total="2.99"),
    "10": sold(*SHOPIFY, is_incl=False, vat="3.05", total="18.27"),
    "11": sold("4 x 5.99 @ 0", "5 x 12.99 @ 0", is_incl=True, vat="0", total="88.91"),
    "11 average": sold("9 x 9.8789 @ 0", is_incl=True, vat="0", total="88.91"),
    "12": sold("88 @ 20", is_incl=True, vat="14.08", total="88"),
    "12 formula": sold("88 @ 20", is_incl=True, vat="14.67", total="88"),
    "13": sold("45.30 @ 5", "33.45 @ 10", is_incl=False, vat="5.62", total="84.37"),
    "14": PEPPOL,
    "14 in cash": replace(PEPPOL, is_cash=True),
}


@pytest.fixture(scope="module")
def found() -> dict[str, Result]:
    """What the models make of every vector."""
    with totals_store() as store:
        return dict(zip(ORDERS, worked_out(store, list(ORDERS.values())), strict=True))


def test_1_a_half_goes_up_and_its_negative_down(found: dict[str, Result]) -> None:
    """eInvoicing-EN16931, BIS3_Invoice_positive: 625743.54 at 25 is 156435.885."""
    assert q(Decimal("625743.54") * Decimal("0.25")) == Decimal("156435.89")
    assert q(Decimal("-625743.54") * Decimal("0.25")) == Decimal("-156435.89")
    assert (found["1"].vat, found["1"].holds) == (15643589, set())
    assert (found["1 negative"].vat, found["1 negative"].gross) == (-15643589, -78217943)


def test_2_two_rates_of_twenty_lines(found: dict[str, Result]) -> None:
    """eInvoicing-EN16931, ubl-tc434-example1: 183.23 at 6 and 46.37 at 21."""
    one = found["2"]
    assert one.groups == {600: (18323, 1099), 2100: (4637, 974)}
    assert (one.vat, one.gross, one.rounding, one.holds) == (2073, 25033, 0, set())


def test_3_a_discounted_price_of_four_decimals(found: dict[str, Result]) -> None:
    """eInvoicing-EN16931, sample-discount-price: 100 x 0.1212."""
    one = found["3"]
    assert (one.groups, one.gross, one.holds) == ({2500: (1212, 303)}, 1515, set())


def test_4_per_rate_and_per_line(found: dict[str, Result]) -> None:
    """WooCommerce issue 30270: 15.42 + 4.50 at 21 is 4.18 as a category, 4.19 by line, which Woo shows."""
    assert vat_on_net(1542 + 450, 2100) == 418
    one = found["4"]
    assert (one.vat, one.rounding, one.kind, one.holds) == (418, 1, "rounding", set())
    assert one.methods == (False, True, True)
    by_line = found["4 by line"]
    assert (by_line.vat, by_line.rounding, by_line.holds) == (419, 0, set())


def test_5_rounded_at_the_subtotal_a_cent_is_missing(found: dict[str, Result]) -> None:
    """WooCommerce issue 23835: 95 + 11 at 19: 79.83 + 9.24 of net and 16.92 of VAT are shown as 105.99."""
    nets = [q(Decimal(price) / Decimal("1.19")) for price in (95, 11)]
    assert sum(nets) + Decimal("16.92") == Decimal("105.99")
    one = found["5"]
    assert (one.vat, one.gross, one.rounding, one.kind) == (1692, 10600, -1, "rounding")
    assert one.holds == set()


def test_6_per_line_100_00_at_the_subtotal_100_01(found: dict[str, Result]) -> None:
    """WooCommerce issue 20440: 45 + 49 with VAT of 21, shipping of 4.96 and VAT (6.00 with it)."""
    rate = Decimal("0.21")
    exact = [Decimal(45) * 21 / 121, Decimal(49) * 21 / 121, Decimal("4.96") * rate]
    nets = q(Decimal(45) / (1 + rate)) + q(Decimal(49) / (1 + rate)) + Decimal("4.96")
    assert nets + sum(q(vat) for vat in exact) == Decimal("100.00")
    assert nets + q(sum(exact, Decimal(0))) == Decimal("100.01")
    per_line, subtotal = found["6 per line"], found["6 subtotal"]
    assert (per_line.vat, per_line.gross, per_line.rounding, per_line.holds) == (1736, 10000, 0, set())
    assert per_line.methods == (False, True, True)
    assert (subtotal.vat, subtotal.rounding, subtotal.kind, subtotal.holds) == (1736, 1, "rounding", set())


def test_7_a_carried_rest(found: dict[str, Result]) -> None:
    """Gist edannenberg/8041401 (Magento): 3.18 + 3.17 + 3.18 = 9.53, and 9.54 by rows of their own."""
    rest, rows = Decimal(0), []
    for _ in range(3):
        exact = Decimal("19.90") * 19 / 119 + rest
        rows.append(q(exact))
        rest = exact - rows[-1]
    assert rows == [Decimal("3.18"), Decimal("3.17"), Decimal("3.18")]
    carried = found["7 carried"]
    assert [part[3] for part in carried.parts] == [318, 317, 318]
    assert (carried.vat, carried.methods, carried.holds) == (953, (True, False, False), set())
    assert found["7 rows"].methods == (False, True, True)
    assert found["7 by line"].vat == 954


def test_8_per_line_and_per_unit(found: dict[str, Result]) -> None:
    """Commercetools TaxCalculationMode: 3 x 1.08 at 19 is 3.86 by line and 3.87 by unit."""
    assert (found["8"].gross, found["8"].methods) == (386, (False, False, True))
    assert found["8 by line"].gross == 386
    by_unit = found["8 by unit"]
    assert (by_unit.vat, by_unit.gross, by_unit.rounding, by_unit.holds) == (63, 387, 0, set())


def test_9_net_first_and_tax_first(found: dict[str, Result]) -> None:
    """Zuora's rule of inclusive tax: of 2.99 at 4 the net is 2.875 and the VAT 0.115: 2.88 + 0.11 or 2.87 + 0.12."""
    net = q(Decimal("2.99") / Decimal("1.04"))
    assert (net, Decimal("2.99") - net) == (Decimal("2.88"), Decimal("0.11"))
    assert vat_in_gross(299, 400) == 12
    one = found["9"]
    assert (one.vat, one.gross, one.rounding, one.holds) == (12, 299, 0, set())


def test_10_three_lines_that_shopify_makes_3_05(found: dict[str, Result]) -> None:
    """Shopify developer forum 19824: 1.0142 + 1.0142 + 1.0156; three lines and a rate may be 0.02 off."""
    vats = [Decimal("1.0142"), Decimal("1.0142"), Decimal("1.0156")]
    assert q(sum(vats, Decimal(0))) == sum(q(vat) for vat in vats) == Decimal("3.04")
    one = found["10"]
    assert (one.groups, one.bound, one.rounding) == ({2000: (1522, 304)}, 2, 1)
    assert (one.methods, one.holds) == ((False, False, False), set())


def test_11_an_average_price_of_four_decimals(found: dict[str, Result]) -> None:
    """The same thread: 4 x 5.99 + 5 x 12.99 told as 9 x 9.8789; the rounded unit price would make it 88.92."""
    assert q(9 * Decimal("9.8789")) == Decimal("88.91")
    assert q(9 * q(Decimal("9.8789"))) == Decimal("88.92")
    for one in (found["11"], found["11 average"]):
        assert (one.gross, one.rounding, one.holds) == (8891, 0, set())


def test_12_a_vat_that_no_price_explains_is_held(found: dict[str, Result]) -> None:
    """Shopify developer forum 5563: 88.00 at 20 tells 14.08, the formula 14.67."""
    assert vat_in_gross(8800, 2000) == 1467
    assert found["12"].holds == {"VAT_RATE_MISMATCH"}
    assert found["12 formula"].holds == set()


def test_13_two_rates_with_two_ties(found: dict[str, Result]) -> None:
    """Wafeq's documentation: 45.30 at 5 is 2.265, 33.45 at 10 is 3.345."""
    one = found["13"]
    assert one.groups == {500: (4530, 227), 1000: (3345, 335)}
    assert (one.vat, one.gross, one.holds) == (562, 8437, set())


def test_14_a_payable_amount_rounded_to_1000(found: dict[str, Result]) -> None:
    """Peppol BIS, totals: 999.81 rounded by 0.19. That is no rounding of VAT: held, unless it was paid in coins."""
    assert vat_in_gross(99981, 2500) == 19996
    by_card, in_cash = found["14"], found["14 in cash"]
    assert (by_card.rounding, by_card.kind, by_card.holds) == (19, None, {"TOTAL_MISMATCH"})
    assert (in_cash.rounding, in_cash.kind, in_cash.holds) == (19, "cash", set())
