"""Which source a dropped file comes from: exactly one contract claims it, or it is refused with the nearest miss.

Only the head and the tail of the file are looked at. The header is the first record, read with any delimiter, that
holds every name some contract asks for; what stands above it (a `sep=` line, a line that names the type, a preamble)
is left out, and so are the footer lines that the contract knows.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl.contracts import Contract, Dialect, Identified, bind, claims
from etl.contracts.dialect import binary_kind, encoding_of
from etl.contracts.limits import MAX_BYTES, MAX_COLUMNS
from etl.errors import FileRejected
from etl.identify.candidates import MOST_LINES_ABOVE, Candidate, candidates_of, misses, shown

__all__ = ["explain", "identify"]

HEAD_BYTES = 256 * 1024
TAIL_BYTES = 16 * 1024
_LINE_END = re.compile(r"\r\n|\r|\n")
_DECLARES_DELIMITER = re.compile(r"sep=(.)?", re.IGNORECASE)
_MOST_TOLD = 5


@dataclass(frozen=True, slots=True)
class _Look:
    """What was seen of a file: its size, its encoding and mark, its head as text, its tail as bytes."""

    size: int
    encoding: str
    mark: int
    head: str
    tail: bytes


def identify(path: Path, contracts: Mapping[str, Contract], *, wanted: str | None = None) -> Identified:
    """The contract of a file, with how the file is written and its header.

    `wanted` is the source that the shop of the folder is set up for: where several contracts claim the file and this
    is one of them, it is the one. Raises FileRejected: FILE_EMPTY, FILE_TOO_LARGE, FILE_NOT_TEXT, FILE_UNKNOWN (facts
    `nearest`, `missing`, `near`), FILE_AMBIGUOUS (fact `sources`).
    """
    look = _look(path)
    candidates = candidates_of(look.head)
    candidate, contract = _only_claim(candidates, contracts, look.encoding, wanted)
    if len(candidate.cells) > MAX_COLUMNS:
        raise FileRejected("FILE_TOO_LARGE", field="columns", value=len(candidate.cells), expected=MAX_COLUMNS)
    start = look.mark + _bytes_above(look.head, candidate.line, look.encoding)
    end = look.size - _footer_bytes(look.tail, look.encoding, contract)
    dialect = Dialect(look.encoding, candidate.delimiter, start, max(start, end), candidate.line)
    return Identified(contract, dialect, tuple(shown(cell) for cell in candidate.cells))


def explain(path: Path, contracts: Mapping[str, Contract]) -> dict[str, Any]:
    """What `identify` makes of a file, why, and which other contracts come near: what each misses and what it finds."""
    answer: dict[str, Any] = {"file": path.name, "source": None}
    try:
        found = identify(path, contracts)
    except FileRejected as refused:
        answer |= {"reason_code": refused.code} | {k: v for k, v in refused.facts.items() if isinstance(v, str | int)}
    else:
        bound = bind(found.contract, found.header)
        read = {found.header[position] for positions in bound.values() for position in positions}
        answer |= {
            "source": found.contract.source,
            "entity": found.contract.entity,
            "encoding": found.dialect.encoding,
            "delimiter": found.dialect.delimiter,
            "header_line": found.dialect.header_line,
            "columns": {name: ", ".join(found.header[p] for p in positions) for name, positions in bound.items()},
            "not_read": [name for name in found.header if name not in read],
        }
    if answer.get("reason_code") in {None, "FILE_UNKNOWN", "FILE_AMBIGUOUS"}:
        nearest = misses(candidates_of(_look(path).head), contracts)
        answer["near"] = [
            {"source": m.contract.source, "known": m.known, "missing": list(m.missing), "differs": m.told}
            for m in nearest[:_MOST_TOLD]
            if m.contract.source != answer["source"]
        ]
    return answer


def _look(path: Path) -> _Look:
    """The head and tail of a file, or FileRejected where that is no text."""
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
    return _Look(size, encoding, mark, text, tail)


def _only_claim(
    candidates: list[Candidate], contracts: Mapping[str, Contract], encoding: str, wanted: str | None
) -> tuple[Candidate, Contract]:
    """The one contract that claims the highest header that any contract claims."""
    claimed: dict[str, tuple[Candidate, Contract]] = {}
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
        raise FileRejected("FILE_AMBIGUOUS", value=", ".join(sorted(claimed)), sources=sorted(claimed))
    if not claimed:
        raise _unknown(candidates, contracts)
    return next(iter(claimed.values()))


def _may_be_written_so(contract: Contract, candidate: Candidate, encoding: str) -> bool:
    """Does the contract allow this delimiter, this encoding, and what stands above the header?"""
    form = contract.csv
    if form is None or candidate.delimiter not in form.delimiters:
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


def _unknown(candidates: list[Candidate], contracts: Mapping[str, Contract]) -> FileRejected:
    """The refusal of a file that no contract claims: which came nearest, what it misses, what stands there instead."""
    # One name in common, such as "Type", makes no near miss.
    near_enough = (m for m in misses(candidates, contracts) if 3 * m.known >= len(m.contract.match.headers))
    nearest = next(near_enough, None)
    if nearest is None:
        header = max((candidate.cells for candidate in candidates), key=len, default=())
        seen = ", ".join(shown(cell) for cell in header[:8])
        return FileRejected("FILE_UNKNOWN", value=seen or "-", expected="-", nearest=None, missing=[], near={})
    return FileRejected(
        "FILE_UNKNOWN",
        value=nearest.told or f"{nearest.candidate.delimiter!r}",
        expected=nearest.contract.source,
        nearest=nearest.contract.source,
        missing=list(nearest.missing),
        near=nearest.near,
        line=nearest.candidate.line,
    )


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
