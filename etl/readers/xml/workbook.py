"""Excel's XML (SpreadsheetML 2003) as sheets of text: what some shops call "Excel XML" and name `.xml`."""

import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from lxml import etree

from etl.contracts.limits import MAX_COLUMNS
from etl.errors import FileRejected
from etl.readers.sheet import Sheet
from etl.readers.xml.parsing import SAFE, Element, damaged

NAMESPACE = "urn:schemas-microsoft-com:office:spreadsheet"
_SS = f"{{{NAMESPACE}}}"
_WORKSHEET, _ROW = f"{_SS}Worksheet", f"{_SS}Row"
# What a writer puts a blank before, so that no spreadsheet takes the text for a formula.
_GUARDED = (" +", " -", " =")
_Events = Iterator[tuple[str, Element]]


def sheets(path: Path, *, decimal: str = ".") -> Iterator[Sheet]:
    """The sheets of a workbook. Numbers stand as they are written, with `decimal` for their point; texts stay texts.

    The rows of a sheet are read while they are asked for, and skipped when the next sheet is.
    """
    with path.open("rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)  # open for as long as anyone reads from it
    events = cast(
        "_Events",
        etree.iterparse(
            cast("IO[bytes]", data),
            events=("start", "end"),
            tag=(_WORKSHEET, _ROW),
            **SAFE,
        ),
    )
    try:
        for event, element in events:
            if event == "start" and element.tag == _WORKSHEET:
                rows = _rows(events, decimal)
                yield Sheet(element.get(f"{_SS}Name", ""), rows)
                for _ in rows:
                    pass
    except etree.XMLSyntaxError as error:
        raise damaged(error) from error


def _rows(events: _Events, decimal: str) -> Iterator[tuple[int, list[str]]]:
    """The rows up to the end of the worksheet."""
    number = 0
    try:
        for event, element in events:
            if event == "end" and element.tag == _WORKSHEET:
                element.clear()
                return
            if event == "end":
                number = _number(element, "Index", number + 1)
                yield number, _cells(element, decimal)
                element.clear()
                parent, before = element.getparent(), element.getprevious()
                if parent is not None and before is not None:
                    parent.remove(before)
    except etree.XMLSyntaxError as error:
        raise damaged(error) from error


def _cells(row: Element, decimal: str) -> list[str]:
    """The cells of a row; one may say at which column it stands, and over how many it reaches."""
    cells: list[str] = []
    for cell in row.iterchildren(f"{_SS}Cell"):
        place = _number(cell, "Index", len(cells) + 1)
        reach = _number(cell, "MergeAcross", 0)
        if place + reach > MAX_COLUMNS:
            raise FileRejected("FILE_TOO_LARGE", field="columns", value=place + reach, expected=MAX_COLUMNS)
        if place <= len(cells):
            raise _damaged(cell, "Index", str(place))
        cells += [""] * (place - 1 - len(cells))
        cells.append(_text(cell.find(f"{_SS}Data"), decimal))
        cells += [""] * reach
    return cells


def _number(element: Element, name: str, otherwise: int) -> int:
    """A number that an attribute says, if it is there."""
    text = element.get(f"{_SS}{name}")
    if text is None:
        return otherwise
    if not (text.isascii() and text.isdecimal()):
        raise _damaged(element, name, text)
    return int(text)


def _damaged(element: Element, name: str, value: str) -> FileRejected:
    """The refusal of a file whose cells do not say where they stand."""
    line = int(cast("int", element.sourceline) or 0)
    return FileRejected("FILE_DAMAGED", field=str(line), value=f"ss:{name} {value}", expected="1, 2, 3", line=line)


def _text(data: Element | None, decimal: str) -> str:
    if data is None:
        return ""
    text = str(data.xpath("string()"))
    kind = data.get(f"{_SS}Type")
    if kind == "Number":
        return text.strip().replace(".", decimal)
    if kind == "DateTime":
        return text.strip().replace("T", " ").removesuffix(".000").removesuffix(" 00:00:00")
    return text[1:] if text.startswith(_GUARDED) else text
