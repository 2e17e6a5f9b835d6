"""Excel's XML (SpreadsheetML 2003) as sheets of text: what some shops call "Excel XML" and name `.xml`."""

from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from etl.readers.sheet import Sheet
from etl.readers.xml.parsing import elements

NAMESPACE = "urn:schemas-microsoft-com:office:spreadsheet"
_SS = f"{{{NAMESPACE}}}"
# What a writer puts a blank before, so that no spreadsheet takes the text for a formula.
_GUARDED = (" +", " -", " =")


def sheets(path: Path, *, decimal: str = ".") -> Iterator[Sheet]:
    """The sheets of a workbook. Numbers stand as they are written, with `decimal` for their point; texts stay texts."""
    for worksheet in elements(path, f"{_SS}Worksheet"):
        yield Sheet(worksheet.get(f"{_SS}Name", ""), list(_rows(worksheet, decimal)))
        worksheet.clear()


def _rows(worksheet: etree._Element, decimal: str) -> Iterator[tuple[int, list[str]]]:
    number = 0
    for row in worksheet.iter(f"{_SS}Row"):
        number = int(row.get(f"{_SS}Index") or number + 1)
        yield number, _cells(row, decimal)


def _cells(row: etree._Element, decimal: str) -> list[str]:
    """The cells of a row; one may say at which column it stands, and over how many it reaches."""
    cells: list[str] = []
    for cell in row.iterchildren(f"{_SS}Cell"):
        place = int(cell.get(f"{_SS}Index") or len(cells) + 1)
        cells += [""] * (place - 1 - len(cells))
        cells.append(_text(cell.find(f"{_SS}Data"), decimal))
        cells += [""] * int(cell.get(f"{_SS}MergeAcross") or 0)
    return cells


def _text(data: etree._Element | None, decimal: str) -> str:
    if data is None:
        return ""
    text = str(data.xpath("string()"))
    kind = data.get(f"{_SS}Type")
    if kind == "Number":
        return text.strip().replace(".", decimal)
    if kind == "DateTime":
        return text.strip().replace("T", " ").removesuffix(".000").removesuffix(" 00:00:00")
    return text[1:] if text.startswith(_GUARDED) else text
