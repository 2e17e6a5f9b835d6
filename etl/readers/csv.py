"""CSV files into the temp table `raw_records`: (source_record, c1 .. cN), all text, in file order.

The cell of the n-th column of the file is `c<n>`; only the columns that the contract reads are there. Empty cells are
NULL. Two readers give the same rows (a property test holds them together): the engine's, where an independent look at
the bytes proves that it will read what stands there, and the careful one, which names line and column of what is wrong.
"""

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from etl.contracts import Identified
from etl.contracts.limits import MAX_CELL, MAX_RECORDS
from etl.errors import FileRejected
from etl.readers.careful import damaged, records_of, utf8_copy
from etl.readers.grid import TABLE, ReadResult, Record, wanted_columns
from etl.readers.structure import structure_of
from etl.store import CsvRefused, Store

_GLOB_SIGNS = frozenset("*?[]{}")
_UTF8_MARK = b"\xef\xbb\xbf"


def read(store: Store, path: Path, identified: Identified) -> ReadResult:
    """Make `raw_records` of a file. Raises FileRejected where its records cannot be told apart for certain."""
    count = _read_quickly(store, path, identified) if _is_plain_utf8(path, identified) else None
    if count is None:
        with utf8_copy(path, identified.dialect) as copy:
            if not _is_plain_utf8(path, identified):
                count = _read_quickly(store, copy, identified)
            if count is None:
                count = _read_carefully(store, copy, identified)
    if count > MAX_RECORDS:
        raise FileRejected("FILE_TOO_LARGE", field="records", value=count, expected=MAX_RECORDS)
    return ReadResult(count)


def physical_line(path: Path, identified: Identified, source_record: int) -> int:
    """The line of the file (from 1) on which a record begins: what a person's editor shows."""
    return next(r.line for r in every_record(path, identified) if r.source_record == source_record)


def every_record(path: Path, identified: Identified) -> Iterator[Record]:
    """The records of a file, with their cells as they stand there, in file order."""
    with utf8_copy(path, identified.dialect) as copy:
        yield from records_of(copy, identified)


def _is_plain_utf8(path: Path, identified: Identified) -> bool:
    """Can the engine be given the file itself: UTF-8, only header and data, no sign in its path that it expands?"""
    dialect = identified.dialect
    if dialect.encoding != "utf-8" or dialect.end != path.stat().st_size or _GLOB_SIGNS & set(str(path)):
        return False
    with path.open("rb") as file:
        return dialect.start == (len(_UTF8_MARK) if file.read(3) == _UTF8_MARK else 0)


def _read_quickly(store: Store, path: Path, identified: Identified) -> int | None:
    """The number of records that the engine read, or None where it is not certain that it read them right."""
    header, delimiter = identified.header, identified.dialect.delimiter
    names, wanted = _names(range(len(header))), _names(wanted_columns(identified))
    with path.open("rb") as file:
        start = len(_UTF8_MARK) if file.read(3) == _UTF8_MARK else 0
    structure = structure_of(path, delimiter=delimiter, columns=len(header), start=start)
    if not structure.is_plain:
        return None
    try:
        count = store.read_csv(TABLE, path, header=names, wanted=wanted, delimiter=delimiter)
    except CsvRefused:
        return None
    if structure.records != count + 1:
        return None
    is_empty = " and ".join(f"{name} is null" for name in wanted) or "true"
    is_long = " or ".join(f"strlen({name}) > {MAX_CELL}" for name in wanted) or "false"
    suspicious = f"select count(*) from {TABLE} where ({is_empty}) or {is_long}"
    return None if store.value(suspicious) else count


def _read_carefully(store: Store, copy: Path, identified: Identified) -> int:
    """The number of records, read one by one and handed to the engine in the plainest form there is."""
    wanted = wanted_columns(identified)
    empty: list[int] = []
    with _plainest(records_of(copy, identified), wanted, empty) as plain:
        names = _names(wanted)
        try:
            count = store.read_csv(TABLE, plain, header=names, wanted=names, delimiter=",")
        except CsvRefused as error:
            raise damaged(identified.dialect.header_line, value="csv", expected="csv") from error
    if empty:
        store.rows(f"delete from {TABLE} where source_record in (select unnest($1::bigint[]))", [empty])
    return count - len(empty)


@contextmanager
def _plainest(found: Iterable[Record], wanted: Sequence[int], empty: list[int]) -> Iterator[Path]:
    """A temporary CSV of the wanted cells: every cell quoted, no NUL; the ordinals of empty records go into `empty`."""
    with tempfile.NamedTemporaryFile("w", prefix="etl-", suffix=".csv", encoding="utf-8", newline="") as plain:
        writer = csv.writer(plain, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(_names(wanted))
        for record in found:
            if record.is_empty:
                empty.append(record.source_record)
            writer.writerow([record.cells[position].replace("\0", " ") for position in wanted])
        plain.flush()
        yield Path(plain.name)


def _names(positions: Iterable[int]) -> list[str]:
    return [f"c{position + 1}" for position in positions]
