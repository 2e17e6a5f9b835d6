"""A report as text for people: its tables with the columns that matter, then what there is to say of it."""

from collections.abc import Sequence
from typing import Any

from etl.returns import Report
from etl.show import Page

_COLUMNS: dict[str, Sequence[str]] = {
    "oss_declaration": (
        "vat_country", "supply_kind", "dispatch_country", "rate_type", "vat_rate", "net_amount", "vat_amount",
        "currency", "net_company", "vat_company", "net_eur", "vat_eur", "currency_rate", "company_rate",
        "rate_date",
    ),
    "oss_threshold": ("supply_date", "sales", "net_eur", "running_eur", "share", "status"),
}  # fmt: skip
# Columns whose values are words of ours, and how those words begin.
_WORDS = {
    "box": "box", "what": "tie", "side": "side", "why": "why", "supply_kind": "kind", "rate_type": "rate",
    "scheme": "scheme", "status": "limit",
}  # fmt: skip
# How many rows of a long table are told; the files have them all.
_MOST_ROWS = 40


def tell(page: Page, made: Report) -> None:
    """Write the report on a page: heading, tables, sentences."""
    page.heading(f"report_{made.name.replace('-', '_')}")
    page.line(made.period)
    for name, rows in made.tables.items():
        kept = rows[-_MOST_ROWS:] if name == "oss_threshold" else rows[:_MOST_ROWS]
        page.table(_shown(page, name, kept), heading=name)
        if len(kept) < len(rows):
            page.say("report_more", count=len(rows) - len(kept))
    page.line()
    for code, facts in made.notes:
        page.message(code, facts)


def _shown(page: Page, name: str, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows as they are told: the columns that matter, under headings of ours."""
    if not rows:
        return []
    currency = rows[0].get("company_currency")
    columns = [column for column in _COLUMNS.get(name, rows[0]) if column != "company_currency"]
    headings = {column: _heading(page, column, currency) for column in columns}
    return [{headings[column]: _told(page, column, row[column]) for column in columns} for row in rows]


def _heading(page: Page, column: str, currency: str | None) -> str:
    """What stands above a column here; elsewhere, as for `etl sql`, columns go by their own names."""
    key = f"column_{column}"
    word = page.word(key, currency=currency)
    return column if word == key else word


def _told(page: Page, column: str, value: Any) -> Any:
    """A value as it is told: a word of ours, a rate without zeros at its end."""
    if column in _WORDS:
        return page.word(f"{_WORDS[column]}_{value}")
    return f"{value.normalize():f}" if column.endswith("_rate") and value is not None else value
