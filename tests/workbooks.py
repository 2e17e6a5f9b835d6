"""A tiny writer of XLSX files for tests: what stands in a cell is written as it is given, so that tests know it.

Cells: `str` (an inline string), `int` and `Decimal` (a number with exactly these digits), `float` (the shortest digits
of the double), `date`, `datetime` and `time` (a serial number with a style), `bool`, `None` (no cell at all), `Error`
(`#N/A`), `Formula` (with its cached value).
"""

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

_EPOCH = datetime(1899, 12, 30)
_DAY = Decimal(24 * 60 * 60 * 1_000_000)
_PLAIN, _DATE, _MOMENT, _TIME = range(4)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/>'
    "</numFmts><fonts><font/></fonts><fills><fill/></fills><borders><border/></borders><cellStyleXfs><xf/>"
    '</cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/>'
    '<xf numFmtId="164" applyNumberFormat="1"/><xf numFmtId="21" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


@dataclass(frozen=True, slots=True)
class Error:
    """A cell that shows an error."""

    text: str = "#N/A"


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula and the value that was saved with it (None: it was never worked out)."""

    text: str
    value: int | Decimal | str | None


@dataclass(frozen=True, slots=True)
class Page:
    """One sheet: its rows from the top, how it is shown, merged ranges (`A1:C1`), and what else its part holds.

    `rows` None: `xml` is the whole part. `at` is the column (from 0) of each row's first cell.
    """

    rows: Sequence[Sequence[object]] | None = ()
    state: str = "visible"
    merged: Sequence[str] = ()
    at: int = 0
    has_places: bool = True
    xml: str = ""


@dataclass(frozen=True, slots=True)
class Book:
    """The parts of a workbook beside its sheets. `more`: other parts by name, or those that replace what is made."""

    styles: str = STYLES
    is_1904: bool = False
    more: Mapping[str, bytes] = field(default_factory=dict)


def write(path: Path, pages: Mapping[str, Page | Sequence[Sequence[object]]], book: Book | None = None) -> Path:
    """A workbook of these sheets, in this order. Returns the path."""
    book = book or Book()
    found = {name: page if isinstance(page, Page) else Page(page) for name, page in pages.items()}
    parts = _frame(found, book) | {
        f"xl/worksheets/sheet{i}.xml": _sheet(page).encode() for i, page in enumerate(found.values(), 1)
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in (parts | dict(book.more)).items():
            packed.writestr(zipfile.ZipInfo(name, (2025, 11, 30, 12, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return path


def column(position: int) -> str:
    """The letters of a column, from 0.

    >>> column(0), column(25), column(26), column(16383)
    ('A', 'Z', 'AA', 'XFD')
    """
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _frame(pages: Mapping[str, Page], book: Book) -> dict[str, bytes]:
    """Everything but the sheets."""
    numbers = range(1, len(pages) + 1)
    types = "".join(_override(f"/xl/worksheets/sheet{i}.xml", "worksheet") for i in numbers)
    relations = "".join(_relation(f"rId{i}", "worksheet", f"worksheets/sheet{i}.xml") for i in numbers)
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{i}" state="{page.state}" r:id="rId{i}"/>'
        for i, (name, page) in enumerate(pages.items(), 1)
    )
    date1904 = '<workbookPr date1904="1"/>' if book.is_1904 else ""
    parts = {
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f"{_override('/xl/workbook.xml', 'sheet.main')}{_override('/xl/styles.xml', 'styles')}{types}</Types>"
        ),
        "_rels/.rels": _relations(_relation("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">{date1904}<sheets>{sheets}</sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": _relations(relations + _relation("rId0", "styles", "styles.xml")),
        "xl/styles.xml": book.styles,
    }
    return {name: (_HEAD + text).encode() for name, text in parts.items()}


def _override(part: str, kind: str) -> str:
    return f'<Override PartName="{part}" ContentType="{_TYPES}.{kind}+xml"/>'


def _relation(name: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{name}" Type="{_OFFICE}/{kind}" Target="{target}"/>'


def _relations(relations: str) -> str:
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}</Relationships>'


def _sheet(page: Page) -> str:
    if page.rows is None:
        return page.xml
    rows = "".join(_row(number, cells, page) for number, cells in enumerate(page.rows, 1))
    merged = "".join(f'<mergeCell ref="{place}"/>' for place in page.merged)
    merged = f"<mergeCells>{merged}</mergeCells>" if merged else ""
    return f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData>{merged}{page.xml}</worksheet>'


def _row(number: int, cells: Iterable[object], page: Page) -> str:
    if not page.has_places:
        return f"<row>{''.join(_cell('', cell) for cell in cells)}</row>"
    written = (_cell(f' r="{column(page.at + i)}{number}"', cell) for i, cell in enumerate(cells))
    return f'<row r="{number}">{"".join(written)}</row>'


def _cell(place: str, cell: object) -> str:
    if cell is None:
        return "" if place else "<c/>"
    kind, inside = _typed(cell)
    return f"<c{place}{kind}>{inside}</c>"


def _typed(cell: object) -> tuple[str, str]:
    """The attribute that says what a cell holds, and what stands in it."""
    match cell:
        case str():
            found = ' t="inlineStr"', f'<is><t xml:space="preserve">{escape(cell)}</t></is>'
        case bool():
            found = ' t="b"', f"<v>{int(cell)}</v>"
        case Error(text):
            found = ' t="e"', f"<v>{text}</v>"
        case Formula(text, value):
            saved = "" if value is None else f"<v>{value}</v>"
            found = ' t="str"' if isinstance(value, str) else "", f"<f>{escape(text)}</f>{saved}"
        case int() | float() | Decimal():
            found = "", f"<v>{cell}</v>"
        case datetime() | date() | time():
            number, style = _serial(cell)
            found = f' s="{style}"', f"<v>{number}</v>"
        case _:
            raise TypeError(cell)
    return found


def _serial(moment: date | time) -> tuple[Decimal, int]:
    """The number of days that a spreadsheet keeps, with the style that makes it a date, a moment or a time."""
    if isinstance(moment, time):
        return _days(datetime.combine(_EPOCH, moment)), _TIME
    if isinstance(moment, datetime):
        return _days(moment), _MOMENT
    return _days(datetime.combine(moment, time())), _DATE


def _days(moment: datetime) -> Decimal:
    return round(Decimal((moment - _EPOCH) // timedelta(microseconds=1)) / _DAY, 11).normalize()
