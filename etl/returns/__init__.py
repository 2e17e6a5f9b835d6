"""The reports that VAT returns are filed from, as plain data, text and files: `etl report`.

    oss         the One Stop Shop return as it is declared, its corrections, and Uniconta's OSS file
    tieout      why that return is not the VAT of the exported lines, line by line; what Uniconta's report leaves out
    sales-list  "EU-salg uden moms" in whole kroner, and the authority's file
    boxes       the boxes of the ordinary VAT return that our documents fill, in whole kroner
    threshold   how near the EUR 10,000 of the year are

What they hold is the snapshot's review views (835-841, 810-812); here it is chosen by period and told. Nothing is
decided and nothing is sent: people file.
"""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from etl.durable import replace_file
from etl.errors import UsageError
from etl.questions import ask
from etl.returns import oss_file, sales_list
from etl.returns.period import Kind, Period
from etl.store import Store

__all__ = ["NAMES", "Period", "Report", "report", "write"]

Row = dict[str, Any]
BOXES = ("SALGSMOMS", "B_GOODS_ESL", "B_GOODS_NO_ESL", "B_SERVICES", "C")
_SALES_LIST_DAY = 25


@dataclass(slots=True)
class Report:
    """A report of one period: tables by name, sentences (code and facts) to say with them, and files by name."""

    name: str
    period: str
    tables: dict[str, list[Row]] = field(default_factory=dict)
    notes: list[tuple[str, Row]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)

    def note(self, code: str, **facts: object) -> None:
        """Say the sentence of that code."""
        self.notes.append((code, facts))


@dataclass(frozen=True, slots=True)
class _Books:
    """What the reports know of the company, from the snapshot's settings."""

    country: str
    vat_number: str
    currency: str
    oss: str
    decimal: str
    encoding: str
    separator: str
    sales_list_period: Kind
    return_period: Kind

    @classmethod
    def read(cls, store: Store) -> "_Books":
        return cls(**ask(store, "return_company")[0])


def report(store: Store, name: str, period: str | None, today: date) -> Report:
    """The report of that name for a period as people write it; without one the last that ended before `today`.

    UsageError(PERIOD_UNKNOWN) where the report has no period of that kind.
    """
    books = _Books.read(store)
    kinds, make = _MADE[name]
    wanted = kinds(books)
    chosen = Period.parse(period, wanted) if period else _default(name, wanted[0], today)
    made = Report(name, str(chosen))
    make(store, books, chosen, made)
    return made


def _default(name: str, kind: Kind, today: date) -> Period:
    return Period.of(today, kind) if name == "threshold" else Period.before(today, kind)


def write(store: Store, made: Report, folder: Path, text: str) -> list[str]:
    """Write its text, a CSV per table and its files into a folder, over what is there; gives their names."""
    books = _Books.read(store)
    stem = f"{made.name}_{made.period}"
    files = {f"{stem}.txt": text.encode("utf-8")}
    files |= {f"{stem}_{name}.csv": _csv(rows, books) for name, rows in made.tables.items() if rows}
    files |= made.files
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        replace_file(folder / name, content)
    return sorted(files)


def _csv(rows: Sequence[Row], books: _Books) -> bytes:
    """Rows as a CSV file with a heading, in the encoding and with the decimal sign of [target]."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(rows[0])
    writer.writerows([_cell(value, books.decimal) for value in row.values()] for row in rows)
    return text.getvalue().encode(books.encoding, errors="replace")


def _cell(value: object, decimal: str) -> str:
    if value is None:
        return ""
    return f"{value:f}".replace(".", decimal) if hasattr(value, "quantize") else str(value)


def _oss(store: Store, books: _Books, period: Period, made: Report) -> None:
    rows = ask(store, "return_oss", [str(period)])
    made.tables["oss_filed"] = ask(store, "return_oss_filed", [str(period)])
    made.tables["oss_declaration"] = [row for row in rows if not row["correction_period"]]
    made.tables["oss_corrections"] = ask(store, "return_oss_corrections", [str(period)])
    made.tables["oss_totals"] = ask(store, "return_oss_totals", [str(period)])
    direct = store.dicts("select * from review.oss_direct where period = $1 order by all", [str(period)])
    made.tables["oss_direct"] = direct
    if books.oss == "none" and not rows:
        made.note("OSS_NOT_JOINED")
        return
    if not rows:
        made.note("OSS_NIL_RETURN", value=str(period))
    made.note("OSS_DUE", value=str(period), expected=period.month_after.last.isoformat())
    missing = sorted({name for row in rows if row["missing"] for name in row["missing"].split(", ")})
    is_complete = all(row["vat_company"] is not None for row in rows)
    for name in missing:
        made.note("OSS_EUR_MISSING" if is_complete else "OSS_RATE_MISSING", value=name, expected="eurofxref-hist.csv")
    negative = [row["vat_country"] for row in made.tables["oss_totals"] if (row["vat_eur"] or 0) < 0]
    if negative:
        made.note("OSS_STATE_REPAYS", value=", ".join(negative))
    if direct:
        made.note("OSS_CORRECTION_TOO_OLD", value=len(direct))
    _note_uniconta(store, period, made)
    if planned := store.value(
        "select count(distinct document_id) from review.oss_lines where period = $1 and state = 'planned'",
        [str(period)],
    ):
        made.note("OSS_NOT_SENT", value=planned)
    if is_complete:
        made.files[f"oss_uniconta_{period}.csv"] = _oss_file(books, made)


def _oss_file(books: _Books, made: Report) -> bytes:
    text = oss_file.render(
        made.tables["oss_filed"],
        made.tables["oss_corrections"],
        home=books.country,
        own_number=books.vat_number,
        scheme=books.oss,
        decimal=books.decimal,
    )
    return text.encode(
        "ascii"
    )  # the same bytes in whatever encoding; a mark in front would be read as part of the type


def _note_uniconta(store: Store, period: Period, made: Report) -> None:
    counted = "select count(*) from review.oss_uniconta where period = $1 and why <> 'rounding'"
    if count := store.value(counted, [str(period)]):
        made.note("OSS_UNICONTA_DIFFERS", value=count)


def _tieout(store: Store, books: _Books, period: Period, made: Report) -> None:
    del books
    sums = ask(store, "return_tieout", [str(period)])
    made.tables["oss_tieout"] = sums
    made.tables["oss_differences"] = ask(store, "return_tieout_lines", [str(period)])
    made.tables["oss_uniconta_sums"] = ask(store, "return_uniconta", [str(period)])
    made.tables["oss_uniconta"] = store.dicts(
        "select * exclude (period) from review.oss_uniconta where period = $1"
        " order by why <> 'debtor_country', document_id, line_no",
        [str(period)],
    )
    by_side = dict.fromkeys(("return", "exported", "difference", "not_sent"), Decimal("0.00"))
    for row in sums:
        by_side[row["side"]] += row["amount"]
    facts = {"value": by_side["return"] - by_side["exported"], "expected": by_side["difference"], "field": str(period)}
    made.note("OSS_TIES" if facts["value"] == facts["expected"] else "OSS_TIES_NOT", **facts)
    _note_uniconta(store, period, made)


def _sales_list(store: Store, books: _Books, period: Period, made: Report) -> None:
    rows = store.dicts("select * from review.sales_list where period = $1 order by country, vat_number", [str(period)])
    if books.currency != sales_list.CURRENCY:
        raise UsageError("SALES_LIST_CURRENCY", value=books.currency, expected=sales_list.CURRENCY)
    made.tables["sales_list"] = sales_list.whole_kroner(rows)
    text = sales_list.render(rows, vat_number=books.vat_number, period=period, separator=books.separator)
    if not text:
        made.note("SALES_LIST_NIL", value=str(period))
        return
    made.files[f"eu-salg-uden-moms_{period}.csv"] = text.encode("ascii")
    month = period.month_after
    made.note("SALES_LIST_DUE", value=str(period), expected=date(month.year, month.number, _SALES_LIST_DAY).isoformat())


def _boxes(store: Store, books: _Books, period: Period, made: Report) -> None:
    del books
    found = {row["box"]: row for row in store.dicts("select * from review.vat_boxes where period = $1", [str(period)])}
    nothing: Row = {"amount": Decimal("0.00"), "exact_amount": Decimal("0.00")}
    made.tables["vat_boxes"] = [
        {"box": box} | {name: found.get(box, nothing)[name] for name in nothing} for box in BOXES
    ]
    made.note("BOXES_NOT_OURS")


def _threshold(store: Store, books: _Books, period: Period, made: Report) -> None:
    rows = store.dicts("select * from review.oss_threshold where year = $1 order by supply_date", [period.year])
    made.tables["oss_threshold"] = rows
    if not rows:
        made.note("THRESHOLD_NO_SALES", value=period.year)
        return
    last = rows[-1]
    code = {"above": "THRESHOLD_PASSED", "near": "THRESHOLD_NEAR", "unknown": "THRESHOLD_UNKNOWN"}.get(
        last["status"], "THRESHOLD_BELOW"
    )
    made.note(code, value=last["running_eur"], expected=last["limit_eur"], field=last["share"])
    del books


_MADE: dict[str, tuple[Callable[[_Books], tuple[Kind, ...]], Callable[[Store, _Books, Period, Report], None]]] = {
    "oss": (lambda books: ("month", "quarter") if books.oss == "ioss" else ("quarter", "month"), _oss),
    "tieout": (lambda books: ("month", "quarter") if books.oss == "ioss" else ("quarter", "month"), _tieout),
    "sales-list": (lambda books: (books.sales_list_period,), _sales_list),
    "boxes": (lambda books: (books.return_period,), _boxes),
    "threshold": (lambda _: ("year",), _threshold),
}
NAMES = tuple(_MADE)
