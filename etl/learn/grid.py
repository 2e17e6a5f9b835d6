"""A file of which nothing is known as a grid: its header and its rows, whatever kind of file it is.

The file goes through the readers that every file goes through, under a contract that says how it is written and reads
nothing yet. So what is damaged for them is damaged here.
"""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from etl import contracts, readers
from etl.contracts import Contract, Dialect, Identified
from etl.contracts.writing import Csv
from etl.errors import FileRejected
from etl.identify.candidates import DELIMITERS, MOST_LINES_ABOVE, Candidate, shown
from etl.identify.claims import WORKBOOK, dialect_of, sheet_candidates
from etl.identify.look import Look, look_at
from etl.learn.words import Words, key_of, phrase_of
from etl.readers import tables

MOST_ROWS = 100_000
_HEAD_ROWS = 200
_LEAST_NAMES, _LEAST_FOR_FOOTER = 2, 3
_NUMBER = re.compile(r"[-+]?[\d.,: /-]*\d[\d.,: /-]*")


@dataclass(frozen=True, slots=True)
class Grid:
    """A file's header and rows as text, with the contract that opened it.

    `writing` are the lines of TOML on how the file is written (delimiters, record path ...); `notes` what was seen on
    the way. `is_whole`: are these all of its rows? `doubts`: what of the writing is a guess (`record`, `rows`
    of XML), with the other paths that it could be.
    """

    path: Path
    identified: Identified
    rows: list[list[str]]
    writing: tuple[str, ...]
    match: tuple[str, ...]
    notes: tuple[str, ...] = ()
    is_whole: bool = True
    doubts: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def header(self) -> tuple[str, ...]:
        """The names of its columns."""
        return self.identified.header

    @property
    def kind(self) -> str:
        """csv, xlsx, workbook or xml."""
        return self.identified.dialect.kind

    @property
    def rows_path(self) -> str:
        """Of XML, the path of the rows inside a record; else nothing."""
        xml = self.identified.contract.xml
        return next(iter(xml.rows), "") if xml else ""

    @property
    def form(self) -> str:
        """The table of a contract that says how such a file is written."""
        return {"xml": "xml", "csv": "csv"}.get(self.kind, "xlsx")


def open_grid(path: Path, words: Words, answers: Mapping[str, str]) -> Grid:
    """Open a file, `record` and `rows` of XML as the answers say.

    Raises FileRejected where it is no table, or one whose records cannot be told apart for certain.
    """
    look = look_at(path)
    if look.kind == "markup":
        from etl.readers import xml

        root = xml.root_of(path)
        if (root.name, root.namespace) != ("Workbook", WORKBOOK):
            return _of_xml(path, words, answers)
        return _of_sheet(path, "workbook")
    if look.kind == "xlsx":
        return _of_sheet(path, "xlsx")
    return _of_text(path, look)


def toml(value: object) -> str:
    """A text, a list of texts or a truth as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return f"[{', '.join(map(toml, value))}]" if isinstance(value, list | tuple) else str(value)


def _contract(match: Sequence[str], form: str, writing: Sequence[str]) -> Contract:
    """A contract that says how a file is written and reads nothing."""
    lines = ['system = "?"', 'evidence = "sample"', 'refuse = { en = "", da = "" }', "[match]", *match]
    return contracts.parse("\n".join([*lines, f"[{form}]", *writing]), source="unknown")


def _filled(path: Path, identified: Identified, form: str, match: Sequence[str], writing: Sequence[str]) -> Grid:
    """The grid with its rows. Where rows are uneven only by empty cells at their ends, that is noted and allowed."""
    notes: tuple[str, ...] = ()
    try:
        found = list(islice(readers.rows(path, identified), MOST_ROWS + 1))
    except FileRejected as refused:
        if refused.code != "FILE_DAMAGED" or form != "csv":
            raise
        writing = [*writing, 'ragged = "trailing_empty"']
        identified = replace(identified, contract=_contract(match, form, writing))
        found = list(islice(readers.rows(path, identified), MOST_ROWS + 1))
        notes = ("rows have fewer cells than the header, or empty ones too many",)
    rows = [row.cells for row in found if any(cell.strip() for cell in row.cells)]
    return Grid(
        path, identified, rows[:MOST_ROWS], tuple(writing), tuple(match), notes, is_whole=len(found) <= MOST_ROWS
    )


def _of_text(path: Path, look: Look) -> Grid:
    delimiter, line, header = _header_of(look.head)
    names = tuple(map(shown, header))
    match = [f"headers = {toml([name for name in names if name])}"]
    writing = [f"delimiters = {toml([delimiter])}"]
    footer = _footer_of(look, delimiter, len(header))
    writing += [f"footer = {toml(footer)}"] if footer else []
    contract = _contract(match, "csv", writing)
    dialect = dialect_of(look, Candidate(tuple(header), delimiter, line, ()), contract.csv or Csv())
    grid = _filled(path, Identified(contract, dialect, names), "csv", match, writing)
    seen = f"encoding {dialect.encoding}, delimiter {delimiter!r}, header in line {line}"
    return replace(grid, notes=(seen, *grid.notes))


def _header_of(text: str) -> tuple[str, int, list[str]]:
    """The delimiter, the line and the cells of what is most like a header."""
    best: tuple[int, str, int, list[str]] | None = None
    for delimiter in DELIMITERS:
        rows = _rows_under(text, delimiter)
        widths = Counter(len(cells) for _, cells in rows[1:] or rows if len(cells) > 1)
        for number, (line, cells) in enumerate(rows[:MOST_LINES_ABOVE]):
            below = sum(count for width, count in widths.items() if _is_width(width, cells))
            if below and _is_header(cells, [row for _, row in rows[number + 1 :]]):
                # Of two delimiters that both split every row, the one that splits it into more cells.
                score = below * (len(list(filter(str.strip, cells))) - 1)
                if best is None or score > best[0]:
                    best = (score, delimiter, line, cells)
                break
    if best is None:
        raise FileRejected("FILE_UNKNOWN", value="-", expected="-", nearest=None, missing=[], near={})
    return best[1:]


def _rows_under(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """The first records under a delimiter, with their lines; blank ones are left out."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    found, line = [], 1
    try:
        for cells in islice(reader, _HEAD_ROWS):
            if any(map(str.strip, cells)):
                found.append((line, cells))
            line = reader.line_num + 1
    except csv.Error:
        pass  # another delimiter, or the file ends in the middle of a record
    return found


def _is_width(width: int, header: list[str]) -> bool:
    """Is a row of so many cells one of this header (whose last cells may be empty)?"""
    return 0.6 * len(header) <= width <= len(header) + 1


def _is_header(cells: list[str], below: list[list[str]]) -> bool:
    """Are the cells names: most are filled, hardly any come twice, none is a number or a date?"""
    filled = [cell.strip() for cell in cells if cell.strip("\ufeff ")]
    if len(filled) < _LEAST_NAMES or len(filled) < 0.6 * len(cells) or len(set(filled)) < 0.9 * len(filled):
        return False
    if any(_NUMBER.fullmatch(cell) for cell in filled):
        return False
    return not below or any(_is_width(len(row), cells) for row in below)


def _footer_of(look: Look, delimiter: str, width: int) -> list[str]:
    """A pattern of the last line where that is one text below rows of many cells."""
    lines = [line for line in look.tail.decode(look.encoding, errors="ignore").splitlines() if line.strip()]
    if min(width, len(lines)) < _LEAST_FOR_FOOTER:
        return []
    cells = next(csv.reader([lines[-1]], delimiter=delimiter), [])
    is_text = len([cell for cell in cells if cell.strip()]) == 1 and len(cells) < width and cells[0].strip()
    words = re.match(r"[^\W\d]+(?: [^\W\d]+)?", cells[0].strip()) if is_text else None
    return [f'^"?{re.escape(words[0])}'] if words else []


def _of_sheet(path: Path, kind: str) -> Grid:
    """The sheet whose header has the most rows below it."""
    found = [c for c in sheet_candidates(path, kind) if _is_header(list(c.cells), [])]
    sizes = {s.name: sum(1 for _, cells in s.rows if any(cells)) for s in tables.sheets_of(path, kind)}
    if not found:
        raise FileRejected("FILE_UNKNOWN", value="-", expected="-", nearest=None, missing=[], near={})
    best = max(found, key=lambda c: (sizes.get(c.sheet, 0), len(c.names), -c.line))
    header = tuple(map(shown, best.cells))
    match = [f"headers = {toml([name for name in header if name])}"]
    if len(sizes) > 1:
        match.append(f"sheet = {toml(best.sheet)}")
    dialect = Dialect("utf-8", ",", 0, 0, best.line, kind, best.sheet)
    grid = _filled(path, Identified(_contract(match, "xlsx", []), dialect, header), "xlsx", match, [])
    return replace(grid, notes=(f"sheet {best.sheet!r}, header in row {best.line}",))


def _of_xml(path: Path, words: Words, answers: Mapping[str, str]) -> Grid:
    from etl.readers import xml
    from etl.readers.xml.survey import survey

    root = xml.root_of(path)
    found = survey(path, answers.get("record"), answers.get("rows"))
    if not found.record:
        raise FileRejected("FILE_UNKNOWN", value=f"<{root.name}>", expected="-", nearest=None, missing=[], near={})
    match = [f"root = {toml(root.name)}", *([f"namespace = {toml(root.namespace)}"] if root.namespace else [])]
    writing = [f"record = {toml(found.record)}", *([f"rows = {toml([found.rows])}"] if found.rows else [])]
    contract = _contract(match, "xml", writing)
    head = xml.head_of(path, contract)
    header = head.header if head else ()
    dialect = Dialect("utf-8", "", 0, path.stat().st_size, 0, "xml")
    grid = _filled(path, Identified(contract, dialect, header), "xml", match, writing)
    notes = [f"root <{root.name}>, {found.counts[found.record]} x {found.record}"]
    notes += [f"rows inside: {found.rows}"] if found.rows else []
    doubts = {
        key: found.others[key]
        for key, path_ in (("record", found.record), ("rows", found.rows))
        if path_ and key not in answers and (_is_strange(path_, words) or (key == "record" and found.is_part))
    }
    return replace(grid, notes=tuple(notes), doubts=doubts)


def _is_strange(path: str, words: Words) -> bool:
    """Is the element's name none that records have?"""
    return not words.records & {*phrase_of(path.rpartition("/")[2]).split(), key_of(path.rpartition("/")[2])}
