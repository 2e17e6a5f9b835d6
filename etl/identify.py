"""Which source a dropped file comes from: exactly one contract claims it, or the file is refused with the nearest miss.

Only the head and the tail of the file are looked at. The header is the first record, read with any delimiter, that holds
every name some contract asks for; what stands above it (a `sep=` line, a line that names the type, a preamble) is left out,
and so are the footer lines that the contract knows.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from etl.contracts import Contract, Dialect, Identified, claims, folded, missing
from etl.contracts.dialect import binary_kind, encoding_of
from etl.contracts.limits import MAX_BYTES, MAX_COLUMNS
from etl.errors import FileRejected

HEAD_BYTES = 256 * 1024
TAIL_BYTES = 16 * 1024
# How far down a header is looked for.
MOST_LINES_ABOVE = 30
DELIMITERS = (",", ";", "\t", "|")
_LINE_END = re.compile(r"\r\n|\r|\n")
_DECLARES_DELIMITER = re.compile(r"sep=(.)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A record that could be the header: its cells under one delimiter, and how many records stand above it."""

    cells: tuple[str, ...]
    delimiter: str
    line: int
    above: tuple[tuple[str, ...], ...]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(filter(None, map(folded, self.cells)))


def identify(path: Path, contracts: Mapping[str, Contract], *, wanted: str | None = None) -> Identified:
    """The contract of a file, with how the file is written and its header.

    `wanted` is the source that the shop of the folder is set up for: where several contracts claim the file and this is one
    of them, it is the one. Raises FileRejected: FILE_EMPTY, FILE_TOO_LARGE, FILE_NOT_TEXT, FILE_UNKNOWN (facts `nearest`,
    `missing`, `near`), FILE_AMBIGUOUS (fact `sources`).
    """
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise FileRejected("FILE_TOO_LARGE", field="MB", value=size // 1024**2, expected=MAX_BYTES // 1024**2)
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        file.seek(max(0, size - TAIL_BYTES))
        tail = file.read(TAIL_BYTES)
    found = encoding_of(head, is_whole=size <= HEAD_BYTES)
    if found is None:
        raise FileRejected("FILE_NOT_TEXT", value=binary_kind(head))
    encoding, mark = found
    text = head[mark:].decode(encoding, errors="replace")
    if not text.strip("\ufeff\0 \t\r\n\u00a0"):
        raise FileRejected("FILE_EMPTY", value=path.name)
    candidates = list(_candidates(text))
    candidate, contract = _only_claim(candidates, contracts, encoding, wanted)
    if len(candidate.cells) > MAX_COLUMNS:
        raise FileRejected("FILE_TOO_LARGE", field="columns", value=len(candidate.cells), expected=MAX_COLUMNS)
    start = mark + _bytes_above(text, candidate.line, encoding)
    end = size - _footer_bytes(tail, encoding, contract)
    dialect = Dialect(encoding, candidate.delimiter, start, max(start, end), candidate.line)
    return Identified(contract, dialect, tuple(_shown(cell) for cell in candidate.cells))


def _candidates(text: str) -> Iterator[_Candidate]:
    """The first records of the file under each delimiter, line by line, so that the highest header comes first."""
    found: list[_Candidate] = []
    for delimiter in DELIMITERS:
        above: list[tuple[str, ...]] = []
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        line = 1
        try:
            for cells in reader:
                if line > MOST_LINES_ABOVE:
                    break
                if len(cells) > 1:
                    found.append(_Candidate(tuple(cells), delimiter, line, tuple(above)))
                if cells:
                    above.append(tuple(cells))
                line = reader.line_num + 1
        except csv.Error:
            continue  # not with this delimiter, or not in this encoding; the others tell
    yield from sorted(found, key=lambda candidate: candidate.line)


def _only_claim(
    candidates: list[_Candidate], contracts: Mapping[str, Contract], encoding: str, wanted: str | None
) -> tuple[_Candidate, Contract]:
    """The one contract that claims the highest header that any contract claims."""
    claimed: dict[str, tuple[_Candidate, Contract]] = {}
    for candidate in candidates:
        if claimed and candidate.line > next(iter(claimed.values()))[0].line:
            break
        names = candidate.names
        for name, contract in contracts.items():
            if _may_be_written_so(contract, candidate, encoding) and claims(contract, names):
                claimed.setdefault(name, (candidate, contract))
    if wanted in claimed:
        return claimed[wanted]
    if len(claimed) > 1:
        names_of_all = ", ".join(sorted(claimed))
        raise FileRejected("FILE_AMBIGUOUS", value=names_of_all, sources=sorted(claimed))
    if not claimed:
        raise _unknown(candidates, contracts)
    return next(iter(claimed.values()))


def _may_be_written_so(contract: Contract, candidate: _Candidate, encoding: str) -> bool:
    """Does the contract allow this delimiter, this encoding, and what stands above the header?"""
    csv_part = contract.csv
    if csv_part is None or candidate.delimiter not in csv_part.delimiters:
        return False
    if not any(encoding.startswith(allowed) for allowed in csv_part.encodings):
        return False
    above = [cells for cells in candidate.above if not _declares_delimiter(cells)]
    allowed_above = {"first": 0, "type_line": 1, "preamble": MOST_LINES_ABOVE}[csv_part.header_row]
    is_type_line = csv_part.header_row != "type_line" or all(len([c for c in cells if c.strip()]) == 1 for cells in above)
    return len(above) <= allowed_above and is_type_line


def _declares_delimiter(cells: tuple[str, ...]) -> bool:
    """Is this record a spreadsheet's `sep=;` line? Under the delimiter that it names it is split in two."""
    return bool(_DECLARES_DELIMITER.fullmatch("".join(cells).strip()))


def _unknown(candidates: list[_Candidate], contracts: Mapping[str, Contract]) -> FileRejected:
    """The refusal of a file that no contract claims: which came nearest, what it misses, what stands there instead."""
    best: tuple[int, float, _Candidate, Contract] | None = None
    for candidate in candidates:
        names = candidate.names
        for contract in contracts.values():
            known = len(names & _names_of(contract))
            share = 1 / (1 + len(missing(contract, names)))
            if known and (best is None or (known, share) > best[:2]):
                best = (known, share, candidate, contract)
    if best is None:
        header = max((c.cells for c in candidates), key=len, default=())
        shown = ", ".join(_shown(cell) for cell in header[:8])
        return FileRejected("FILE_UNKNOWN", value=shown or "–", expected="–", nearest=None, missing=[], near={})  # noqa: RUF001
    contract, candidate = best[3], best[2]
    lacking = missing(contract, candidate.names)
    forbidden = sorted(candidate.names & set(map(folded, contract.match.not_headers)))
    present = {folded(cell): _shown(cell) for cell in candidate.cells}
    near = {name: present[close[0]] for name in lacking if (close := get_close_matches(folded(name), present, 1, 0.6))}
    told = [f"{name} ({near[name]}?)" if name in near else name for name in lacking] + [f"!{name}" for name in forbidden]
    return FileRejected(
        "FILE_UNKNOWN",
        value=", ".join(told),
        expected=contract.source,
        nearest=contract.source,
        missing=lacking,
        near=near,
        line=candidate.line,
    )


def _names_of(contract: Contract) -> frozenset[str]:
    """Every header name that the contract knows."""
    named = {name for reading in contract.columns.values() for name in reading.names}
    return frozenset(map(folded, named.union(contract.match.headers)))


def _bytes_above(text: str, header_line: int, encoding: str) -> int:
    """The length in bytes of what stands above the header."""
    ends = [match.end() for match, _ in zip(_LINE_END.finditer(text), range(header_line - 1), strict=False)]
    return len(text[: ends[-1]].encode(encoding)) if ends else 0


def _footer_bytes(tail: bytes, encoding: str, contract: Contract) -> int:
    """The length in bytes of the footer lines that the contract knows, blank lines among them."""
    patterns = [re.compile(pattern) for pattern in contract.csv.footer] if contract.csv else []
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


def _shown(cell: str) -> str:
    """A header name as it is shown and kept: without marks and surrounding blanks."""
    return cell.replace("\ufeff", "").strip("\u00a0 \t\r\n")
