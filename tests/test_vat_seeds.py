"""The seed tables: no gaps, no overlaps, and the standard rates as two dated sources have them on every day."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from vat_cases import CATEGORIES, vat_store
from vat_oracle import CHECKED, EU_ISO, standard

from etl.store import Store
from etl.vat import seeds


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with vat_store() as opened:
        yield opened


def test_priorities_are_unique_and_the_last_rule_holds_always(store: Store) -> None:
    assert store.value("select count(priority) - count(distinct priority) from setting.vat_rules") == 0
    last = store.dicts("select * from setting.vat_rules order by priority desc nulls last limit 1")[0]
    conditions = ("seller_registered", "line_kind", "route", "buyer_number", "special", "oss", "threshold")
    assert {last[name] for name in conditions} == {"any"}
    assert last["valid_from"] is None


def test_one_rate_per_state_region_category_and_day(store: Store) -> None:
    assert store.rows(
        "select a.* from setting.vat_rates a join setting.vat_rates b on a.vat_country = b.vat_country"
        " and a.region is not distinct from b.region and a.category = b.category and a.valid_from < b.valid_from"
        " where a.valid_to is null or a.valid_to >= b.valid_from"
    ) == []  # fmt: skip
    assert store.value("select count(*) from setting.vat_rates where source is null or checked_on is null") == 0


def test_every_state_has_a_standard_rate_from_2016_without_a_gap(store: Store) -> None:
    rows = store.rows(
        "select vat_country, valid_from, valid_to, lead(valid_from) over (partition by vat_country order by valid_from)"
        " from setting.vat_rates where category = 'standard' and region is null and vat_country <> 'XI'"
    )
    assert {("GR" if state == "EL" else state) for state, *_ in rows} == EU_ISO
    assert all((following - to).days == 1 for _, _, to, following in rows if following)
    assert all(to is None for _, _, to, following in rows if not following)
    assert {state for state, first, *_ in rows if str(first) == "2016-01-01"} == {state for state, *_ in rows}


@pytest.mark.parametrize(
    ("word", "country"),
    [
        ("Danmark", "DK"), ("DENMARK", "DK"), ("dnk", "DK"), ("UK", "GB"), ("EL", "GR"), ("Grækenland", "GR"),
        ("Österreich", "AT"), ("Holland", "NL"), ("Northern Ireland", "XI"), ("Färöer", "FO"), ("Åland", "AX"),
        ("Sverige", "SE"), ("Kina", "CN"),
    ],
)  # fmt: skip
def test_countries_are_folded(store: Store, word: str, country: str) -> None:
    assert store.rows("select country from setting.country_names where country_name = lower($1)", [word]) == [
        (country,)
    ]


def test_the_seed_version_is_that_of_the_files_and_names_are_unambiguous(store: Store) -> None:
    assert len(seeds.version()) == 64
    assert store.rows("select country_name from setting.country_names group by 1 having count(*) > 1") == []
    assert store.value("select minor_units from setting.currencies where currency = 'ISK'") == 0
    assert {category for _, category in CATEGORIES} - {"electronics_rc"} <= {
        category for (category,) in store.rows("select category from setting.vat_rates")
    }


def test_standard_rates_of_the_seed_are_the_oracles_on_every_day(store: Store) -> None:
    seeded = seeded_standards(store)
    days = [date(2016, 1, 1) + timedelta(days=n) for n in range((CHECKED - date(2016, 1, 1)).days + 1)]
    for state in {*(state for state, *_ in seeded), "EL"}:
        for day in days[::13] + [first for code, first, *_ in seeded if code == state]:
            expected = standard(state, day)
            assert rate_on(seeded, state, day) == (None if expected is None else expected), (state, day)


def test_standard_rates_of_the_seed_are_those_of_a_dated_package(store: Store) -> None:
    duty27 = pytest.importorskip("duty27_eu_vat", reason="duty27-eu-vat, the dated second source, is not installed")
    seeded = seeded_standards(store)
    first, last = date(2016, 1, 1), date.fromisoformat(str(duty27.DATA_AS_OF)[:10])
    for iso in sorted(EU_ISO):
        state = "EL" if iso == "GR" else iso
        for n in range((min(last, CHECKED) - first).days + 1):
            day = first + timedelta(days=n)
            assert rate_on(seeded, state, day) == Fraction(duty27.get_standard_rate(iso, day)), (state, day)


def seeded_standards(store: Store) -> list[tuple[str, date, date, Decimal]]:
    rows = store.rows(
        "select vat_country, valid_from, coalesce(valid_to, date '9999-12-31'), rate from setting.vat_rates"
        " where category = 'standard' and region is null"
    )
    return [(state, first, last, rate) for state, first, last, rate in rows]


def rate_on(seeded: list[tuple[str, date, date, Decimal]], state: str, day: date) -> Fraction | None:
    fitting = [Fraction(rate) for code, first, last, rate in seeded if code == state and first <= day <= last]
    assert len(fitting) <= 1
    return fitting[0] if fitting else None
