"""Tables in spreadsheets and in text of an odd syntax: their header and rows, as if they stood in a CSV file."""

import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from etl.contracts import Contract, Dialect, Identified, folded
from etl.contracts.dialect import encoding_of
from etl.contracts.writing import Csv
from etl.errors import FileRejected
from etl.readers.grid import Record
from etl.readers.sheet import Sheet

# The pseudo column of a sheet's name, behind those of the sheet.
SHEET = "#sheet"
# How far down a header is looked for in a sheet.
MOST_ROWS_ABOVE = 60


@dataclass(frozen=True, slots=True)
class SheetHead:
    """The first filled rows of a sheet, each with its number."""

    name: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def sheets_of(path: Path, kind: str, *, decimal: str = ".") -> Iterator[Sheet]:
    """The sheets of a workbook, whether it is zipped (xlsx, xls) or Excel's XML."""
    if kind == "workbook":
        from etl.readers.xml import workbook

        yield from workbook.sheets(path, decimal=decimal)
    else:
        from etl.readers import xlsx

        yield from xlsx.sheets(path, decimal=decimal)


def heads(path: Path, kind: str) -> list[SheetHead]:
    """The beginnings of all sheets."""
    found = []
    for sheet in sheets_of(path, kind):
        filled: list[tuple[int, tuple[str, ...]]] = []
        for number, cells in sheet.rows:
            if any(cells):
                filled.append((number, tuple(cells)))
            if len(filled) > MOST_ROWS_ABOVE:
                break
        found.append(SheetHead(sheet.name, tuple(filled)))
    return found


def with_sheet(contract: Contract, header: tuple[str, ...]) -> tuple[str, ...]:
    """The header of a sheet, and behind it the column of the sheet's name where the contract reads that."""
    named = {name for reading in contract.columns.values() for name in reading.every_name}
    return (*header, SHEET) if SHEET in named else header


def sheet_rows(path: Path, identified: Identified) -> Iterator[Record]:
    """The records of every sheet that has the header, numbered through. Blank rows are no records."""
    dialect, header = identified.dialect, identified.header[: identified.width]
    is_named = header[-1:] == (SHEET,)
    header = header[:-1] if is_named else header
    form = identified.contract.xlsx or identified.contract.table or Csv()
    decimal = "," if form.decimal == "," else "."
    ordinal = 0
    for sheet in sheets_of(path, dialect.kind, decimal=decimal):
        rows = [(number, cells) for number, cells in sheet.rows if any(cells)]
        start = _header_row(rows, header, dialect.header_line if sheet.name == dialect.sheet else None)
        if start is None:
            continue
        order = _order(header, rows[start][1])
        for number, cells in _without_footer(rows[start + 1 :], form):
            ordinal += 1
            padded = [*cells, *[""] * (len(rows[start][1]) - len(cells))]
            said = [*(padded[p] for p in order), *([sheet.name] if is_named else [])]
            yield Record(ordinal, number, said, place=f"{sheet.name}!{number}")


def _header_row(rows: list[tuple[int, list[str]]], header: tuple[str, ...], known: int | None) -> int | None:
    """Where among the filled rows the header stands, in whatever order its columns are."""
    wanted = sorted(map(folded, header))
    for index, (number, cells) in enumerate(rows[: MOST_ROWS_ABOVE + 1]):
        if number == known:
            return index
        if known is None and sorted(map(folded, filter(None, map(str.strip, cells)))) == list(filter(None, wanted)):
            return index
    return None


def _order(header: tuple[str, ...], cells: list[str]) -> list[int]:
    """The place in this sheet of each column of the header; columns of one name keep their order."""
    places: dict[str, list[int]] = {}
    for position, cell in enumerate(cells):
        places.setdefault(folded(cell), []).append(position)
    return [places[folded(name)].pop(0) for name in header]


def _without_footer(rows: list[tuple[int, list[str]]], form: Csv) -> list[tuple[int, list[str]]]:
    """The rows without the footer lines that the contract knows."""
    patterns = [re.compile(pattern) for pattern in form.footer]
    end = len(rows)
    while end and any(pattern.search(form.delimiters[0].join(rows[end - 1][1])) for pattern in patterns):
        end -= 1
    return rows[:end]


def odd(name: str) -> ModuleType:
    """The reader of an odd syntax: a module with `rows(text, contract)` and `HEADER` or `header(text, contract)`."""
    return importlib.import_module(f"etl.readers.{name}")


def text_of(path: Path, dialect: Dialect) -> str:
    """The whole text of a file. FILE_DAMAGED where its bytes are not text in their encoding."""
    data = path.read_bytes()
    found = encoding_of(data, is_whole=True)
    encoding, mark = found or (dialect.encoding, dialect.start)
    try:
        return data[mark:].decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        value = f"0x{data[error.start]:02X}"
        raise FileRejected(
            "FILE_DAMAGED", field=str(line), value=value, expected=encoding.upper(), line=line
        ) from error


def odd_header(text: str, contract: Contract) -> tuple[str, ...]:
    """The columns that the contract's reader finds in a text."""
    module = odd(contract.reader or "")
    return tuple(module.header(text, contract)) if hasattr(module, "header") else tuple(module.HEADER)
