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
from totals_oracle import DISCOUNT, FOLLOWS, Order, half_up, vat
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
