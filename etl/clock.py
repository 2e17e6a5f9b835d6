"""The one seam to the clock. `ETL_NOW` (ISO 8601 with offset) fixes it, for tests and for reproducing a run."""

import os
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The moment in UTC."""
    fixed = os.environ.get("ETL_NOW")
    return datetime.fromisoformat(fixed).astimezone(UTC) if fixed else datetime.now(UTC)


def as_of(timezone: str) -> date:
    """Today in the company's time zone: the date by which timers fall due and nothing else is decided."""
    return now().astimezone(ZoneInfo(timezone)).date()
