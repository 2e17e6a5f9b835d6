"""A rate of VAT and the days it holds, and the CSV file that such rates are written in: `vat_rates.csv`.

The file that is shipped and the one a company keeps of its own have the same columns and pass the same checks:

    vat_country  the state by its VAT code (EL, XI);  region  one of the territories' regions, or empty
    category     `standard`, a level of the state or a kind of product, as in [vat.categories]
    rate         percent, `25` or `25.5`
    valid_from, valid_to  days, both included; `valid_to` empty = still so
    kind         standard, reduced, super_reduced, parking, zero
    source, checked_on    who says so, and when that was last looked up
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import NamedTuple

from etl.errors import ConfigError

SHIPPED = resources.files("etl.vat")
FILE = "vat_rates.csv"
COLUMNS = (
    "vat_country", "region", "category", "rate", "valid_from", "valid_to", "kind", "source", "checked_on",
)  # fmt: skip
KINDS = ("standard", "reduced", "super_reduced", "parking", "zero")
MAX_BYTES = 1_000_000
MAX_SOURCE = 300  # characters
# Errors that are told at once; with more than these a person starts over anyway.
MAX_TOLD = 20
# A year beyond these is a slip of the hand.
FIRST_DAY, LAST_DAY = date(1993, 1, 1), date(2999, 12, 31)
# Decides who accounts for the VAT, not its rate.
NO_RATE_CATEGORY = "electronics_rc"
_RATE = re.compile(r"\d{1,2}(\.\d{1,4})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_CATEGORY = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_SHOWN = 60  # characters of a wrong value that an error repeats


class Key(NamedTuple):
    """What exactly one rate holds for on any day."""

    vat_country: str
    region: str
    category: str

    def __str__(self) -> str:
        """`PT azores book`."""
        return " ".join(part for part in self if part)


@dataclass(frozen=True, slots=True)
class Rate:
    """One row. `rate` in percent; the window includes both days; `line` is that of the file, from 1."""

    key: Key
    rate: Decimal
    valid_from: date
    valid_to: date | None
    kind: str
    source: str
    checked_on: date
    line: int

    @property
    def last_day(self) -> date:
        """The last day it holds; a day out of reach where no end is known."""
        return self.valid_to or LAST_DAY

    def is_stale(self, day: date) -> bool:
        """Was it looked up more than twelve months before a day? Nothing is said of such days (model 324)."""
        # The same day of the next year; the 29th of February has none, and its sales are held from the 1st of March.
        a_year_on = (self.checked_on.year + 1, self.checked_on.month, self.checked_on.day)
        return (day.year, day.month, day.day) > a_year_on


class _Wrong(Exception):  # noqa: N818 - a cell that does not pass, until its line is known
    def __init__(self, column: str, value: str, expected: str) -> None:
        self.facts = {"key": column, "value": value if len(value) <= _SHOWN else value[: _SHOWN - 1] + "…"}
        self.facts["expected"] = expected
        super().__init__(column)


def parse(content: bytes, name: str, today: date) -> list[Rate]:
    """The rates of a file's bytes. ConfigError names line, column, what was read and what is expected.

    The first wrong line is the error, its fact `others` the next ones. `today` is the latest day something can have
    been looked up on (a day is added, for time zones).
    """
    rates, errors = [], []
    for line, cells in _records(content, name):
        try:
            rates.append(_rate(cells, line, today))
        except _Wrong as wrong:
            errors.append(ConfigError("CONFIG_RATES_INVALID", path=name, line=line, **wrong.facts))
    for earlier, later in overlaps(rates):
        facts = {"line": later.line, "value": str(later.key), "expected": earlier.line}
        errors.append(ConfigError("CONFIG_RATES_OVERLAP", path=name, **facts))
    if errors:
        errors.sort(key=lambda error: int(str(error.facts["line"])))
        errors[0].facts["others"] = tuple(errors[1:MAX_TOLD])
        raise errors[0]
    return rates


def overlaps(rates: Iterable[Rate]) -> Iterator[tuple[Rate, Rate]]:
    """Pairs of rows that say something of the same key on the same day, the one further up in the file first."""
    latest: dict[Key, Rate] = {}
    for rate in sorted(rates, key=lambda r: (r.key, r.valid_from, r.line)):
        before = latest.get(rate.key)
        if before and rate.valid_from <= before.last_day:
            yield (before, rate) if before.line < rate.line else (rate, before)
        if before is None or rate.last_day > before.last_day:
            latest[rate.key] = rate


def percent(rate: Rate) -> str:
    """The rate as the law writes it: `25`, `13.5`."""
    return f"{rate.rate.normalize():f}"


@cache
def shipped() -> tuple[Rate, ...]:
    """The rates that come with the program, in the file's order."""
    return tuple(parse((SHIPPED / FILE).read_bytes(), FILE, date.max - timedelta(days=1)))


@cache
def places() -> frozenset[tuple[str, str]]:
    """(vat_country, region) of every place that has rates; the region is empty for the state as a whole."""
    with (SHIPPED / "countries.csv").open(encoding="utf-8") as file:
        states = {(row["vat_country"], "") for row in csv.DictReader(file) if row["eu_from"] and not row["eu_to"]}
    with (SHIPPED / "territories.csv").open(encoding="utf-8") as file:
        regions = {(row["vat_country"], row["region"]) for row in csv.DictReader(file) if row["status"] == "eu"}
    return frozenset(states | regions)


def _records(content: bytes, name: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The records by column, each with its line. The header comes first, in any order; a blank line is none."""
    text = _text(content, name)
    header_line = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in header_line else ",", strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        if sorted(header) != sorted(COLUMNS):
            raise ConfigError(
                "CONFIG_RATES_UNREADABLE",
                path=name,
                line=1,
                value=header_line.strip()[:_SHOWN],
                expected=",".join(COLUMNS),
            )
        begins = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if len(cells) != len(header):
                    raise ConfigError(
                        "CONFIG_RATES_UNREADABLE", path=name, line=begins, value=len(cells), expected=len(header)
                    )
                yield begins, {column: cell.strip() for column, cell in zip(header, cells, strict=True)}
            begins = reader.line_num + 1
    except csv.Error as error:
        raise ConfigError(
            "CONFIG_RATES_UNREADABLE", path=name, line=reader.line_num, value=str(error), expected="CSV"
        ) from error


def _text(content: bytes, name: str) -> str:
    if len(content) > MAX_BYTES:
        raise ConfigError(
            "CONFIG_RATES_UNREADABLE", path=name, line=1, value=f"> {MAX_BYTES} bytes", expected=f"≤ {MAX_BYTES} bytes"
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, read = content[: error.start].count(b"\n") + 1, f"0x{content[error.start]:02x}"
        raise ConfigError("CONFIG_RATES_UNREADABLE", path=name, line=line, value=read, expected="UTF-8") from error
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise ConfigError("CONFIG_RATES_UNREADABLE", path=name, line=line, value="0x00", expected="UTF-8")
    return text


def _rate(cells: dict[str, str], line: int, today: date) -> Rate:
    """A row as a rate, or _Wrong of the first cell that does not pass."""
    key = _key(cells)
    if not _RATE.fullmatch(cells["rate"]):
        raise _Wrong("rate", cells["rate"], "25 | 25.5")
    rate = Decimal(cells["rate"])
    valid_from = _day("valid_from", cells["valid_from"])
    valid_to = _day("valid_to", cells["valid_to"]) if cells["valid_to"] else None
    if valid_to and valid_to < valid_from:
        raise _Wrong("valid_to", cells["valid_to"], f"≥ {valid_from}")
    checked_on = _day("checked_on", cells["checked_on"])
    if checked_on > today + timedelta(days=1):
        raise _Wrong("checked_on", cells["checked_on"], f"≤ {today}")
    _check(cells, "source", lambda text: 0 < len(text) <= MAX_SOURCE, f"1 … {MAX_SOURCE}")
    return Rate(key, rate, valid_from, valid_to, _kind(cells, rate), cells["source"], checked_on, line)


def _key(cells: dict[str, str]) -> Key:
    states = sorted(state for state, region in places() if not region)
    key = Key(cells["vat_country"], cells["region"], cells["category"])
    _check(cells, "vat_country", states.__contains__, ", ".join(states))
    regions = sorted(f'"{region}"' for state, region in places() if state == key.vat_country)
    _check(cells, "region", lambda region: f'"{region}"' in regions, " | ".join(regions))
    _check(cells, "category", lambda word: bool(_CATEGORY.fullmatch(word)), "standard | reduced | book | …")
    _check(cells, "category", lambda word: word != NO_RATE_CATEGORY, "standard | reduced | book | …")
    return key


def _kind(cells: dict[str, str], rate: Decimal) -> str:
    """The kind of the rate; zero is zero, and the standard rate is standard."""
    _check(cells, "kind", KINDS.__contains__, " | ".join(KINDS))
    if (cells["kind"] == "zero") != (rate == 0):
        raise _Wrong("kind", cells["kind"], "zero" if rate == 0 else " | ".join(KINDS[:-1]))
    if cells["category"] == "standard":
        _check(cells, "kind", "standard".__eq__, "standard")
    return cells["kind"]


def _check(cells: dict[str, str], column: str, passes: Callable[[str], bool], expected: str) -> None:
    if not passes(cells[column]):
        raise _Wrong(column, cells[column], expected)


def _day(column: str, text: str) -> date:
    """A day in ISO form within bounds; a 30th of February is told like any other wrong date."""
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or not FIRST_DAY <= day <= LAST_DAY:
        raise _Wrong(column, text, f"2026-07-01 ({FIRST_DAY} … {LAST_DAY})")
    return day
