"""XML files into rows: one record after another, in memory that does not grow with the file.

Only the document itself is read: no DTD, no entity but the five of XML, nothing from the network. An element's text
is all its text, whatever comments stand inside it. Where a path occurs several times in one record, its texts stand
below each other: a description is then whole, and an amount is no number, which is told.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, cast

from lxml import etree

from etl.contracts import Contract, Identified, folded, shipped
from etl.contracts.limits import MAX_CELL, MAX_RECORDS
from etl.contracts.writing import Xml
from etl.errors import FileRejected
from etl.readers.grid import TABLE, ReadResult, Record, wanted_columns
from etl.readers.xml.flattening import Flattening, text_of
from etl.readers.xml.parsing import damaged, parsed, validated
from etl.readers.xml.paths import ROWS, Names, column_of, named
from etl.store import Store

if TYPE_CHECKING:
    import polars as pl

Element = etree._Element  # noqa: SLF001 - the stubs have no public name for it
_LOOKED_AT = 200  # records in which columns are looked for that the contract does not name
_HEAD_BYTES = 1 << 16


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
    """The root element. Raises FileRejected: XML_DOCTYPE, or FILE_DAMAGED where the beginning is not well-formed."""
    parser = etree.XMLPullParser(("start",), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        with path.open("rb") as file:
            while data := file.read(_HEAD_BYTES):
                parser.feed(data)
                for _, started in parser.read_events():
                    element = cast("Element", started)
                    if element.getroottree().docinfo.internalDTD is not None:
                        raise FileRejected("XML_DOCTYPE", value=path.name)
                    name = etree.QName(element)
                    return Root(name.localname, name.namespace or "")
        parser.close()
    except etree.XMLSyntaxError as error:
        raise damaged(error) from error
    raise FileRejected("FILE_EMPTY", value=path.name)


@dataclass(frozen=True, slots=True)
class Head:
    """The paths of a file's columns: those that the contract names, then others; `seen` are in the first records."""

    header: tuple[str, ...]
    seen: frozenset[str]


def head_of(path: Path, contract: Contract) -> Head | None:
    """What the columns of a file are under a contract, or None where the file has no record of it."""
    names, records = names_of(path, contract), 0
    seen: dict[str, None] = {}
    with closing(parsed(path, _form(contract).record, names)) as elements:
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
        path = above + etree.QName(child).localname
        if len(child) == 0:
            yield path
        yield from _leaves(child, f"{path}/")


def names_of(path: Path, contract: Contract) -> Names:
    """How the elements of a file are named: all in the root's namespace, or mixed."""
    root = root_of(path)
    mixed = Names(root.namespace, is_mixed=True)
    with closing(parsed(path, _form(contract).record, mixed)) as elements:
        first = next(elements, None)
        found = set() if first is None else {etree.QName(e).namespace or "" for e in first.iter(tag=etree.Element)}
    return mixed if found - {root.namespace} else Names(root.namespace)


def rows(path: Path, identified: Identified) -> Iterator[Record]:
    """Every row with its line and its XPath: the slow way, for the few that people ask about."""
    xml = _form(identified.contract)
    names, header = names_of(path, identified.contract), identified.header
    columns = [column_of(name, xml.rows) for name in header]
    texts = [
        etree.XPath(names.xpath(column.path), namespaces=names.map) if name != ROWS else None
        for name, column in zip(header, columns, strict=True)
    ]
    ordinal = 0
    for element in parsed(path, xml.record, names):
        found = [(rows_path, row) for rows_path in xml.rows for row in _found(element, rows_path, names)]
        for rows_path, row in found or [("", element)]:
            ordinal += 1
            cells = []
            for column, xpath in zip(columns, texts, strict=True):
                if xpath is None:
                    cells.append(rows_path)
                elif column.rows:
                    cells.append(text_of(xpath(row)) if column.rows == rows_path else "")
                else:
                    cells.append(text_of(xpath(element)))
            place = row.getroottree().getpath(row)
            yield Record(ordinal, int(cast("int", row.sourceline) or 0), cells, place=place)


def _found(element: Element, path: str, names: Names) -> list[Element]:
    return cast("list[Element]", element.xpath(names.xpath(path), namespaces=names.map))


def read(store: Store, path: Path, identified: Identified) -> ReadResult:
    """Make `raw_records` of a file: the quick way, a few hundred records at a time, flattened by a stylesheet."""
    import polars as pl

    xml = _form(identified.contract)
    if xml.xsd:
        validated(path, shipped() / xml.xsd)
    wanted = wanted_columns(identified)
    names = names_of(path, identified.contract)
    flattening = Flattening(xml.record, xml.rows, [identified.header[p] for p in wanted], names)
    fields = [f"c{p + 1}" for p in wanted]
    store.put(TABLE, pl.DataFrame(schema={"source_record": pl.Int64} | dict.fromkeys(fields, pl.String)))
    total = count = 0
    for frame in flattening.frames(path, fields):
        numbered = frame.with_row_index("source_record", offset=count + 1).cast({"source_record": pl.Int64})
        count += len(frame)
        _check(numbered, fields, count)
        filled = numbered.filter(pl.any_horizontal(pl.col(fields).is_not_null())) if fields else numbered
        store.put(TABLE, filled, append=True)
        total += len(filled)
    return ReadResult(total)


def _check(frame: "pl.DataFrame", fields: list[str], count: int) -> None:
    """Nothing is larger than what is read."""
    import polars as pl

    if count > MAX_RECORDS:
        raise FileRejected("FILE_TOO_LARGE", field="records", value=count, expected=MAX_RECORDS)
    longest = frame.select(pl.max_horizontal(pl.col(fields).str.len_chars().max())).item() if fields else 0
    if (longest or 0) > MAX_CELL:
        raise FileRejected("FILE_TOO_LARGE", field="cell", value=f"> {MAX_CELL}", expected=MAX_CELL)
