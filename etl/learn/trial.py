"""The draft run on its file, as every file is: identified, read, conformed and staged, in a database in memory."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from etl import golden
from etl.contracts import Contract

MOST_SHOWN = 10
_MOST_COLUMNS = 8
_ORDER_COLUMNS = (
    "order_no",
    "order_date",
    "state",
    "customer_name",
    "currency",
    "order_total",
    "order_vat",
    "payment_method",
)


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of the file: the first ten orders or rows, how many rows were staged, skipped and rejected, and why.

    `rejects`: by reason and column, how many, and what was read in the first.
    """

    rows: list[dict[str, Any]]
    staged: int
    skipped: int
    rejected: int
    refused: str = ""
    rejects: list[dict[str, Any]] = field(default_factory=list)
    controls: list[dict[str, Any]] = field(default_factory=list)


def try_out(path: Path, contract: Contract, *, timezone: str) -> Trial:
    """Run a contract on a file."""
    told = golden.expectation(path, {contract.source: contract}, timezone=timezone)
    if refused := told.get("refused"):
        return Trial([], 0, 0, 0, refused=str(refused))
    rows = list(told["rows"])
    shown = _orders(rows) if contract.entity == "orders" else _rows(rows)
    rejects = told.get("rejects", [])
    return Trial(
        shown, len(rows), len(told.get("skipped", [])), len(rejects), rejects=_grouped(rejects),
        controls=told.get("controls", []),
    )  # fmt: skip


def _orders(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The first ten orders, each with its own facts and how many lines it has."""
    found: dict[str, dict[str, Any]] = {}
    lines: Counter[str] = Counter()
    for row in rows:
        number = str(row.get("order_no"))
        lines[number] += 1
        order = found.setdefault(number, {})
        for column in _ORDER_COLUMNS:
            if column in row:
                order.setdefault(column, row[column])
    shown = list(found.items())[:MOST_SHOWN]
    used = [column for column in _ORDER_COLUMNS if any(column in order for _, order in shown)]
    return [{**{column: order.get(column) for column in used}, "lines": lines[number]} for number, order in shown]


def _rows(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first ten rows, of each the columns that differ most."""
    shown = rows[:MOST_SHOWN]
    names = dict.fromkeys(name for row in shown for name in row if name != "source_record")
    differing = sorted(names, key=lambda name: -len({row.get(name) for row in shown}))[:_MOST_COLUMNS]
    used = [name for name in names if name in differing]
    return [{name: row.get(name) for name in used} for row in shown]


def _grouped(rejects: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for reject in rejects:
        groups.setdefault((reject["reason_code"], str(reject.get("column_name"))), []).append(reject)
    return [
        {"reason_code": reason, "column": column, "rows": len(found), "value_read": found[0].get("value_read")}
        for (reason, column), found in groups.items()
    ]
