"""A golden that is written otherwise is the same: same rows, rejects, skipped rows and control totals, to the letter.

Written otherwise: its columns in another order, with columns that nobody knows, another delimiter that the contract
allows, another encoding, with a byte order mark, other line ends, under another name; a table in text as a spreadsheet
of text cells, and sheets of something else beside it; XML in another encoding, with comments even inside its values,
and with elements that nobody knows. Quick: all at once, for each golden. `long`: each by itself.

Two orders are kept, because they say something: columns of one name are told apart by which is the further left
(`position`), and the columns of a `[fan_out]` become rows from left to right, whose ordinals would change. XML with a
schema gets no further elements, which the schema forbids.

`HYPOTHESIS_SEED` repeats the shuffles.
"""

import csv
import io
import os
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from golden_sources import CASES, KNOWN, assert_same, expected_of, identified, is_markup, names, store
from lxml import etree
from workbooks import write

from etl.contracts import Contract, folded
from etl.contracts.writing import Csv
from etl.identify import identify
from etl.readers import tables
from etl.store import Store

pytestmark = pytest.mark.long  # many ways, or many orders: with the quick tests one would wait for them

__all__ = ["store"]  # a fixture
SEED = int(os.environ["HYPOTHESIS_SEED"])
OTHER_NAME = "Kopi af udtræk (1).DAT"
Rows = list[list[str]]
Pages = dict[str, list[list[object]]]


def may_have_more_elements(path: Path) -> bool:
    """Is it XML of a contract without a schema, and no table of a spreadsheet?"""
    found = FOUND[path]
    return found is not None and found.contract.xml is not None and found.contract.xml.xsd is None


FOUND = {path: identified(path) for path in CASES}
KINDS = {path: found.dialect.kind if found else "" for path, found in FOUND.items()}
TABLES, SHEETS = ([path for path, kind in KINDS.items() if kind == wanted] for wanted in ("csv", "xlsx"))
MARKUP = [path for path in CASES if is_markup(path)]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table in text: the records above its header, the header, its records, those below; and how it is written."""

    contract: Contract
    above: Rows
    header: list[str]
    rows: Rows
    below: Rows
    delimiter: str
    encoding: str
    line_end: str
    has_mark: bool = False

    @classmethod
    def of_text(cls, path: Path) -> "Grid":
        """From a file that is identified as CSV."""
        found, data = identify(path, KNOWN), path.read_bytes()
        dialect = found.dialect
        mark = golden_mark(data)
        parts = [data[mark : dialect.start], data[dialect.start : dialect.end], data[dialect.end :]]
        above, body, below = (_records(part.decode(dialect.encoding), dialect.delimiter) for part in parts)
        line_end = "\r\n" if b"\r" in data else "\n"
        return cls(found.contract, above, body[0], body[1:], below, dialect.delimiter, dialect.encoding, line_end)

    def with_columns_shuffled(self) -> "Grid":
        """The same cells under the same names, in other places; see above for what stays in order."""
        places = shuffled_places(self.header, self.contract)
        rows = [self._whole(row) for row in self.rows]
        return replace(
            self,
            header=[self.header[p] for p in places],
            rows=[[row[p] for p in places] if row else row for row in rows],
        )

    def with_more_columns(self) -> "Grid":
        """A column that nobody knows on either side; a record that says nothing goes on saying nothing."""
        rows = [self._whole(row) for row in self.rows]
        return replace(
            self,
            header=["Stemning 17", *self.header, "Vejr 17"],
            rows=[["glad", *row, "sol, 12,5"] if any(row) else row and ["", *row, ""] for row in rows],
        )

    def _whole(self, row: list[str]) -> list[str]:
        """A record with as many cells as the header, where the contract lets it have other empty ones at its end."""
        return row and [*row, *[""] * len(self.header)][: len(self.header)]

    @property
    def is_even(self) -> bool:
        """Has every record the cells of the header, as the contract counts them? Else the file is damaged."""
        width = len(self.header)
        may_differ = self._form.ragged == "trailing_empty"
        return all(not row or len(row) == width or (may_differ and not any(row[width:])) for row in self.rows)

    @property
    def other_delimiters(self) -> list[str]:
        """Those that the contract allows beside the one in use."""
        return [d for d in self._form.delimiters if d != self.delimiter]

    @property
    def other_encodings(self) -> list[str]:
        """Those that the contract allows, the text can be written in, and that make other bytes."""
        text = self.text()
        own = text.encode(self.encoding)
        return [e for e in self._form.encodings if _fits(text, e) and text.encode(e) != own and e != "latin-1"]

    @property
    def _form(self) -> Csv:
        form = self.contract.table
        assert form is not None
        return form

    def text(self) -> str:
        """The whole file as text."""
        written = io.StringIO(newline="")
        writer = csv.writer(written, delimiter=self.delimiter, lineterminator=self.line_end)
        for row in [*self.above, self.header, *self.rows, *self.below]:
            if row and re.fullmatch("sep=.?", self.delimiter.join(row)):
                written.write(f"sep={self.delimiter}{self.line_end}")
            else:
                writer.writerow(row)
        return written.getvalue()

    def as_text(self, path: Path) -> Path:
        """Written as CSV."""
        mark = "\ufeff" if self.has_mark and self.encoding == "utf-8" else ""
        path.write_bytes((mark + self.text()).encode(self.encoding))
        return path

    def as_workbook(self, path: Path) -> Path:
        """Written as a spreadsheet, every cell a text, in a sheet of the name that the contract asks for."""
        name = self.contract.match.sheet.replace("*", "1") if self.contract.match.sheet != "*" else "Ark1"
        rows = [*(row for row in self.above if row[:1] != ["sep="]), self.header, *self.rows, *self.below]
        return write(path, with_more_sheets({name: [[cell or None for cell in row] for row in rows]}))


def with_more_sheets(pages: Pages) -> Pages:
    """A workbook's sheets with one before and one behind them that hold no such table."""
    return {"Noter 17": [["Husk", "moms"], ["Ring til", None, 12]], **pages, "Diagram 17": []}


def golden_mark(data: bytes) -> int:
    """The length of the byte order mark."""
    return 3 if data[:3] == b"\xef\xbb\xbf" else 2 if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else 0


def _records(text: str, delimiter: str) -> Rows:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def shuffled_places(header: list[str], contract: Contract) -> list[int]:
    """The columns' places in another order, but for columns of one name and those of a fan-out among themselves."""
    places = random.Random(SEED).sample(range(len(header)), len(header))  # noqa: S311 - no secret
    names = [folded(name) for name in header]
    patterns = [folded(p) for p in contract.fan_out.columns] if contract.fan_out else []
    fanned = [i for i, name in enumerate(names) if any(fnmatchcase(name, pattern) for pattern in patterns)]
    of_a_name = ([i for i, other in enumerate(names) if other == name] for name in dict.fromkeys(names))
    for kept in [fanned, *of_a_name]:
        slots = sorted(places.index(p) for p in kept)
        for slot, place in zip(slots, sorted(kept), strict=True):
            places[slot] = place
    return places


def mixed(grid: Grid) -> Grid:
    """As much at once as the contract allows."""
    if grid.is_even:
        grid = grid.with_more_columns().with_columns_shuffled()
    grid = replace(grid, line_end="\n" if grid.line_end == "\r\n" else "\r\n", has_mark=True)
    grid = replace(grid, delimiter=(grid.other_delimiters or [grid.delimiter])[0])
    return replace(grid, encoding=(grid.other_encodings or [grid.encoding])[0])


SINGLE: dict[str, Callable[[Grid], list[Grid]]] = {
    "columns shuffled": lambda g: [g.with_columns_shuffled()] if g.is_even else [],
    "more columns": lambda g: [g.with_more_columns()] if g.is_even else [],
    "delimiter": lambda g: [replace(g, delimiter=d) for d in g.other_delimiters],
    "encoding": lambda g: [replace(g, encoding=e) for e in g.other_encodings],
    "byte order mark": lambda g: [replace(g, has_mark=True)],
    "CRLF": lambda g: [replace(g, line_end="\r\n")],
    "LF": lambda g: [replace(g, line_end="\n")],
}


@pytest.mark.parametrize("sample", TABLES, ids=names(TABLES))
def test_a_table_that_is_written_otherwise_is_the_same(sample: Path, tmp_path: Path, store: Store) -> None:
    assert_same(store, sample, mixed(Grid.of_text(sample)).as_text(tmp_path / OTHER_NAME))


@pytest.mark.parametrize("way", SINGLE)
@pytest.mark.parametrize("sample", TABLES, ids=names(TABLES))
def test_a_table_with_one_thing_written_otherwise_is_the_same(
    sample: Path, way: str, tmp_path: Path, store: Store
) -> None:
    for number, grid in enumerate(SINGLE[way](Grid.of_text(sample))):
        assert_same(store, sample, grid.as_text(tmp_path / f"{number}.csv"))


@pytest.mark.parametrize("sample", TABLES, ids=names(TABLES))
def test_a_table_saved_as_a_spreadsheet_is_the_same(sample: Path, tmp_path: Path, store: Store) -> None:
    """Of text cells, so that nothing is turned into a number or a date on the way.

    A record of empty cells has an ordinal in text, and is no row in a spreadsheet.
    """
    grid = Grid.of_text(sample)
    if not grid.is_even:
        assert expected_of(sample)["refused"] == "FILE_DAMAGED", "a spreadsheet has no such rows"
        return
    records = filter(None, grid.rows)
    blank = [number for number, row in enumerate(records, 1) if not any(row)]
    assert not (blank and grid.contract.fan_out), "rows are numbered, not records"
    assert_same(store, sample, grid.as_workbook(tmp_path / "Mappe1.xlsx"), blank)


@pytest.mark.parametrize("sample", SHEETS, ids=names(SHEETS))
def test_a_spreadsheet_with_its_columns_shuffled_is_the_same(sample: Path, tmp_path: Path, store: Store) -> None:
    """And every cell as the text that it is read as. The rows above the header stay as they are."""
    found = identify(sample, KNOWN)
    decimal = "," if found.writing.decimal == "," else "."
    pages: Pages = {}
    for sheet in tables.sheets_of(sample, "xlsx", decimal=decimal):
        rows = dict(sheet.rows)
        header = rows.get(found.dialect.header_line, []) if sheet.name == found.dialect.sheet else []
        places = shuffled_places(list(header), found.contract)
        pages[sheet.name] = []
        for number in range(1, max(rows, default=0) + 1):
            cells = [*rows.get(number, []), *[""] * (len(header) - len(rows.get(number, [])))]
            is_below = header and number >= found.dialect.header_line
            pages[sheet.name].append([c or None for c in ([cells[p] for p in places] if is_below else cells)])
    assert_same(store, sample, write(tmp_path / OTHER_NAME, with_more_sheets(pages)))


@pytest.mark.parametrize("sample", MARKUP, ids=names(MARKUP))
def test_xml_that_is_written_otherwise_is_the_same(sample: Path, tmp_path: Path, store: Store) -> None:
    """In UTF-16, with a comment before every element and one inside every value, and with more elements at the ends."""
    root = etree.fromstring(sample.read_bytes())
    for element in [e for e in root.iter() if isinstance(e.tag, str) and e is not root]:
        element.addprevious(etree.Comment(" before "))
        if not len(element) and element.text and element.text.strip():
            inside = etree.Comment(" inside ")
            middle = len(element.text) // 2
            element.text, inside.tail = element.text[:middle], element.text[middle:]
            element.insert(0, inside)
    if may_have_more_elements(sample):
        for element in [e for e in root.iter() if isinstance(e.tag, str) and e.find("*") is not None]:
            namespace = etree.QName(element).namespace
            etree.SubElement(element, etree.QName(namespace, "Vejr17")).text = "sol"
    path = tmp_path / OTHER_NAME
    etree.ElementTree(root).write(str(path), encoding="UTF-16", xml_declaration=True)
    assert_same(store, sample, path)


@pytest.mark.parametrize("sample", CASES, ids=names(CASES))
def test_a_name_says_nothing(sample: Path, tmp_path: Path, store: Store) -> None:
    path = tmp_path / OTHER_NAME
    path.write_bytes(sample.read_bytes())
    assert_same(store, sample, path)


def test_what_is_kept_in_order_is_kept() -> None:
    """The shuffle moves columns, and leaves those that say something by their place in order."""
    contract = next(c for c in KNOWN.values() if c.fan_out)
    header = ["a", "b", "c", "a", "d", "e", "f", "a"]
    places = shuffled_places(header, contract)
    assert sorted(places) == list(range(len(header)))
    assert [p for p in places if header[p] == "a"] == [0, 3, 7]
