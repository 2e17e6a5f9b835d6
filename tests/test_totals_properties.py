"""Many generated orders through the models of money (340-379, 920) against the oracle in fractions (vat.md §4.2).

Every property is a test of its own on a few hundred orders; `pytest -m long` holds all of them on fifty thousand.
`HYPOTHESIS_SEED` repeats the orders, `ETL_EXAMPLES` sets how many there are in a long run.
"""

import os
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest
from totals_harness import Result, totals_store, worked_out
from totals_judged import agrees
from totals_oracle import DISCOUNT, FOLLOWS, Line, Order, Shop, half_up, vat
from totals_orders import at_wrong_rate, generated

from etl.store import Store
from etl.vat import q, spread, vat_in_gross, vat_on_net

SEED = os.environ["HYPOTHESIS_SEED"]
QUICK, AT_ONCE, LONG = 150, 1000, 50_000


@dataclass(frozen=True)
class Batch:
    """Orders and what the models make of them; the same turned (negated), in other order, and some at a wrong rate."""

    store: Store
    orders: list[Order]
    results: list[Result]
    turned: list[Result]
    shuffled: list[Order]
    of_shuffled: list[Result]
    wrong: list[Order]
    of_wrong: list[Result]


def batch(store: Store, seed: str, count: int) -> Batch:
    orders, wrong = generated(seed, count), at_wrong_rate(seed, count // 4)
    shuffled = [shuffle(order, f"{seed}-{i}") for i, order in enumerate(orders)]
    every = [*orders, *(order.negated() for order in orders), *shuffled, *wrong]
    found = worked_out(store, every)
    return Batch(
        store, orders, found[:count], found[count : 2 * count], shuffled, found[2 * count : 3 * count], wrong,
        found[3 * count :],
    )  # fmt: skip


def shuffle(order: Order, seed: str) -> Order:
    """The order with its lines in another order."""
    places = list(range(len(order.lines)))
    random.Random(seed).shuffle(places)  # noqa: S311 - no secret, and the same again for the same seed
    vats = tuple(order.line_vats[place] for place in places) if order.line_vats else ()
    return replace(order, lines=tuple(order.lines[place] for place in places), line_vats=vats)


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with totals_store() as opened:
        yield opened


@pytest.fixture(scope="module")
def few(store: Store) -> Batch:
    """The orders of a quick run."""
    return batch(store, SEED, QUICK)


def amounts_are_the_oracles(batch: Batch) -> None:
    """To the øre: what each rate comes to and its VAT, the whole, the rounding line and how large it may be."""
    for order, result in zip(batch.orders, batch.results, strict=True):
        assert result.groups == order.groups, order
        assert (result.vat, result.gross) == (order.vat, order.gross), order
        assert (result.rounding, result.bound) == (order.rounding, order.bound), order


def holds_are_the_oracles(batch: Batch) -> None:
    """An order is held for the reasons that the rule gives, and for no other."""
    for order, result in zip(batch.orders, batch.results, strict=True):
        assert agrees(order, result.holds), (result.holds, order)


def signs_are_symmetric(batch: Batch) -> None:
    """Every amount turned turns every result."""
    for order, result, turned in zip(batch.orders, batch.results, batch.turned, strict=True):
        mirrored = {rate: (-amount, -tax) for rate, (amount, tax) in turned.groups.items()}
        assert result.groups == mirrored, order
        assert result.discounts == [-less for less in turned.discounts], order
        assert (result.vat, result.gross, result.rounding) == (-turned.vat, -turned.gross, -turned.rounding), order
        assert (result.bound, result.kind, result.holds) == (turned.bound, turned.kind, turned.holds), order


def lines_may_come_in_any_order(batch: Batch) -> None:
    """Unless a discount has an øre to give to the first of equal lines, and it matters which one gets it."""
    for order, result, shuffled in zip(batch.orders, batch.results, batch.of_shuffled, strict=True):
        matters = len(order.by_rate) > 1 or order.shop.method != "canonical" or order.line_vats
        if not order.discount or not matters:
            assert result.groups == shuffled.groups, order
            assert (result.vat, result.gross, result.rounding) == (shuffled.vat, shuffled.gross, shuffled.rounding)
            assert (result.bound, result.holds) == (shuffled.bound, shuffled.holds), order
    for order, result in zip(batch.shuffled, batch.of_shuffled, strict=True):
        assert (result.groups, result.rounding) == (order.groups, order.rounding), order


def parts_sum_to_the_whole(batch: Batch) -> None:
    """Lines to rates to the order, discounts to the discount, freight to the freight, all to what was paid."""
    for order, result in zip(batch.orders, batch.results, strict=True):
        assert all(net + tax == gross for *_, tax, net, gross in result.parts)
        assert sum(part[-1] for part in result.parts) == result.gross == order.shop_total - result.rounding
        assert sum(tax for _, tax in result.groups.values()) == result.vat
        assert sum(result.discounts) == order.discount
        for place, line in enumerate(order.lines):
            shown = sum(amount for at, _, amount, *_ in result.parts if at == place)
            assert shown == line.amount - (0 if order.shop.is_apart else result.discounts[place]), order
        apart = sum(amount for at, _, amount, *_ in result.parts if at == DISCOUNT)
        assert apart == (-order.discount if order.shop.is_apart else 0)


def shares_are_an_ore_off_at_most(batch: Batch) -> None:
    """A share of discount or freight is less than the smallest amount from its exact one; a line's VAT likewise."""
    for order, result in zip(batch.orders, batch.results, strict=True):
        goods = sum(max(line.amount, 0) for line in order.lines if line.kind == "item")
        for line, less in zip(order.lines, result.discounts, strict=True):
            base = max(line.amount, 0) if line.kind == "item" else 0
            assert abs(less - Fraction(order.discount * base, goods or 1)) < order.minor, order
        for place, rate, amount, tax, *_ in result.parts:
            if order.shop.method == "canonical":
                exact = vat(amount, rate, is_incl=order.is_incl)
                assert abs(tax - exact) <= order.minor, order
            freight = order.lines[place] if place != DISCOUNT else None
            if freight and freight.kind in FOLLOWS and order.shop.freight == "goods" and len(order.by_rate) > 1:
                share = Fraction(freight.amount * order.by_rate[rate], sum(order.by_rate.values()))
                assert abs(amount - share) < order.minor, order


def another_rate_is_held(batch: Batch) -> None:
    """A point or more on 5.00 net or more per rounded amount, whatever the tolerance."""
    for order, result in zip(batch.wrong, batch.of_wrong, strict=True):
        assert result.holds & {"VAT_RATE_MISMATCH", "VAT_TOTAL_MISMATCH"}, order


def more_than_the_bound_is_never_sent(batch: Batch) -> None:
    """VAT or total further off than rounding explains, or than the company tolerates; of a public buyer, at all."""
    for order, result in zip(batch.orders, batch.results, strict=True):
        most = 0 if order.is_public else max(order.shop.tolerance, order.minor if order.shop.tolerance else 0)
        if not result.holds:
            if result.kind != "cash":
                assert abs(order.shop_total - result.gross) <= min(order.bound, most), order
            if order.shop_vat is not None:
                assert abs(order.shop_vat - result.vat) <= min(order.bound, most), order


def ways_of_rounding_are_recognised(batch: Batch) -> None:
    """Which of per rate, per line, per unit gives the shop's VAT exactly is noted of every order that is sent."""
    for order, result in zip(batch.orders, batch.results, strict=True):
        told = sum(order.line_vats) if order.shop_vat is None and order.line_vats else order.shop_vat
        ways = tuple(told == sum(way.values()) for way in (order.canonical, order.per_line, order.per_unit))
        if told is not None and any(part.rate for part in order.sold) and not result.holds:
            assert result.methods == ways, order
        else:
            assert result.methods in {None, ways}, order


def engines_round_alike(batch: Batch) -> None:
    """Python, DuckDB and Polars on the amounts that occurred."""
    pairs = sorted(
        {(amount, rate or 0) for r in batch.results for rate, (amount, _) in r.groups.items()}
        | {(amount, rate or 0) for r in batch.results for _, rate, amount, *_ in r.parts}
    )
    expected = [
        (half_up(vat(amount, rate, is_incl=True)), half_up(vat(amount, rate, is_incl=False))) for amount, rate in pairs
    ]
    assert [(vat_in_gross(*pair), vat_on_net(*pair)) for pair in pairs] == expected
    exact = [Decimal(amount) * rate / 1_000_000 for amount, rate in pairs]
    assert [q(x) for x in exact] == [Decimal(net).scaleb(-2) for _, net in expected]
    in_sql = (
        "select vat_in_gross_ore(a, r), vat_on_net_ore(a, r) from (select unnest($1::bigint[]) a, unnest($2::int[]) r)"
    )
    assert batch.store.rows(in_sql, [[a for a, _ in pairs], [r for _, r in pairs]]) == expected
    in_polars = pl.Series([f"{x:.6f}" for x in exact]).str.to_decimal(scale=6).round(2, mode="half_away_from_zero")
    assert in_polars.to_list() == [q(x) for x in exact]


def discounts_are_spread_alike(batch: Batch) -> None:
    """The model's shares are those of `spread()`."""
    for order, result in zip(batch.orders, batch.results, strict=True):
        bases = [max(line.amount, 0) if line.kind == "item" else 0 for line in order.lines]
        if order.discount:
            shares = spread(order.discount // order.minor, bases)
            assert result.discounts == [order.minor * share for share in shares], order


PROPERTIES: list[Callable[[Batch], None]] = [
    amounts_are_the_oracles, holds_are_the_oracles, signs_are_symmetric, lines_may_come_in_any_order,
    parts_sum_to_the_whole, shares_are_an_ore_off_at_most, another_rate_is_held, more_than_the_bound_is_never_sent,
    ways_of_rounding_are_recognised, engines_round_alike, discounts_are_spread_alike,
]  # fmt: skip


@pytest.mark.parametrize("holds_for", PROPERTIES, ids=lambda one: one.__name__)
def test_property(few: Batch, holds_for: Callable[[Batch], None]) -> None:
    holds_for(few)


def test_orders_are_of_every_kind(few: Batch) -> None:
    """Enough of them are sent, and enough held, that the properties say something."""
    sent = [order for order, result in zip(few.orders, few.results, strict=True) if not result.holds]
    assert QUICK // 5 < len(sent) < QUICK * 4 // 5
    assert any(order.rounding for order in sent)
    assert any(line.quantity < 0 for order in few.orders for line in order.lines)


@pytest.mark.long
@pytest.mark.timeout(0)
def test_fifty_thousand_orders(store: Store, record_property: Callable[[str, object], None]) -> None:
    wanted = int(os.environ.get("ETL_EXAMPLES", LONG))
    begun, tried, wrong = time.monotonic(), 0, 0
    while tried < wanted:
        many = batch(store, f"{SEED}-{tried}", min(AT_ONCE, wanted - tried))
        for holds_for in PROPERTIES:
            holds_for(many)
        tried, wrong = tried + len(many.orders), wrong + len(many.wrong)
    assert tried >= wanted
    took = time.monotonic() - begun
    record_property("figures", f"{tried} orders, each turned and shuffled too, {wrong} at a wrong rate, {took:.0f} s")


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
