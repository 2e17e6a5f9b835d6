"""The one rounding: half up away from zero, the same in Python, DuckDB and Polars, to the øre."""

from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vat_cases import vat_store
from vat_oracle import half_up

from etl.vat import q, spread, vat_in_gross, vat_on_net

RATES = [0, 210, 400, 480, 500, 550, 700, 900, 950, 1000, 1200, 1350, 1600, 1900, 2000, 2100, 2500, 2550, 2700]
ORE = st.integers(-(10**14), 10**14)
BASIS_POINTS = st.sampled_from(RATES) | st.integers(0, 10000)


def holds_for_amounts(ore: int, rate_bp: int) -> None:
    assert vat_in_gross(ore, rate_bp) == half_up(Fraction(ore * rate_bp, 10000 + rate_bp))
    assert vat_on_net(ore, rate_bp) == half_up(Fraction(ore * rate_bp, 10000))
    assert vat_in_gross(-ore, rate_bp) == -vat_in_gross(ore, rate_bp)
    assert vat_on_net(-ore, rate_bp) == -vat_on_net(ore, rate_bp)


def holds_for_decimals(digits: int, scale: int, places: int) -> None:
    x = Decimal(digits).scaleb(-scale)
    assert Fraction(q(x, places)) * 10**places == half_up(Fraction(x) * 10**places)
    assert q(-x, places) == -q(x, places)


def holds_for_shares(total: int, parts: list[int]) -> None:
    shares = spread(total, parts)
    whole = sum(parts)
    assert sum(shares) == total
    assert shares == [-share for share in spread(-total, parts)]
    assert all(share == 0 for share, part in zip(shares, parts, strict=True) if part == 0)
    assert all(abs(share - Fraction(total * part, whole)) < 1 for share, part in zip(shares, parts, strict=True))


@settings(max_examples=2000)
@given(ORE, BASIS_POINTS)
def test_integer_forms_are_the_exact_fraction_rounded(ore: int, rate_bp: int) -> None:
    holds_for_amounts(ore, rate_bp)


@settings(max_examples=2000)
@given(st.integers(-(10**15), 10**15), st.integers(0, 8), st.integers(0, 4))
def test_q_is_the_exact_fraction_rounded(digits: int, scale: int, places: int) -> None:
    holds_for_decimals(digits, scale, places)


@settings(max_examples=2000)
@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 10**9), min_size=1, max_size=12).filter(any))
def test_shares_sum_to_the_whole(total: int, parts: list[int]) -> None:
    holds_for_shares(total, parts)


@pytest.mark.long
@pytest.mark.timeout(900)
@settings(max_examples=50_000)
@given(
    ORE,
    BASIS_POINTS,
    st.integers(0, 8),
    st.lists(st.integers(0, 10**9), min_size=1, max_size=30).filter(any),
)
def test_roundings_and_shares_at_length(ore: int, rate_bp: int, scale: int, parts: list[int]) -> None:
    holds_for_amounts(ore, rate_bp)
    holds_for_decimals(ore, scale, 2)
    holds_for_shares(ore, parts)


@pytest.mark.parametrize(
    ("x", "rounded"),
    [
        ("2.675", "2.68"),
        ("-2.675", "-2.68"),
        ("365.125", "365.13"),
        ("0.005", "0.01"),
        ("-0.005", "-0.01"),
        ("1", "1.00"),
    ],
)
def test_a_half_goes_away_from_zero(x: str, rounded: str) -> None:
    assert q(Decimal(x)) == Decimal(rounded)


def test_q_takes_currencies_without_minor_units_and_long_amounts() -> None:
    assert q(Decimal("1234.5"), 0) == Decimal(1235)
    assert q(Decimal("9" * 30 + ".005")) == Decimal("9" * 30 + ".01")


@pytest.mark.parametrize(
    ("net", "rate_bp", "vat"),
    [
        (62574354, 2500, 15643589),  # 625743.54 at 25: the tie .885 goes up
        (-62574354, 2500, -15643589),
        (1212, 2500, 303),
        (18323, 600, 1099),
        (4637, 2100, 974),
        (1992, 2100, 418),  # 15.42 + 4.50 as one group
        (4530, 500, 227),
        (3345, 1000, 335),
    ],
)
def test_published_amounts_without_vat(net: int, rate_bp: int, vat: int) -> None:
    assert vat_on_net(net, rate_bp) == vat


@pytest.mark.parametrize(
    ("gross", "rate_bp", "vat"),
    [
        (43890, 2500, 8778),
        (1990, 1900, 318),
        (10600, 1900, 1692),
        (299, 400, 12),  # VAT first; net first would give 11
        (30000 + 2918, 1900, 5256),
        (10000 + 972, 700, 718),
        (8800, 2000, 1467),
    ],
)
def test_published_amounts_with_vat(gross: int, rate_bp: int, vat: int) -> None:
    assert vat_in_gross(gross, rate_bp) == vat


def test_halves_in_prices_with_vat_occur_at_three_rates_only() -> None:
    """For prices to 40.00 at rates of 4 to 27 percent: why the mode never mattered for Danish consumer prices."""
    tied = {
        rate
        for rate in RATES
        if rate >= 400 and any(Fraction(2 * g * rate, 10000 + rate).denominator == 1
                               and Fraction(2 * g * rate, 10000 + rate).numerator % 2 for g in range(1, 4001))
    }  # fmt: skip
    assert tied == {400, 1200, 2000}


@pytest.mark.parametrize(
    ("total", "parts", "shares"),
    [
        (3890, [30000, 10000], [2918, 972]),
        (100, [1, 1, 1], [34, 33, 33]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (2, [0, 1, 0, 1], [0, 1, 0, 1]),
        (1, [0, 0, 5], [0, 0, 1]),
        (0, [], []),
        (0, [0, 0], [0, 0]),
        (5, [-2, -3], [2, 3]),
        (4877, [24950, 19900, 3917], [2495, 1990, 392]),
    ],
)
def test_largest_remainder(total: int, parts: list[int], shares: list[int]) -> None:
    assert spread(total, parts) == shares


@pytest.mark.parametrize("parts", [[], [0, 0], [5, -5]])
def test_nothing_to_spread_over_is_refused(parts: list[int]) -> None:
    with pytest.raises(ValueError, match="cannot be spread"):
        spread(1, parts)


def test_python_duckdb_and_polars_round_alike() -> None:
    """Every amount from -20.00 to 20.00 at every rate in use, and some large ones."""
    amounts = [*range(-2000, 2001), *(sign * 10**n + n for n in range(5, 15) for sign in (1, -1))]
    pairs = [(ore, bp) for bp in RATES for ore in amounts]
    expected = [(vat_in_gross(ore, bp), vat_on_net(ore, bp)) for ore, bp in pairs]
    columns = [[ore for ore, _ in pairs], [bp for _, bp in pairs]]
    with vat_store() as store:
        in_sql = store.rows(
            "select vat_in_gross_ore(ore, bp), vat_on_net_ore(ore, bp)"
            " from (select unnest($1::bigint[]) as ore, unnest($2::integer[]) as bp)",
            columns,
        )
    assert in_sql == expected
    ore, bp = pl.col("ore"), pl.col("bp").cast(pl.Int64)
    in_polars = pl.DataFrame({"ore": columns[0], "bp": columns[1]}).select(
        gross=ore.sign() * ((2 * ore.abs() * bp + 10000 + bp) // (2 * (10000 + bp))),
        net=ore.sign() * ((2 * ore.abs() * bp + 10000) // 20000),
    )
    assert in_polars.rows() == expected


def test_q_is_the_rounding_of_duckdb_and_of_polars_when_told_so() -> None:
    texts = [
        f"{sign}{n}.{rest}"
        for n in (0, 2, 365)
        for rest in ("125", "005", "675", "665", "004", "996")
        for sign in ("", "-")
    ]
    expected = [q(Decimal(text)) for text in texts]
    with vat_store() as store:
        rows = store.rows("select round(unnest($1::decimal(18,3)[]), 2)::decimal(18,2)", [texts])
        assert [row[0] for row in rows] == expected
        assert store.rows(
            "select to_ore(12.34), from_ore(-5::bigint), rate_text(2550), rate_text(490), rate_text(0)"
        ) == [(1234, Decimal("-0.05"), "25.5", "4.9", "0")]
    series = pl.Series(texts).str.to_decimal(scale=3)
    assert series.round(2, mode="half_away_from_zero").to_list() == expected
