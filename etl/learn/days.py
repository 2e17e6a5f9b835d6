"""How a column writes days and moments, as patterns of strptime, proven on all of its cells.

A day above the 12th proves the order of day and month. Where both orders fit every cell the order is open: both
patterns are given, and a person or a later file has to say.

>>> days_of({"31-12-2025", "01-02-2026"})
Days(formats=('%d-%m-%Y',), is_moment=False, is_open=False)
>>> days_of({"01/02/2026 14:05"})
Days(formats=('%d/%m/%Y %H:%M', '%m/%d/%Y %H:%M'), is_moment=True, is_open=True)
>>> days_of({"Dec 11, 2024"}).formats, days_of({"11-12-13x"})
(('%b %d, %Y',), None)
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

_NUMERIC = re.compile(r"(?P<a>\d{1,4})(?P<s>[-/.])(?P<b>\d{1,2})(?P=s)(?P<c>\d{1,4})(?!\d)")
_NAMED = re.compile(r"(?P<m>[A-Za-z]{3,9})(?P<s>[ -])(?P<d>\d{1,2})(?P<t>,? |-)(?P<y>\d{4}|\d{2})(?!\d)")
_DAY_NAMED = re.compile(r"(?P<d>\d{1,2})(?P<s>[ -])(?P<m>[A-Za-z]{3,9})(?P=s)(?P<y>\d{4}|\d{2})(?!\d)")
_TIME = re.compile(
    r"(?P<before>T|,? )\d{1,2}(?P<s>[:.])\d{2}(?P<seconds>(?P=s)\d{2}(?P<fraction>\.\d{1,6})?)?"
    r"(?P<half> ?[AaPp][Mm])?(?P<zone>Z| ?[+-]\d{2}:?\d{2})?"
)
_LONG_YEAR, _SHORT, _SHORT_MONTH = 4, 2, 3


@dataclass(frozen=True, slots=True)
class Days:
    """The patterns of a column. `is_open`: they hold both orders, because every cell fits both."""

    formats: tuple[str, ...]
    is_moment: bool
    is_open: bool

    def without(self, first: str) -> "Days":
        """Only the order of day and month that does not begin with that directive, where both are open."""
        kept = tuple(form for form in self.formats if not form.startswith(first))
        return Days(kept, self.is_moment, is_open=False) if self.is_open else self


def days_of(cells: Collection[str]) -> Days | None:
    """How the cells write days, or None where one of them is no day."""
    orders = [_fitting(cells, is_day_first=first) for first in (True, False)]
    found = [formats for formats in orders if formats]
    if not found:
        return None
    formats = tuple(dict.fromkeys(form for order in found for form in order))
    is_moment = any("%H" in form or "%I" in form for form in formats)
    return Days(formats, is_moment, len(found) > 1 and found[0] != found[1])


def _fitting(cells: Collection[str], *, is_day_first: bool) -> list[str]:
    """The patterns that together fit every cell, or none."""
    formats: dict[str, None] = {}
    for cell in cells:
        form = format_of(cell, is_day_first=is_day_first)
        if form is None or not _is_day(cell, form):
            return []
        formats[form] = None
    return sorted(formats)


def _is_day(cell: str, form: str) -> bool:
    try:
        datetime.strptime(cell, form)  # noqa: DTZ007 - only whether it is one
    except ValueError:
        return False
    return True


def format_of(cell: str, *, is_day_first: bool) -> str | None:
    """The pattern of one day or moment, or None where it looks like none."""
    for pattern in (_NUMERIC, _NAMED, _DAY_NAMED):
        if found := pattern.match(cell):
            day = _numeric(found, is_day_first=is_day_first) if pattern is _NUMERIC else _named(found)
            rest = cell[found.end() :]
            time = time_format(rest)
            return None if day is None or time is None else day + time
    return None


def _numeric(found: re.Match[str], *, is_day_first: bool) -> str | None:
    sign = found["s"]
    if len(found["a"]) == _LONG_YEAR:
        return sign.join(("%Y", "%m", "%d"))
    year = {_LONG_YEAR: "%Y", _SHORT: "%y"}.get(len(found["c"]))
    if year is None or len(found["a"]) > _SHORT:
        return None
    return sign.join(("%d", "%m", year) if is_day_first else ("%m", "%d", year))


def _named(found: re.Match[str]) -> str:
    month = "%b" if len(found["m"]) == _SHORT_MONTH else "%B"
    year = "%Y" if len(found["y"]) == _LONG_YEAR else "%y"
    if found.start("m") == 0:
        return f"{month}{found['s']}%d{found['t']}{year}"
    return f"%d{found['s']}{month}{found['s']}{year}"


def time_format(rest: str) -> str | None:
    """The pattern of what stands behind the day: nothing, or a time of day with or without its offset."""
    if not rest:
        return ""
    found = _TIME.fullmatch(rest)
    if found is None:
        return None
    hour = "%I" if found["half"] else "%H"
    form = f"{found['before']}{hour}{found['s']}%M"
    form += f"{found['s']}%S" if found["seconds"] else ""
    form += ".%f" if found["fraction"] else ""
    form += (" %p" if (found["half"] or "").startswith(" ") else "%p") if found["half"] else ""
    zone = found["zone"] or ""
    return form + ("Z" if zone == "Z" else " %z" if zone.startswith(" ") else "%z" if zone else "")
