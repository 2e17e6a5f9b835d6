"""Single orders whose figures are worked out by hand, and the traps of the engines that round (vat.md §4.1, §4.2)."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest
from totals_harness import Result, totals_store, worked_out
from totals_oracle import Line, Order, Shop

from etl.store import Store
from etl.vat import q


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with totals_store() as opened:
        yield opened


def goods(*amounts: tuple[int, int]) -> tuple[Line, ...]:
    """Lines of one piece: rate in basis points, price in øre."""
    return tuple(Line("item", rate, Fraction(price)) for rate, price in amounts)


def turned(name: str, order: Order) -> dict[str, Order]:
    return {name: order, f"{name}, turned": order.negated()}


FIVE = Order(is_incl=False, lines=goods((2500, 500)), shop_vat=125, shop_total=625)
FIVE_INCL = Order(is_incl=True, lines=goods((2500, 625)), shop_vat=125, shop_total=625)
TWICE = Order(is_incl=False, lines=goods((2500, 1000), (2500, 1000)), shop_vat=500, shop_total=2500)
PAIR = Order(is_incl=True, lines=goods((2500, 10_000), (2500, 20_000)), shop_vat=6000, shop_total=30_000)
GERMAN = goods((1900, 30_000), (700, 10_000))
FREIGHT = Order(
    is_incl=True, lines=(*GERMAN, Line("shipping", 1900, Fraction(3890))), shop_vat=5256 + 718, shop_total=43_890
)
MAIN = replace(
    FREIGHT,
    lines=(*goods((1900, 10_000), (700, 30_000)), Line("shipping", 1900, Fraction(3890))),
    shop_vat=1597 + 2217,
    shop=Shop(freight="main_rate"),
)
COUPON = Order(is_incl=True, lines=goods((2500, 10_000)), discount=1000, shop_vat=1800, shop_total=9000)
FREE = Order(is_incl=True, lines=goods((0, 10_000)), shop_vat=0, shop_total=10_000, line_vats=(2000,))
YEN = Order(is_incl=True, lines=goods((1000, 104_500)), shop_vat=9500, shop_total=104_500, minor=100)
YEN_COUPON = Order(
    is_incl=True, lines=goods(*[(1000, 50_000)] * 3), discount=10_000, shop_vat=12_700, shop_total=140_000, minor=100
)
EXAMPLES = {
    "5.00 at 25": FIVE, "5.00 at 26": replace(FIVE, shop_vat=130, shop_total=630),
    "6.25 with 25": FIVE_INCL, "6.25 with 26": replace(FIVE_INCL, shop_vat=129),
    "25 and 25": replace(TWICE, line_vats=(250, 250)), "20 and 30": replace(TWICE, line_vats=(200, 300)),
    "pair": PAIR, "0.02": replace(PAIR, shop_total=30_002), "0.03": replace(PAIR, shop_total=30_003),
    "0.03 of 1.00": replace(PAIR, shop_total=30_003, shop=Shop(tolerance=100)),
    "0.01 of 0": replace(PAIR, shop_total=30_001, shop=Shop(tolerance=0)),
    "0.01 of a public buyer": replace(PAIR, shop_total=30_001, is_public=True),
    "all VAT": Order(is_incl=True, lines=goods((2500, 5)), shop_vat=5, shop_total=5),
    "dear": Order(is_incl=False, lines=goods((2500, 10**11)), shop_vat=25 * 10**9, shop_total=125 * 10**9),
    "yen": YEN, "yen with a coupon": YEN_COUPON, "free": FREE, "freight": FREIGHT,
    **turned("coupon", COUPON), **turned("freight to split", FREIGHT),
    **turned("freight at the main rate", MAIN),
}  # fmt: skip


@pytest.fixture(scope="module")
def found(store: Store) -> dict[str, Result]:
    """What the models make of the examples."""
    return dict(zip(EXAMPLES, worked_out(store, list(EXAMPLES.values())), strict=True))


def test_a_percentage_point_on_five_kroner_is_held(found: dict[str, Result]) -> None:
    """5.00 at 26 % instead of 25 %: 1.30, which lies 0.05 from 1.25, as far as the tolerance goes; 6.25 with 26 %."""
    assert found["5.00 at 25"].holds == found["6.25 with 25"].holds == set()
    assert found["5.00 at 26"].holds >= {"VAT_RATE_MISMATCH"}
    assert found["6.25 with 26"].holds == {"VAT_RATE_MISMATCH"}


def test_two_wrong_lines_do_not_make_a_right_order(found: dict[str, Result]) -> None:
    """10.00 at 20 % and 10.00 at 30 % are 5.00 of VAT, as 20.00 at 25 % are: each line tells that it is not."""
    assert found["25 and 25"].holds == set()
    assert found["20 and 30"].holds == {"VAT_RATE_MISMATCH"}


def test_the_bound_counts_what_is_rounded(found: dict[str, Result]) -> None:
    """Two lines of one rate: three rounded amounts, 0.015, up to 0.02. 0.03 off is too much, the tolerance or not."""
    assert found["pair"].bound == found["0.03 of 1.00"].bound == 2
    assert (found["0.02"].holds, found["0.02"].kind, found["0.02"].rounding) == (set(), "rounding", 2)
    for name in ("0.03", "0.03 of 1.00", "0.01 of 0", "0.01 of a public buyer"):
        assert found[name].holds == {"TOTAL_MISMATCH"}
        assert found[name].kind is None


def test_a_currency_without_decimals_is_rounded_to_whole_units(found: dict[str, Result]) -> None:
    """1,045 yen with 10 %: 95 of VAT, and one whole yen may be off."""
    assert (found["yen"].vat, found["yen"].gross, found["yen"].bound, found["yen"].holds) == (9500, 104_500, 100, set())


def test_freight_follows_the_goods(found: dict[str, Result]) -> None:
    """300.00 at 19 and 100.00 at 7 with 38.90 of freight: 29.18 and 9.72 (accounting.md §10). Or where most is."""
    assert found["freight"].groups == {1900: (32_918, 5256), 700: (10_972, 718)}
    assert found["freight"].holds == set()
    assert found["freight at the main rate"].groups == {1900: (10_000, 1597), 700: (33_890, 2217)}
    assert found["freight at the main rate"].holds == set()


def is_turned(found: dict[str, Result], name: str) -> bool:
    """Is the same order with all amounts turned what the order is, turned?"""
    groups = found[f"{name}, turned"].groups
    return {rate: (-amount, -tax) for rate, (amount, tax) in groups.items()} == found[name].groups


@pytest.mark.parametrize("name", ["freight to split", "freight at the main rate"])
def test_a_return_with_freight_is_the_sale_turned(found: dict[str, Result], name: str) -> None:
    assert is_turned(found, name)


def test_an_amount_that_is_all_vat_is_held(found: dict[str, Result]) -> None:
    """0.05 with 0.05 of VAT: nothing is left to take a rate of."""
    assert found["all VAT"].holds == {"VAT_RATE_MISMATCH"}


def test_polars_rounds_half_to_even_unless_told_otherwise() -> None:
    """The trap of vat.md §4.1: by default, and in a cast to fewer decimals, 365.125 becomes 365.12."""
    exact = pl.Series(["365.125", "-365.125"]).str.to_decimal(scale=3)
    assert exact.round(2).to_list() == [Decimal("365.12"), Decimal("-365.12")]
    assert exact.cast(pl.Decimal(18, 2)).to_list() == [Decimal("365.12"), Decimal("-365.12")]
    assert exact.round(2, mode="half_away_from_zero").to_list() == [q(Decimal("365.125")), q(Decimal("-365.125"))]


def test_polars_products_of_decimals_are_rounded_once_too_early() -> None:
    """365.125 x 0.25 is 91.28125; with the scales of its factors only, Polars makes 91.2812 of it."""
    product = pl.DataFrame({"net": ["365.125"], "rate": ["0.25"]}).select(
        pl.col("net").str.to_decimal(scale=4) * pl.col("rate").str.to_decimal(scale=4)
    )
    assert product.item() == Decimal("91.2812")


def test_duckdb_divides_decimals_as_floats(store: Store) -> None:
    """Why no decimal is ever divided; rounding and casting a decimal are half away from zero."""
    assert store.value("select typeof(1.00::decimal(18,2) / 3.00::decimal(18,2))") == "DOUBLE"
    assert store.rows(
        "select round(x, 2)::varchar, x::decimal(18,2)::varchar"
        " from (select unnest([365.125, -365.125]::decimal(18,3)[]) as x)"
    ) == [("365.13", "365.13"), ("-365.13", "-365.13")]


def test_a_line_of_a_thousand_million_is_worked_out(found: dict[str, Result]) -> None:
    """A price of 1,000,000,000.00 in six decimals, without a line total."""
    assert (found["dear"].vat, found["dear"].holds) == (25 * 10**9, set())


def test_a_return_with_a_discount_is_the_sale_turned(found: dict[str, Result]) -> None:
    assert is_turned(found, "coupon")


def test_vat_on_a_free_line_is_held_though_the_order_tells_none(found: dict[str, Result]) -> None:
    assert found["free"].holds == {"VAT_CHARGED_NOT_DUE"}


def test_a_discount_is_spread_in_whole_units(found: dict[str, Result]) -> None:
    """100 yen off three equal lines: 34, 33, 33."""
    assert found["yen with a coupon"].discounts == [3400, 3300, 3300]
