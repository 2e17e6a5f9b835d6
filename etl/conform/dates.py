"""The date formats of a file: as the contract lists them, and in the order of day and month that the file proves.

Where a contract cannot know whether a file writes days or months first (it follows the language of an account), the
whole file decides and never a single cell: every date of it has to fit one order, and not all of them the other.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from etl.conform.amounts import tidied
from etl.conform.words import date_example, strptime_sql
from etl.contracts import Identified
from etl.contracts.writing import SHEET_DATES, SHEET_MOMENTS, Writing
from etl.store import Store

_SHEETS = ("xlsx", "workbook")


@dataclass(frozen=True, slots=True)
class Times:
    """The formats of days and of moments. `is_proven` False: both orders fit the file, and `both` shows how."""

    dates: tuple[str, ...]
    moments: tuple[str, ...]
    is_proven: bool = True
    both: str = ""

    def formats(self, *, is_moment: bool) -> list[str]:
        """The formats of a column, the likelier ones first."""
        return [*self.moments, *self.dates] if is_moment else [*self.dates, *self.moments]


def times_of(store: Store, identified: Identified, texts: Sequence[str]) -> Times:
    """The formats of this file, whose time columns are `texts` (SQL over `raw_records`)."""
    writing = identified.writing
    dates, moments = writing.date_formats, writing.moment_formats
    if identified.dialect.kind in _SHEETS or "_error" in identified.header:  # rows of ours keep what a sheet wrote
        dates, moments = (*SHEET_DATES, *dates), (*SHEET_MOMENTS, *moments)
    if writing.date_order != "infer" or not texts:
        return Times(dates, moments)
    orders = [_ordered(dates, moments, unwanted) for unwanted in ("month", "day")]
    fits = [_fits(store, texts, times) for times in orders]
    if all(fits) and not _agree(store, texts, orders):
        return Times(dates, moments, is_proven=False, both=_shown(writing))
    return next((times for times, fit in zip(orders, fits, strict=True) if fit), orders[0])


def _ordered(dates: Sequence[str], moments: Sequence[str], unwanted: str) -> Times:
    """The formats without those that begin with the unwanted one."""
    return Times(
        tuple(form for form in dates if _first(form) != unwanted),
        tuple(form for form in moments if _first(form) != unwanted),
    )


def _first(form: str) -> str:
    """Which of day and month stands first; year where that does."""
    found = re.search(r"%([dmYybB])", form)
    return {"d": "day", "m": "month", "b": "month", "B": "month"}.get(found[1] if found else "", "year")


def _fits(store: Store, texts: Sequence[str], times: Times) -> bool:
    """Does every filled cell follow these formats?"""
    formats = times.formats(is_moment=True)
    if not formats:
        return False
    tests = [f"coalesce(bool_and({strptime_sql(tidied(t), formats)} is not null)"
             f" filter ({tidied(t)} is not null), true)" for t in texts]  # fmt: skip
    return bool(store.value(f"select {' and '.join(tests)} from raw_records"))


def _agree(store: Store, texts: Sequence[str], orders: Sequence[Times]) -> bool:
    """Is every date the same in both orders?"""
    first, second = (times.formats(is_moment=True) for times in orders)
    tests = [
        f"bool_and({strptime_sql(tidied(t), first)} is not distinct from {strptime_sql(tidied(t), second)})"
        for t in texts
    ]
    return bool(store.value(f"select coalesce({' and '.join(tests)}, true) from raw_records"))


def _shown(writing: Writing) -> str:
    """How a date looks in each of the orders."""
    formats = [*writing.date_formats, *writing.moment_formats]
    return " / ".join(dict.fromkeys(date_example([f]) for f in formats))[:200]
