"""Periods of returns, as they are written: `2026-11`, `2026Q4`, `2026H2`, `2026`."""

import calendar
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from etl.errors import UsageError

Kind = Literal["month", "quarter", "half_year", "year"]
_FORMS: dict[Kind, re.Pattern[str]] = {
    "month": re.compile(r"(20\d\d)-(0[1-9]|1[0-2])"),
    "quarter": re.compile(r"(20\d\d)-?Q([1-4])"),
    "half_year": re.compile(r"(20\d\d)-?H([12])"),
    "year": re.compile(r"(20\d\d)"),
}
_MONTHS: dict[Kind, int] = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
_SIGNS: dict[Kind, str] = {"quarter": "Q", "half_year": "H"}
EXAMPLES: dict[Kind, str] = {"month": "2026-11", "quarter": "2026Q4", "half_year": "2026H2", "year": "2026"}


@dataclass(frozen=True, slots=True)
class Period:
    """A period of a year: the `number`-th of its kind, from 1."""

    kind: Kind
    year: int
    number: int = 1

    @classmethod
    def parse(cls, text: str, kinds: Collection[Kind]) -> "Period":
        """The period that a text writes. UsageError(PERIOD_UNKNOWN) where it writes none of these kinds."""
        for kind in kinds:
            if found := _FORMS[kind].fullmatch(text.strip().upper()):
                return cls(kind, int(found[1]), int(found[2]) if kind != "year" else 1)
        raise UsageError("PERIOD_UNKNOWN", value=text, expected=", ".join(EXAMPLES[kind] for kind in kinds))

    @classmethod
    def before(cls, day: date, kind: Kind) -> "Period":
        """The last period of its kind that ended before a day."""
        return cls.of(cls.of(day, kind).first - timedelta(days=1), kind)

    @classmethod
    def of(cls, day: date, kind: Kind) -> "Period":
        """The period of its kind that a day lies in."""
        return cls(kind, day.year, (day.month - 1) // _MONTHS[kind] + 1)

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, (self.number - 1) * _MONTHS[self.kind] + 1, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        month = self.number * _MONTHS[self.kind]
        return date(self.year, month, calendar.monthrange(self.year, month)[1])

    @property
    def month_after(self) -> "Period":
        """The month after its end, in which it is filed."""
        return Period.of(self.last + timedelta(days=1), "month")

    def __str__(self) -> str:
        """As it is written."""
        if self.kind == "month":
            return f"{self.year}-{self.number:02d}"
        return f"{self.year}{_SIGNS[self.kind]}{self.number}" if self.kind in _SIGNS else str(self.year)
