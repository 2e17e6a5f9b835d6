"""What every reader gives: records in file order, each with its ordinal, its place and its cells under a header.

A record of a table may become several rows (`[fan_out]` of the contract): each filled, non-zero cell of the columns
named there is one, with the record's other cells beside it. Rows are numbered, records keep their ordinal as `origin`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import count, islice

from etl.contracts import Contract, Identified, bind, folded
from etl.contracts.limits import MAX_CELL, MAX_RECORD, MAX_RECORDS
from etl.contracts.writing import FanOut
from etl.errors import FileRejected
from etl.store import Store

TABLE = "raw_records"
COLUMN, CELL = "#column", "#cell"
_BATCH = 10_000
_NOTHING = re.compile(r"[+-]?0*[.,]?0*")


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its ordinal behind the header (from 1), the physical line or sheet row, its cells as they stand.

    `place` is what a person finds it by where a line says too little: a cell (`Sheet!A17`) or an XPath. `origin` is
    the ordinal in the file of the record that this row was made of, where one record becomes several rows; else 0.
    """

    source_record: int
    line: int
    cells: list[str]
    place: str = ""
    origin: int = 0

    @property
    def is_empty(self) -> bool:
        """Do its cells say nothing at all?"""
        return not any(self.cells)


@dataclass(frozen=True, slots=True)
class ReadResult:
    """How many records were put in `table`; records whose cells are all empty are not among them."""

    record_count: int
    table: str = TABLE


def wanted_columns(identified: Identified) -> list[int]:
    """The positions (from 0) of the columns that the contract reads, from the left."""
    contract, header = identified.contract, identified.header
    positions = {p for places in bind(contract, header).values() for p in places}
    named = [*(contract.extra.columns if contract.extra else ()), *contract.skip, "_row"]
    named += [contract.attributes.column] if contract.attributes else []
    named += contract.table.fill_down.values() if contract.table else ()
    names = [folded(name) for name in header]
    return sorted(positions | {names.index(folded(name)) for name in named if folded(name) in names})


def put(store: Store, rows: Iterable[Record], identified: Identified) -> ReadResult:
    """Make `raw_records` of rows, ten thousand at a time: text, empty cells NULL, empty rows left out."""
    import polars as pl  # an import of 0.3 s that plain CSV does not need

    wanted = wanted_columns(identified)
    schema = {"source_record": pl.Int64} | {f"c{p + 1}": pl.String for p in wanted}
    store.put(TABLE, pl.DataFrame(schema=schema))
    total, remaining = 0, iter(rows)
    while batch := list(islice(remaining, _BATCH)):
        full = [row for row in map(_checked, batch) if any(row.cells[p] for p in wanted)]
        columns: dict[str, Sequence[object]] = {"source_record": [row.source_record for row in full]}
        columns |= {f"c{p + 1}": [row.cells[p].replace("\0", " ") or None for row in full] for p in wanted}
        store.put(TABLE, pl.DataFrame(columns, schema=schema), append=True)
        total += len(full)
    return ReadResult(total)


def _checked(row: Record) -> Record:
    """The row, if it is not larger than what is read."""
    if row.source_record > MAX_RECORDS:
        raise FileRejected("FILE_TOO_LARGE", field="records", value=row.source_record, expected=MAX_RECORDS)
    if sum(map(len, row.cells)) > MAX_RECORD:
        size = sum(map(len, row.cells))
        raise FileRejected("FILE_TOO_LARGE", line=row.line, field="record", value=size, expected=MAX_RECORD)
    if max(map(len, row.cells), default=0) > MAX_CELL:
        raise FileRejected("FILE_TOO_LARGE", line=row.line, field="cell", value=f"> {MAX_CELL}", expected=MAX_CELL)
    return row


def made_columns(contract: Contract) -> tuple[str, ...]:
    """The columns that `[fan_out]` adds behind those of the file."""
    if contract.fan_out is None:
        return ()
    named = {name for reading in contract.columns.values() for name in reading.every_name} | contract.skip.keys()
    keys = sorted(name for name in named if name.startswith("#") and name not in {COLUMN, CELL})
    return (COLUMN, CELL, *keys)


def fanned_out(records: Iterable[Record], identified: Identified) -> Iterator[Record]:
    """The rows that the records become, numbered anew; the records themselves where the contract has no `[fan_out]`."""
    fan_out = identified.contract.fan_out
    if fan_out is None:
        yield from records
        return
    made = made_columns(identified.contract)
    physical = identified.header[: identified.width]
    fanned = [i for i, name in enumerate(physical) if any(_fits(name, pattern) for pattern in fan_out.columns)]
    number = count(1)
    for record in records:
        for row in _rows_of(record, fan_out, fanned, physical, made):
            yield replace(row, source_record=next(number), origin=record.source_record)


def _rows_of(
    record: Record, fan_out: FanOut, fanned: Sequence[int], physical: Sequence[str], made: Sequence[str]
) -> Iterator[Record]:
    if record.is_empty:
        return
    if fan_out.keep_head:
        yield replace(record, cells=[*record.cells, *("" for _ in made)])
    for position in fanned:
        cell = record.cells[position].strip()
        if cell and not _NOTHING.fullmatch(cell):
            pairs = _pairs(cell, fan_out)
            facts = {COLUMN: physical[position], CELL: cell}
            cells = [*record.cells, *(facts.get(name) or pairs.get(folded(name), "") for name in made)]
            yield replace(record, cells=cells)


def _pairs(cell: str, fan_out: FanOut) -> dict[str, str]:
    """`key:value|key:value` as `#key` -> value; of a key that comes twice the first."""
    if fan_out.pairs is None:
        return {}
    found: dict[str, str] = {}
    for pair in cell.split(fan_out.pairs.separator):
        key, _, value = pair.partition(fan_out.pairs.between)
        found.setdefault(folded(f"#{key}"), value.strip())
    return found


def _fits(name: str, pattern: str) -> bool:
    return fnmatchcase(folded(name), folded(pattern))
