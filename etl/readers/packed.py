"""What is packed in an XLSX file, looked at before it is read: is it whole, is it too large, which cells show an error?

The reader of workbooks keeps a sheet as a full rectangle and gives an error cell as an empty one. So the places of the
filled cells are read here first: a sheet of two cells in opposite corners would take hundreds of gigabytes, and an
amount that is `#N/A` must not become no amount.
"""

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from lxml import etree

from etl.contracts.limits import MAX_CELLS, MAX_RATIO, MAX_UNZIPPED
from etl.errors import FileRejected

_CHUNK = 1024**2
_MOST_CARRIED = 64 * 1024**2
_SMALL = 100 * 1024**2
_ENCRYPTED = 0x1
_READ = re.compile(r"xl/.*\.(?:xml|rels)", re.IGNORECASE)
_WORKSHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_PREFIX = rb"<(?:[\w.-]+:)?"
_ANY_CELL = re.compile(_PREFIX + rb"c[\s/>]")
# A cell as every program writes it: plain attributes, its place among them.
_PLAIN_CELL = re.compile(
    _PREFIX + rb'c(?:\s+(?!r=)[\w:.-]+="[^"<>]*")*\s+r="([A-Z]{1,3})([0-9]{1,7})"(?:\s+[\w:.-]+="[^"<>]*")*\s*(/?)>'
)
_ATTRIBUTES = rb"""((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(/?)>"""
_ROW_OR_CELL = re.compile(_PREFIX + rb"(row|c)(?=[\s/>])(?:" + _ATTRIBUTES + rb")?")
_ATTRIBUTE = re.compile(rb"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_PLACE = re.compile(r"([A-Z]{0,3})([0-9]{0,7})")
_VALUE = re.compile(_PREFIX + rb"(?:v|c)\b[^>]*>([^<]*)")
_ERROR = re.compile(rb"""\bt\s*=\s*["']e["']""")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_RELATION_STRICT = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"

# By the name of a sheet the cells that show an error: (row, column), both from 1, and what they show.
Errors = dict[str, dict[tuple[int, int], str]]


@dataclass(slots=True)
class _Extent:
    """What is known of a sheet after some of its rows: where its filled cells are, and the error cells among them."""

    row: int = 0
    rows: set[int] = field(default_factory=set)
    columns: set[str] = field(default_factory=set)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)

    @property
    def cells(self) -> int:
        """How many cells the rectangle round the filled ones has."""
        if not self.columns:
            return 0
        letters = [_position(name) for name in self.columns]
        return (max(self.rows) - min(self.rows) + 1) * (max(letters) - min(letters) + 1)


def error_cells(path: Path) -> Errors:
    """The error cells of a zipped workbook, by sheet.

    Raises FileRejected: FILE_NOT_TEXT where it is another kind of zip file, FILE_TOO_LARGE, FILE_DAMAGED.
    """
    facts = path.stat()
    return _looked_at(path, facts.st_size, facts.st_mtime_ns)


@lru_cache(maxsize=4)
def _looked_at(path: Path, size: int, changed: int) -> Errors:
    """One look at a file as it is: identifying and reading ask again. `changed` makes another file of a changed one."""
    del changed
    try:
        with zipfile.ZipFile(path) as packed:
            _check_parts(packed.infolist(), size)
            extents = {
                entry.filename: _extent(packed, entry) for entry in packed.infolist() if _READ.fullmatch(entry.filename)
            }
            errors = {name: extent.errors for name, extent in extents.items() if extent.errors}
            return _by_sheet(packed, errors) if errors else {}
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, etree.XMLSyntaxError) as error:
        raise damaged(str(error)) from error


def damaged(told: str) -> FileRejected:
    """FILE_DAMAGED with what was found, in one short line."""
    return FileRejected("FILE_DAMAGED", field="1", value=" ".join(told.split())[:100], expected="xlsx", line=1)


def _check_parts(entries: list[zipfile.ZipInfo], size: int) -> None:
    """Is it a workbook, can it be opened, and does the directory promise no more than is read?"""
    names = [entry.filename for entry in entries]
    lowered = set(map(str.lower, names))
    if "xl/workbook.bin" in lowered or "content.xml" in lowered or not any(n.startswith("xl/") for n in lowered):
        kind = "xlsb" if "xl/workbook.bin" in lowered else "ods" if "content.xml" in lowered else "zip"
        raise FileRejected("FILE_NOT_TEXT", value=kind)
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise FileRejected("FILE_NOT_TEXT", value="encrypted")
    if len(lowered) < len(names):
        raise damaged("two parts of one name")
    unzipped = sum(entry.file_size for entry in entries)
    most = min(MAX_UNZIPPED, max(_SMALL, MAX_RATIO * size))
    if unzipped > most:
        raise FileRejected("FILE_TOO_LARGE", field="MB", value=unzipped // 1024**2, expected=most // 1024**2)


def _extent(packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> _Extent:
    """Unpack a part to its end, which proves its checksum; of a sheet also note where its cells are."""
    extent = _Extent()
    is_sheet = bool(_WORKSHEET.fullmatch(entry.filename))
    for rows in _whole_rows(packed, entry, cut=is_sheet):
        if is_sheet:
            _note(extent, rows)
            if extent.cells > MAX_CELLS:
                raise FileRejected("FILE_TOO_LARGE", field="cells", value=extent.cells, expected=MAX_CELLS)
    return extent


def _whole_rows(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, *, cut: bool) -> Iterator[bytes]:
    """A part in pieces; with `cut` each piece ends where a row does."""
    carried = b""
    with packed.open(entry) as part:
        while chunk := part.read(_CHUNK):
            if not cut:
                yield chunk
                continue
            if b"\0" in chunk:
                raise damaged("UTF-16")
            carried += chunk
            end = carried.rfind(b"row>") + 4
            if end > len(b"row"):
                yield carried[:end]
                carried = carried[end:]
            if len(carried) > _MOST_CARRIED:
                raise FileRejected("FILE_TOO_LARGE", field="record", value=len(carried), expected=_MOST_CARRIED)
    yield carried


def _note(extent: _Extent, rows: bytes) -> None:
    """Note the places of the cells: quickly where all are written plainly and none shows an error, else one by one."""
    found = _PLAIN_CELL.findall(rows)
    if _ERROR.search(rows) or len(found) != len(_ANY_CELL.findall(rows)):
        _note_carefully(extent, rows)
        return
    extent.columns.update({letters.decode() for letters, _, is_empty in found if not is_empty})
    numbers = {int(number) for number in {number for _, number, is_empty in found if not is_empty}}
    if numbers:
        extent.rows |= {min(numbers), max(numbers)}
    extent.row = max((int(number) for _, number, _ in found[-1:]), default=extent.row)


def _note_carefully(extent: _Extent, rows: bytes) -> None:
    """One cell after the other; one that does not say its place is right of the one before it."""
    column = 0
    for match in _ROW_OR_CELL.finditer(rows):
        kind, written, is_empty = match[1], match[2], match[3]
        if written is None:
            raise damaged(rows[match.start() : match.start() + 60].decode(errors="replace"))
        said = {name: (one or other).decode(errors="replace") for name, one, other in _ATTRIBUTE.findall(written)}
        place = _PLACE.fullmatch(said.get(b"r", ""))
        letters, number = (place[1], place[2]) if place else ("", "")
        extent.row = int(number or extent.row + (kind == b"row"))
        if kind == b"row":
            column = 0
            continue
        column = _position(letters) if letters else column + 1
        if is_empty:
            continue
        extent.rows |= {extent.row}
        extent.columns |= {_letters(column)}
        if said.get(b"t") == "e":
            value = _VALUE.search(rows, match.end())
            extent.errors[(extent.row, column)] = value[1].decode(errors="replace") if value and value[1] else "#ERROR"


def _position(letters: str) -> int:
    """The number of a column, from 1."""
    position = 0
    for letter in letters:
        position = 26 * position + ord(letter) - 64
    return position


def _letters(position: int) -> str:
    """The letters of a column, from 1."""
    letters = ""
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _by_sheet(packed: zipfile.ZipFile, errors: Errors) -> Errors:
    """The error cells of parts as those of the sheets that are shown under a name."""
    relations = {one.get("Id"): one.get("Target", "") for one in _xml(packed, "xl/_rels/workbook.xml.rels")}
    named: Errors = {}
    for sheet in _xml(packed, "xl/workbook.xml").iter("{*}sheet"):
        target = relations.get(sheet.get(_RELATION) or sheet.get(_RELATION_STRICT), "")
        part = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
        if part in errors:
            named[sheet.get("name", "")] = errors[part]
    return named


def _xml(packed: zipfile.ZipFile, name: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    return etree.fromstring(packed.read(name), parser)
