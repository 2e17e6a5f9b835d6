"""Which contracts claim a file, for each kind of file: a table in text or in a spreadsheet, XML, an odd syntax."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from etl.contracts import Contract, Dialect, claims, folded, missing
from etl.contracts.writing import Csv
from etl.identify.candidates import MOST_LINES_ABOVE, Candidate, candidates_of, shown
from etl.identify.look import Look
from etl.readers import tables

_LINE_END = re.compile(r"\r\n|\r|\n")
_DECLARES_DELIMITER = re.compile(r"sep=(.)?", re.IGNORECASE)
_START_LENGTH = 64 * 1024
# A file of ours to be mended: what was no table in the file is one there.
MENDED = "_error"
WORKBOOK = "urn:schemas-microsoft-com:office:spreadsheet"


@dataclass(frozen=True, slots=True)
class Claim:
    """A contract that claims a file: how the file is written then, and its header.

    `seen`: the columns that are really there, in files whose header says what could be.
    """

    contract: Contract
    dialect: Dialect
    header: tuple[str, ...]
    seen: frozenset[str] = frozenset()

    @property
    def read(self) -> frozenset[str]:
        """The columns of the file that the contract knows: the more, the better it fits."""
        names = frozenset(folded(name) for name in self.header if name and self.contract.knows(name))
        return names & self.seen if self.seen else names


def claims_of(path: Path, look: Look, contracts: Mapping[str, Contract]) -> tuple[list[Claim], list[Candidate], str]:
    """Every claim, the records that could be a header, and a word for what the file is."""
    if look.kind == "markup":
        return _of_markup(path, contracts)
    if look.kind == "xlsx":
        candidates = sheet_candidates(path, "xlsx")
        return list(_of_sheets(candidates, contracts, "xlsx")), candidates, "xlsx"
    odd = list(_of_odd_text(path, look, contracts))
    candidates = candidates_of(look.head)
    return odd or list(_of_text(look, candidates, contracts)), candidates, "json" if look.is_json else "text"


def _of_markup(path: Path, contracts: Mapping[str, Contract]) -> tuple[list[Claim], list[Candidate], str]:
    from etl.readers import xml

    root = xml.root_of(path)
    if (root.name, root.namespace) == ("Workbook", WORKBOOK):
        candidates = sheet_candidates(path, "workbook")
        return list(_of_sheets(candidates, contracts, "workbook")), candidates, "workbook"
    found = []
    for contract in contracts.values():
        if contract.xml is None or root.name not in contract.match.root:
            continue
        if not fnmatchcase(root.namespace, contract.match.namespace):
            continue
        head = xml.head_of(path, contract)
        if head and _has_its_facts(contract, head.seen):
            dialect = Dialect("utf-8", "", 0, path.stat().st_size, 0, "xml")
            found.append(Claim(contract.as_xml, dialect, head.header, head.seen))
    return found, [], f"<{root.name}>"


def _has_its_facts(contract: Contract, seen: frozenset[str]) -> bool:
    """Do the first records say what the contract asks for?

    One that is a table too asks only for what each row needs: XML leaves out what is empty.
    """
    if contract.table:
        return not missing(contract, seen, headers=False)
    return seen.issuperset(map(folded, contract.match.headers))


def sheet_candidates(path: Path, kind: str) -> list[Candidate]:
    """The first filled rows of each sheet as records that could be the header."""
    found = []
    for head in tables.heads(path, kind):
        for index, (number, cells) in enumerate(head.rows):
            if sum(map(bool, cells)) > 1:
                above = tuple(row for _, row in head.rows[:index])
                found.append(Candidate(cells, "", number, above, head.name))
    return found


def _of_sheets(candidates: list[Candidate], contracts: Mapping[str, Contract], kind: str) -> Iterator[Claim]:
    """The claims of the first sheet that has any, and in it of the highest row."""
    place: tuple[str, int] | None = None
    for candidate in candidates:
        if place not in {None, (candidate.sheet, candidate.line)}:
            return
        for contract in contracts.values():
            is_sheet = contract.table and fnmatchcase(candidate.sheet, contract.match.sheet)
            if is_sheet and claims(contract, candidate.names):
                place = (candidate.sheet, candidate.line)
                dialect = Dialect("utf-8", ",", 0, 0, candidate.line, kind, candidate.sheet)
                header = tuple(shown(cell) for cell in candidate.cells)
                yield Claim(contract, dialect, tables.with_sheet(contract, header))


def _of_odd_text(path: Path, look: Look, contracts: Mapping[str, Contract]) -> Iterator[Claim]:
    start = look.head[:_START_LENGTH].lstrip("\ufeff")
    for contract in contracts.values():
        if contract.reader and re.match(contract.match.starts_with, start, re.MULTILINE | re.DOTALL):
            header = tables.odd_header(look.whole(path), contract)
            if not missing(contract, frozenset(map(folded, header))):
                yield Claim(contract, Dialect(look.encoding, "", 0, look.size, 1, contract.reader), header)


def _of_text(look: Look, candidates: list[Candidate], contracts: Mapping[str, Contract]) -> Iterator[Claim]:
    """The claims of the highest record that any contract claims."""
    line = None
    for candidate in candidates:
        if line is not None and candidate.line > line:
            return
        for contract in contracts.values():
            form = _form(contract, candidate)
            if form and _may_be_written_so(form, candidate, look.encoding) and claims(contract, candidate.names):
                line = candidate.line
                yield Claim(contract, dialect_of(look, candidate, form), tuple(shown(cell) for cell in candidate.cells))


def _form(contract: Contract, candidate: Candidate) -> Csv | None:
    """How the contract's tables are written; rows of ours to be mended are a plain table whatever the source is."""
    return Csv() if MENDED in candidate.names else None if contract.reader else contract.table


def dialect_of(look: Look, candidate: Candidate, form: Csv) -> Dialect:
    """How a text file is written whose header is that record."""
    start = look.mark + _bytes_above(look.head, candidate.line, look.encoding)
    end = look.size - _footer_bytes(look.tail, look.encoding, form)
    return Dialect(look.encoding, candidate.delimiter, start, max(start, end), candidate.line)


def _may_be_written_so(form: Csv, candidate: Candidate, encoding: str) -> bool:
    """Does the contract allow this delimiter, this encoding, and what stands above the header?"""
    if candidate.delimiter not in form.delimiters:
        return False
    if not any(encoding.startswith(allowed) for allowed in form.encodings):
        return False
    above = [cells for cells in candidate.above if not _declares_delimiter(cells)]
    if form.header_row == "type_line" and any(len(list(filter(str.strip, cells))) > 1 for cells in above):
        return False
    return len(above) <= {"first": 0, "type_line": 1, "preamble": MOST_LINES_ABOVE}[form.header_row]


def _declares_delimiter(cells: tuple[str, ...]) -> bool:
    """Is this record a spreadsheet's `sep=;` line? Under the delimiter that it names it is split in two."""
    return bool(_DECLARES_DELIMITER.fullmatch("".join(cells).strip()))


def _bytes_above(text: str, header_line: int, encoding: str) -> int:
    """The length in bytes of what stands above the header."""
    ends = [match.end() for match, _ in zip(_LINE_END.finditer(text), range(header_line - 1), strict=False)]
    return len(text[: ends[-1]].encode(encoding)) if ends else 0


def _footer_bytes(tail: bytes, encoding: str, form: Csv) -> int:
    """The length in bytes of the footer lines that the contract knows, blank lines among them."""
    patterns = [re.compile(pattern) for pattern in form.footer]
    if not patterns:
        return 0
    text = tail.decode(encoding, errors="ignore")
    data_end = len(text)
    while text[:data_end].strip():
        body = text[:data_end].rstrip("\r\n \t;,")
        start = max(body.rfind("\n"), body.rfind("\r")) + 1
        if not any(pattern.search(body[start:]) for pattern in patterns):
            break
        data_end = start
    return len(text[data_end:].encode(encoding))
