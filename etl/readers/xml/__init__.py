"""XML files into rows: one record after another, in memory that does not grow with the file.

Only the document itself is read: no DTD, no entity but the five of XML, nothing from the network. An element's text
is all its text, whatever comments stand inside it. Where a path occurs several times in one record and says different
things, its texts stand below each other: a description is then whole, and an amount is no number, which is told.

There are three ways to the same rows: `plain` (by the text, where that is certain), `flattening` (by the tree), and
`rows` here (by XPath, with the place of each row, for people).
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, cast

from lxml import etree

from etl.contracts import Contract, Identified, folded, shipped
from etl.contracts.limits import MAX_CELL, MAX_RECORD, MAX_RECORDS
from etl.contracts.writing import Xml
from etl.errors import FileRejected
from etl.readers.grid import TABLE, ReadResult, Record, wanted_columns
from etl.readers.xml.flattening import Flattening, text_of
from etl.readers.xml.namespaces import names_of
from etl.readers.xml.parsing import Element, local, parsed, root_element
from etl.readers.xml.paths import ROWS, Names, column_of, named
from etl.readers.xml.places import Places
from etl.readers.xml.plain import NotPlain, Plain
from etl.readers.xml.schema import check_schema
from etl.store import Store

if TYPE_CHECKING:
    import polars as pl

_LOOKED_AT = 200  # records in which columns are looked for that the contract does not name
_BATCH = 10_000  # rows that go into the table at once
_LAST_LINE = 65_535  # beyond it the parser's line numbers are no longer those of the file
_ANY = Names(is_mixed=True)


@dataclass(frozen=True, slots=True)
class Root:
    """The root element of a file: its local name and its namespace, "" where it has none."""

    name: str
    namespace: str


def _form(contract: Contract) -> Xml:
    """How the contract's XML is written."""
    if contract.xml is None:
        raise ValueError(f"{contract.source} has no [xml]")
    return contract.xml


def root_of(path: Path) -> Root:
    """The root element. Raises FileRejected: XML_DOCTYPE, FILE_EMPTY, or FILE_DAMAGED where it is not well-formed."""
    root = root_element(path)
    return Root(local(root), root.nsmap.get(root.prefix) or "")


@dataclass(frozen=True, slots=True)
class Head:
    """The paths of a file's columns: those that the contract names, then others; `seen` are in the first records."""

    header: tuple[str, ...]
    seen: frozenset[str]


def head_of(path: Path, contract: Contract) -> Head | None:
    """What the columns of a file are under a contract, or None where the file has no record of it."""
    records = 0
    seen: dict[str, None] = {}
    with closing(parsed(path, _form(contract).record, _ANY)) as elements:
        for element in islice(elements, _LOOKED_AT):
            records += 1
            seen |= dict.fromkeys(_leaves(element, ""))
    if not records:
        return None
    known = named(contract)
    others = [name for name in seen if name not in known]
    header = (*known, *others, *([ROWS] if _form(contract).rows else []))
    return Head(header, frozenset(map(folded, seen)))


def _leaves(element: Element, above: str) -> Iterator[str]:
    """The paths of what has text or attributes below a record."""
    for name in map(str, element.attrib):
        if not name.startswith("{"):
            yield f"{above}@{name}"
    for child in element.iterchildren(tag=etree.Element):
        path = above + local(child)
        if len(child) == 0:
            yield path
        yield from _leaves(child, f"{path}/")


def rows(path: Path, identified: Identified) -> Iterator[Record]:
    """Every row with its line and its XPath: the slow way, for the few that people ask about."""
    xml = _form(identified.contract)
    columns = [(column_of(name, xml.rows), _text_at(name, xml.rows)) for name in identified.header[: identified.width]]
    finders = {path: etree.XPath(_ANY.xpath(path)) for path in xml.rows}
    places, ordinal = Places(), 0
    for element in parsed(path, xml.record, _ANY):
        found = [(kind, row) for kind, find in finders.items() for row in cast("list[Element]", find(element))]
        for kind, row in found or [("", element)]:
            ordinal += 1
            cells = []
            for column, find_text in columns:
                if find_text is None:
                    cells.append(kind)
                else:
                    is_there = column.rows in {"", kind}
                    cells.append(text_of(find_text(row if column.rows else element)) if is_there else "")
            yield Record(ordinal, _line_of(row), cells, place=places.of(element, row))


def _text_at(name: str, rows: Sequence[str]) -> etree.XPath | None:
    """What finds the text of a column; None for the column that says what kind of row it is."""
    return None if name == ROWS else etree.XPath(_ANY.xpath(column_of(name, rows).path))


def _line_of(element: Element) -> int:
    """The line on which an element begins, 0 where that is not certain."""
    line = int(cast("int", element.sourceline) or 0)
    return line if line < _LAST_LINE else 0


def read(store: Store, path: Path, identified: Identified) -> ReadResult:
    """Make `raw_records` of a file: by its text where it is plain, else by its tree."""
    import polars as pl  # an import of 0.3 s that plain CSV does not need

    xml = _form(identified.contract)
    if xml.xsd:
        check_schema(path, shipped() / xml.xsd)
    wanted = wanted_columns(identified)
    header, fields = [identified.header[p] for p in wanted], [f"c{p + 1}" for p in wanted]
    empty = pl.DataFrame(schema={"source_record": pl.Int64} | dict.fromkeys(fields, pl.String))
    store.put(TABLE, empty)
    try:
        return _filled(store, Plain(xml, header, fields).frames(path), fields)
    except NotPlain:
        store.put(TABLE, empty)  # without what was put there before that was seen
    flattening = Flattening(xml.record, xml.rows, header, names_of(path))
    return _filled(store, flattening.frames(path, fields), fields)


def _filled(store: Store, frames: Iterator["pl.DataFrame"], fields: list[str]) -> ReadResult:
    """Put rows into the table, numbered from 1; those that say nothing only count."""
    import polars as pl

    total = count = 0
    for frame in _batches(frames):
        numbered = frame.with_row_index("source_record", offset=count + 1).cast({"source_record": pl.Int64})
        count += len(frame)
        _check(numbered, fields, count)
        says = frame.select(pl.any_horizontal(pl.col(fields).is_not_null())).to_series()
        filled = numbered if says.all() else numbered.filter(says)
        store.put(TABLE, filled, append=True)
        total += len(filled)
    return ReadResult(total)


def _batches(frames: Iterator["pl.DataFrame"]) -> Iterator["pl.DataFrame"]:
    """The same rows in larger frames."""
    import polars as pl

    waiting: list[pl.DataFrame] = []
    for frame in frames:
        waiting.append(frame)
        if sum(map(len, waiting)) >= _BATCH:
            yield pl.concat(waiting)
            waiting = []
    if waiting:
        yield pl.concat(waiting)


def _check(frame: "pl.DataFrame", fields: list[str], count: int) -> None:
    """Nothing is larger than what is read."""
    import polars as pl

    if count > MAX_RECORDS:
        raise FileRejected("FILE_TOO_LARGE", field="records", value=count, expected=MAX_RECORDS)
    # Bytes cost nothing to count and are never fewer than characters; those are counted where it is near.
    if max(_sizes(frame, pl.col(fields).str.len_bytes())) <= min(MAX_CELL, MAX_RECORD):
        return
    longest, largest = _sizes(frame, pl.col(fields).str.len_chars())
    if longest > MAX_CELL:
        raise FileRejected("FILE_TOO_LARGE", field="cell", value=f"> {MAX_CELL}", expected=MAX_CELL)
    if largest > MAX_RECORD:
        raise FileRejected("FILE_TOO_LARGE", field="record", value=largest, expected=MAX_RECORD)


def _sizes(frame: "pl.DataFrame", sizes: "pl.Expr") -> tuple[int, int]:
    """The largest size of a cell and of a row, 0 where there is none."""
    import polars as pl

    cells = sizes.fill_null(0)
    longest = pl.max_horizontal(cells.max()).alias("cell")
    longest_size, largest_size = frame.select(longest, pl.sum_horizontal(cells).max().alias("record")).row(0)
    return int(longest_size or 0), int(largest_size or 0)
