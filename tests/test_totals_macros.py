"""The roundings of the models (macros.sql) against exact fractions, ties and signs above all (vat.md §4.1, §4.2)."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

import pytest
from money_models import money_store

from etl.store import Store

RATES = (0, 400, 500, 700, 1200, 1900, 2000, 2500, 2550)
# Amounts where a half comes up at some rate and amounts beside them, small and large; the signs are put to them.
AMOUNTS = (0, 1, 2, 3, 5, 7, 10, 13, 25, 26, 50, 52, 99, 100, 125, 130, 150, 299, 1250, 9_999, 36_512, 365_125_000_006)
QUANTITIES = ("0", "1", "2", "3", "-2", "2.5", "0.333", "-1.25", "7")


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with money_store() as opened:
        yield opened


def half_up(exact: Fraction) -> int:
    whole = int(abs(exact) + Fraction(1, 2))
    return -whole if exact < 0 else whole


def share(amount: int, bp: int, *, is_excl: bool) -> Fraction:
    return Fraction(amount * bp, 10000 if is_excl else 10000 + bp)


def signed() -> list[int]:
    return [*AMOUNTS, *(-amount for amount in AMOUNTS if amount)]


def test_vat_of_an_amount_is_rounded_once_in_the_currencys_units(store: Store) -> None:
    cases = list(product(signed(), RATES, (True, False), (1, 10, 100)))
    found = store.rows(
        "select vat_of_ore(a, b, e, m) from (select unnest($1::bigint[]) a, unnest($2::int[]) b, unnest($3::bool[]) e,"
        " unnest($4::int[]) m)",
        [list(column) for column in zip(*cases, strict=True)],
    )
    for (amount, bp, is_excl, minor), (vat,) in zip(cases, found, strict=True):
        assert vat == minor * half_up(share(amount, bp, is_excl=is_excl) / minor), (amount, bp, is_excl, minor)


def test_vat_per_unit_is_rounded_on_the_unit_and_again_on_a_part_of_one(store: Store) -> None:
    cases = list(product(signed(), QUANTITIES, RATES, (True, False), (1, 100)))
    found = store.rows(
        "select vat_of_units_ore(a, q, b, e, m) from (select unnest($1::bigint[]) a, unnest($2::decimal(18, 6)[]) q,"
        " unnest($3::int[]) b, unnest($4::bool[]) e, unnest($5::int[]) m)",
        [list(column) for column in zip(*cases, strict=True)],
    )
    for (amount, quantity, bp, is_excl, minor), (vat,) in zip(cases, found, strict=True):
        pieces = abs(Fraction(quantity)) or Fraction(1)
        of_one = minor * half_up(share(abs(amount), bp, is_excl=is_excl) / pieces / minor)
        wanted = half_up(of_one * pieces / minor) * minor
        assert vat == (-wanted if amount < 0 else wanted), (amount, quantity, bp, is_excl, minor)


def test_vat_in_and_on_an_amount(store: Store) -> None:
    cases = list(product(signed(), RATES))
    found = store.rows(
        "select vat_in_gross_ore(a, b), vat_on_net_ore(a, b) from (select unnest($1::bigint[]) a, unnest($2::int[]) b)",
        [list(column) for column in zip(*cases, strict=True)],
    )
    for (amount, bp), pair in zip(cases, found, strict=True):
        assert pair == tuple(half_up(share(amount, bp, is_excl=is_excl)) for is_excl in (False, True)), (amount, bp)


def test_euro_cents_of_an_amount(store: Store) -> None:
    """By eight decimals of both rates: 0.00000001 more or less is another result where a half is near."""
    rates = ("1", "7.4415", "7.46", "0.60", "0.00000001", "11.5", "2", "7.50000001")
    cases = list(product(signed(), rates, rates))
    found = store.rows(
        "select eur_cents(a, r, e) from (select unnest($1::bigint[]) a, unnest($2::decimal(18, 8)[]) r,"
        " unnest($3::decimal(18, 8)[]) e) where abs(a) < 100000000 or (r <> 0.00000001 and e <> 0.00000001)",
        [list(column) for column in zip(*cases, strict=True)],
    )
    kept = [case for case in cases if abs(case[0]) < 10**8 or "0.00000001" not in case[1:]]
    for (amount, rate, per_euro), (cents,) in zip(kept, found, strict=True):
        assert cents == half_up(amount * Fraction(rate) / Fraction(per_euro)), (amount, rate, per_euro)


def test_a_place_is_the_postcode_and_the_city_only_where_they_are_asked_for(store: Store) -> None:
    asked = "select place_text(null, '1', 'A'), place_text(false, '1', 'A'), place_text(true, '1', 'A')"
    assert store.rows(asked) == [("", "1", "1|a")]
    missing = "select place_text(false, null, 'A'), place_text(true, null, null), place_text(true, '1', null)"
    assert store.rows(missing) == [("", "|", "1|")]
