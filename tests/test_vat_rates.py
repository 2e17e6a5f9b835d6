"""The shipped rates: whole, without two answers for a day, and as dated sources and the dated changes have them."""

import warnings
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from etl.vat import rates
from etl.vat.rates import Key, Rate

FIRST = date(2016, 1, 1)
CHECKED = max(rate.checked_on for rate in rates.shipped())
STATES = sorted(state for state, region in rates.places() if not region)
ONE_DAY = timedelta(days=1)
# Days on which a key has had no rate although it has one before and after: doubt is held.
HOLES = {
    ("AT", "", "book"): (date(2020, 7, 1), date(2021, 12, 31)),
    ("AT", "jungholz_mittelberg", "book"): (date(2020, 7, 1), date(2021, 12, 31)),
}
# (state, region, category, first day of the new rate, rate before, rate from then on); None = nothing is said.
CHANGES: list[tuple[str, str, str, str, str | None, str | None]] = [
    # standard rates
    ("DE", "", "standard", "2020-07-01", "19", "16"),
    ("DE", "", "standard", "2021-01-01", "16", "19"),
    ("EE", "", "standard", "2024-01-01", "20", "22"),
    ("EE", "", "standard", "2025-07-01", "22", "24"),
    ("EL", "", "standard", "2016-06-01", "23", "24"),
    ("FI", "", "standard", "2024-09-01", "24", "25.5"),
    ("IE", "", "standard", "2020-09-01", "23", "21"),
    ("IE", "", "standard", "2021-03-01", "21", "23"),
    ("LU", "", "standard", "2023-01-01", "17", "16"),
    ("LU", "", "standard", "2024-01-01", "16", "17"),
    ("RO", "", "standard", "2017-01-01", "20", "19"),
    ("RO", "", "standard", "2025-08-01", "19", "21"),
    ("SK", "", "standard", "2025-01-01", "20", "23"),
    ("XI", "", "standard", "2021-01-01", None, "20"),
    # reduced rates, and what they are for
    ("NL", "", "reduced", "2019-01-01", "6", "9"),
    ("PT", "azores", "standard", "2021-07-01", "18", "16"),
    ("PT", "azores", "reduced", "2021-07-01", None, "4"),
    ("PT", "azores", "reduced2", "2021-07-01", None, "9"),
    ("LU", "", "reduced", "2023-01-01", "8", "7"),
    ("LU", "", "reduced", "2024-01-01", "7", "8"),
    ("LU", "", "parking", "2023-01-01", "14", "13"),
    ("LU", "", "parking", "2024-01-01", "13", "14"),
    ("CZ", "", "reduced", "2024-01-01", "10", "12"),
    ("CZ", "", "reduced2", "2024-01-01", "15", None),
    ("CZ", "", "book", "2024-01-01", "10", "0"),
    ("PT", "madeira", "reduced", "2024-10-01", "5", "4"),
    ("EE", "", "newspaper", "2025-01-01", "5", "9"),
    ("EE", "", "accommodation", "2025-01-01", "9", "13"),
    ("SK", "", "reduced", "2025-01-01", None, "5"),
    ("SK", "", "reduced2", "2025-01-01", "10", "19"),
    ("FI", "", "book", "2025-01-01", "10", "14"),
    ("FI", "", "book", "2026-01-01", "14", "13.5"),
    ("FI", "", "reduced2", "2026-01-01", "14", "13.5"),
    ("RO", "", "reduced", "2025-08-01", "5", "11"),
    ("RO", "", "reduced2", "2025-08-01", "9", None),
    ("LT", "", "reduced2", "2026-01-01", "9", "12"),
    ("LT", "", "book", "2026-01-01", "9", "5"),
    ("LT", "", "transport", "2026-01-01", "9", "12"),
    ("LT", "", "accommodation", "2026-01-01", "9", "12"),
    ("LT", "", "culture", "2026-01-01", "9", "12"),
    ("LT", "", "heating", "2026-01-01", "9", "21"),
    ("NL", "", "accommodation", "2026-01-01", "9", "21"),
    ("DE", "", "restaurant_food", "2026-01-01", None, "7"),
    ("SK", "", "food_sugar_salt", "2026-01-01", "19", "23"),
    ("SE", "", "food", "2026-04-01", "12", "6"),
    ("SE", "", "food", "2028-01-01", "6", None),
    ("AT", "", "food_basic", "2026-07-01", "10", "4.9"),
    ("IE", "", "restaurant", "2026-07-01", None, "9"),
    # in conflict or not found: nothing is said from then on
    ("BE", "", "accommodation", "2026-03-01", "6", None),
    ("BE", "", "takeaway", "2026-03-01", "6", None),
    ("BE", "", "leisure", "2026-03-01", "6", None),
    ("DK", "", "book", "2026-01-01", "25", None),
]
# Every rate below standard of each state in November 2026, its regions' left out.
BELOW_STANDARD = {
    "AT": "4.9 10 13", "BE": "6 12", "BG": "9", "CY": "3 5 9", "CZ": "0 12", "DE": "7", "DK": "0", "EE": "9 13",
    "EL": "6 13", "ES": "4 10", "FI": "10 13.5", "FR": "2.1 5.5 10", "HR": "5 13", "HU": "5 18", "IE": "0 4.8 9 13.5",
    "IT": "4 5 10", "LT": "5 12", "LU": "3 8 14", "LV": "5 12", "MT": "5 7 12", "NL": "9", "PL": "5 8", "PT": "6 13",
    "RO": "11", "SE": "6 12", "SI": "5 9.5", "SK": "5 19", "XI": "0 5",
}  # fmt: skip
REGIONS = {
    ("AT", "jungholz_mittelberg"): "4.9 10 13 19",
    ("FR", "corsica"): "0.9 2.1 10 13 20",
    ("PT", "azores"): "4 9 16",
    ("PT", "madeira"): "4 12 22",
}
# Rates that the snapshot counts to a state and our table leaves out: French overseas, outside the EU's VAT territory;
# of the Aegean islands, which only sellers there may use.
NOT_OURS = {
    *(("FR", Decimal(rate)) for rate in ("1.05", "8.5")),
    *(("EL", Decimal(rate)) for rate in ("3", "4", "9", "17")),
}


class RateChanged(UserWarning):
    """A snapshot of the Commission's table says otherwise than ours: somebody has to look."""


def on(day: date, key: Key) -> Decimal | None:
    """The rate of a key on a day, None where nothing is said."""
    found = [rate.rate for rate in rates.shipped() if rate.key == key and rate.valid_from <= day <= rate.last_day]
    assert len(found) <= 1
    return found[0] if found else None


def test_no_two_rows_answer_for_the_same_day() -> None:
    assert list(rates.overlaps(rates.shipped())) == []


def test_there_are_no_gaps_but_the_known_ones() -> None:
    by_key: dict[Key, list[Rate]] = {}
    for rate in rates.shipped():
        by_key.setdefault(rate.key, []).append(rate)
    holes = {
        tuple(key): (before.last_day + ONE_DAY, after.valid_from - ONE_DAY)
        for key, rows in by_key.items()
        for before, after in pairwise(sorted(rows, key=lambda r: r.valid_from))
        if before.last_day + ONE_DAY != after.valid_from
    }
    assert holes == HOLES


def test_every_source_says_how_sure_it_is_and_no_row_was_looked_up_in_the_future() -> None:
    words = ("two sources: ", "one source: ", "general knowledge of the law; not re-read")
    assert [rate for rate in rates.shipped() if not rate.source.startswith(words)] == []
    assert {rate.checked_on for rate in rates.shipped()} == {date(2026, 11, 23)}
    assert {Key(*place, "standard") for place in rates.places()} <= {rate.key for rate in rates.shipped()}


@pytest.mark.parametrize(("state", "region", "category", "day", "before", "after"), CHANGES)
def test_the_day_before_and_the_day_of_a_change(
    state: str, region: str, category: str, day: str, before: str | None, after: str | None
) -> None:
    key, first = Key(state, region, category), date.fromisoformat(day)
    assert on(first - ONE_DAY, key) == (None if before is None else Decimal(before))
    assert on(first, key) == (None if after is None else Decimal(after))


def test_every_change_of_a_standard_rate_is_one_of_those() -> None:
    starts = {(r.key.vat_country, r.key.region, r.valid_from.isoformat()) for r in rates.shipped()
              if r.key.category == "standard" and r.valid_from > FIRST}  # fmt: skip
    assert starts == {(state, region, day) for state, region, category, day, *_ in CHANGES if category == "standard"}


@pytest.mark.parametrize("state", STATES)
def test_rates_below_standard_in_november_2026(state: str) -> None:
    day = date(2026, 11, 23)
    found = {r.rate for r in rates.shipped() if r.key[:2] == (state, "") and r.valid_from <= day <= r.last_day}
    standard = on(day, Key(state, "", "standard"))
    assert found - {standard} == {Decimal(rate) for rate in BELOW_STANDARD[state].split()}


@pytest.mark.parametrize("place", sorted({place for place in rates.places() if place[1]}))
def test_rates_of_regions_in_november_2026(place: tuple[str, str]) -> None:
    day = date(2026, 11, 23)
    found = {r.rate for r in rates.shipped() if r.key[:2] == place and r.valid_from <= day <= r.last_day}
    assert found == {Decimal(rate) for rate in REGIONS[place].split()}


def test_standard_rates_are_those_of_a_dated_package_on_every_day() -> None:
    duty27 = pytest.importorskip("duty27_eu_vat", reason="duty27-eu-vat, the dated second source, is not installed")
    last = min(duty27.DATA_AS_OF, CHECKED)
    with pytest.raises(duty27.UnknownCountryError):
        duty27.get_standard_rate("XI", last)
    compared = 0
    for state in (s for s in STATES if s != "XI"):
        ours = sorted((r for r in rates.shipped() if r.key == Key(state, "", "standard")), key=lambda r: r.valid_from)
        for rate in ours:
            for day in _days(max(rate.valid_from, FIRST), min(rate.last_day, last)):
                assert duty27.get_standard_rate(state, day) == rate.rate, (state, day)
                compared += 1
    assert compared == 27 * ((last - FIRST).days + 1)


@pytest.mark.filterwarnings("default::UserWarning")
def test_a_snapshot_of_the_commissions_table_says_the_same() -> None:
    """Another rate there is an alarm for a person (a warning in the summary); only a hole in our table fails."""
    snapshot = pytest.importorskip("eu_vat_rates_data", reason="eu-vat-rates-data, the alarm, is not installed")
    for state in STATES:
        assert on(CHECKED, Key(state, "", "standard")) is not None, state
    told = list(alarms(snapshot.get_all_rates(), CHECKED))
    for alarm in told:
        warnings.warn(RateChanged(f"{alarm} (snapshot of {snapshot.data_version})"), stacklevel=1)


def test_the_alarm_goes_off_for_another_rate_and_for_a_new_one() -> None:
    same = {"standard": 25.0, "reduced": [], "super_reduced": None, "parking": None}
    assert list(alarms({"DK": same}, CHECKED)) == []
    assert list(alarms({"DK": same | {"standard": 25.5}}, CHECKED)) == ["DK: standard 25.5, ours 25"]
    assert list(alarms({"GR": {"standard": 24.0, "reduced": [13.0, 7.5]}}, CHECKED)) == ["EL: 7.5 is no rate of ours"]
    assert list(alarms({"NO": same}, CHECKED)) == []
    assert list(alarms({"GB": {"standard": 20.0, "reduced": [5.0]}}, CHECKED)) == []


def alarms(snapshot: Mapping[str, Mapping[str, Any]], day: date) -> Iterator[str]:
    """What a snapshot of states' rates has and we have not. By ISO code; its floats are read as they are written."""
    for iso, theirs in snapshot.items():
        state = {"GR": "EL"}.get(iso, iso)
        if state not in STATES:
            continue
        ours = {r.rate for r in rates.shipped() if r.key.vat_country == state and r.valid_from <= day <= r.last_day}
        standard = on(day, Key(state, "", "standard"))
        if Decimal(str(theirs["standard"])) != standard:
            yield f"{state}: standard {theirs['standard']}, ours {standard}"
        others = [*theirs["reduced"], theirs.get("super_reduced"), theirs.get("parking")]
        for rate in (Decimal(str(other)) for other in others if other is not None):
            if rate not in ours and (state, rate) not in NOT_OURS:
                yield f"{state}: {rate} is no rate of ours"


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))
