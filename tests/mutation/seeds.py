"""Mutants of the seed tables: one cell of a CSV file changed, or one row left out.

Only what a decision reads is changed; texts, sources and names are not. A mutant is the whole text of the changed file.
"""

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

Row = Mapping[str, str]
_CONDITIONS = (
    "seller_registered", "line_kind", "route", "buyer", "buyer_number", "special", "oss", "threshold", "value_band",
    "local_from", "local_to",
)  # fmt: skip
_ANSWERS = (
    "treatment", "rate_source", "if_zero_rate", "dk_box", "esl", "oss_section", "hold_code", "hold_field",
)  # fmt: skip


class Mutant(NamedTuple):
    """A seed table with one thing changed: its name, the table, and the new text of its file."""

    name: str
    table: str
    text: str


def mutants(table: str, text: str) -> list[Mutant]:
    """Every mutant of a seed file, `table` one of vat_rules, vat_rates, territories, countries."""
    rows: list[Row] = list(csv.DictReader(text.splitlines()))
    found, seen = list[Mutant](), {_written(rows)}
    for place, row in enumerate(rows):
        changed = [("row dropped", rows[:place] + rows[place + 1 :])]
        changed += [(what, _with(rows, place, new)) for what, new in _CHANGES[table](rows, place)]
        if table == "vat_rules":
            changed += _after_the_next(rows, place)
        for what, new in changed:
            text = _written(new)
            if text not in seen:
                seen.add(text)
                found.append(Mutant(f"{table}:{_name(table, row)} {what}", table, text))
    return found


def _with(rows: Sequence[Row], place: int, changes: Row) -> list[Row]:
    return [{**row, **changes} if at == place else row for at, row in enumerate(rows)]


def _after_the_next(rows: Sequence[Row], place: int) -> list[tuple[str, list[Row]]]:
    """A rule and the one that comes next change places."""
    mine = rows[place]["priority"]
    later = [at for at, row in enumerate(rows) if mine and row["priority"] and int(row["priority"]) > int(mine)]
    if not later:
        return []
    other = min(later, key=lambda at: int(rows[at]["priority"]))
    swapped = _with(rows, place, {"priority": rows[other]["priority"]})
    return [(f"after {rows[other]['rule_id']}", _with(swapped, other, {"priority": mine}))]


def _name(table: str, row: Row) -> str:
    keys = {
        "vat_rules": ("rule_id",),
        "vat_rates": ("vat_country", "region", "category", "valid_from"),
        "territories": ("iso_country", "postcode_from", "city_part"),
        "countries": ("iso2",),
    }[table]
    return "/".join(row[key] for key in keys if row[key])


def _written(rows: Sequence[Row]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _of_rule(rows: Sequence[Row], place: int) -> Iterator[tuple[str, Row]]:
    """Conditions wider and narrower, answers of another rule, the days."""
    row = rows[place]
    for name in (name for name in _CONDITIONS if name in row):
        words = row[name].split("|")
        if row[name] != "any":
            yield f"{name} any", {name: "any"}
            others = sorted({w for r in rows for w in r[name].split("|")} - {"any", *words})
            if others:
                yield f"{name} + {others[0]}", {name: "|".join([*words, others[0]])}
        if len(words) > 1:
            for word in words:
                yield f"{name} - {word}", {name: "|".join(w for w in words if w != word)}
    for name in (name for name in _ANSWERS if name in row):
        others = sorted({r[name] for r in rows} - {row[name]})
        if others:
            other = others[place % len(others)]
            yield f"{name} -> {other!r}", {name: other}
    for name in ("valid_from", "valid_to"):
        if row[name]:
            yield from _of_day(row, name)
            yield f"{name} dropped", {name: ""}


def _of_rate(rows: Sequence[Row], place: int) -> Iterator[tuple[str, Row]]:
    row = rows[place]
    yield "rate + 1", {"rate": str(Decimal(row["rate"]) + 1)}
    yield "rate - 0.5", {"rate": str(Decimal(row["rate"]) - Decimal("0.5"))}
    for name in ("valid_from", "valid_to"):
        if row[name]:
            yield from _of_day(row, name)
    yield "category -> other", {"category": "book" if row["category"] != "book" else "reduced"}
    if row["region"]:
        yield "region dropped", {"region": ""}


def _of_day(row: Row, name: str) -> Iterator[tuple[str, Row]]:
    for days in (1, -1):
        yield f"{name} {days:+}", {name: (dt.date.fromisoformat(row[name]) + dt.timedelta(days=days)).isoformat()}


def _of_territory(rows: Sequence[Row], place: int) -> Iterator[tuple[str, Row]]:
    row = rows[place]
    yield "status turned", {"status": {"eu": "third", "third": "eu", "ask_city": "eu"}[row["status"]]}
    yield "state -> other", {"vat_country": "LU" if row["vat_country"] != "LU" else "DE"}
    if row["region"]:
        yield "region dropped", {"region": ""}
    if row["city_part"]:
        yield "city dropped", {"city_part": ""}
    if row["postcode_length"]:
        for n in (1, -1):
            yield f"length {n:+}", {"postcode_length": str(int(row["postcode_length"]) + n)}
    for name in ("postcode_from", "postcode_to"):
        if row[name].isdigit():
            for n in (1, -1):
                yield f"{name} {n:+}", {name: f"{int(row[name]) + n:0{len(row[name])}}"}


def _of_country(rows: Sequence[Row], place: int) -> Iterator[tuple[str, Row]]:
    """Days in the EU; for countries outside it only the codes of some, which are all alike."""
    row = rows[place]
    for name in ("eu_from", "eu_to"):
        if row[name]:
            yield from _of_day(row, name)
            yield f"{name} dropped", {name: ""}
    if row["eu_from"] or row["vat_country"] != row["iso2"] or row["needs_postcode"] == "true":
        yield "state -> other", {"vat_country": "XX"}
        yield "needs_postcode turned", {"needs_postcode": "false" if row["needs_postcode"] == "true" else "true"}
    elif place % 10 == 0:
        yield "eu_from given", {"eu_from": "1995-01-01"}


_CHANGES: dict[str, Callable[[Sequence[Row], int], Iterator[tuple[str, Row]]]] = {
    "vat_rules": _of_rule, "vat_rates": _of_rate, "territories": _of_territory, "countries": _of_country,
}  # fmt: skip
TABLES = tuple(_CHANGES)
