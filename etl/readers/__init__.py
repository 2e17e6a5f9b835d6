"""Readers: a file into the temp table `raw_records`, every row with its `source_record`. One module per format.

`raw_records`: (source_record, c1 .. cN), all text, in file order; the n-th column of the header is `c<n>`, only those
that the contract reads are there, and empty cells are NULL.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from etl.contracts import Identified
from etl.readers import csv, tables
from etl.readers.grid import ReadResult, Record, fanned_out, put
from etl.store import Store

__all__ = ["ReadResult", "Record", "read", "records", "rows"]


def read(store: Store, path: Path, identified: Identified) -> ReadResult:
    """Make `raw_records` of a file. Raises FileRejected where its records cannot be told apart for certain."""
    kind = identified.dialect.kind
    if kind == "csv" and not identified.contract.fan_out:
        return csv.read(store, path, identified)
    if kind == "xml":
        from etl.readers import xml

        return xml.read(store, path, identified)
    return put(store, rows(path, identified), identified)


def rows(path: Path, identified: Identified) -> Iterator[Record]:
    """Every row of a file, with its place and its cells as they stand there under the header."""
    yield from fanned_out(_records(path, identified), identified)


def _records(path: Path, identified: Identified) -> Iterator[Record]:
    kind = identified.dialect.kind
    if kind == "csv":
        yield from csv.every_record(path, identified)
    elif kind == "xml":
        from etl.readers import xml

        yield from xml.rows(path, identified)
    elif kind in {"xlsx", "workbook"}:
        yield from tables.sheet_rows(path, identified)
    else:
        text = tables.text_of(path, identified.dialect)
        yield from tables.odd(kind).rows(text, identified.contract)


def records(path: Path, identified: Identified, wanted: Iterable[int]) -> list[Record]:
    """Those rows of a file, by ordinal, in file order."""
    asked = set(wanted)
    last = max(asked, default=0)
    found = []
    for row in rows(path, identified):
        if row.source_record > last:
            break
        if row.source_record in asked:
            found.append(row)
    return found
