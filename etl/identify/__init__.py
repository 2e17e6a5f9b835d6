"""Which source a dropped file comes from: exactly one contract claims it, or it is refused with the nearest miss.

Of a table only the head and the tail are looked at. The header is the first record, read with any delimiter, that
holds every name some contract asks for; what stands above it (a `sep=` line, a line that names the type, a preamble)
is left out, and so are the footer lines that the contract knows. In a spreadsheet it is the first such row of a sheet.
XML is known by its root and its records, text of an odd syntax by how it begins.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from etl.contracts import Contract, Identified, bind
from etl.contracts.limits import MAX_COLUMNS
from etl.errors import FileRejected
from etl.identify.candidates import Candidate, misses, shown
from etl.identify.claims import Claim, claims_of
from etl.identify.look import look_at
from etl.readers.grid import made_columns

__all__ = ["explain", "identify"]

_MOST_TOLD = 5


def identify(path: Path, contracts: Mapping[str, Contract], *, wanted: str | None = None) -> Identified:
    """The contract of a file, with how the file is written and its header.

    `wanted` is the source that the shop of the folder is set up for: where several contracts claim the file and this
    is one of them, it is the one. Raises FileRejected: FILE_EMPTY, FILE_TOO_LARGE, FILE_NOT_TEXT, FILE_UNKNOWN (facts
    `nearest`, `missing`, `near`), FILE_AMBIGUOUS (fact `sources`), FILE_REFUSED (fact `refuse`: what to export
    instead), and what the readers of XML and spreadsheets refuse.
    """
    claims, candidates, kind = claims_of(path, look_at(path), contracts)
    claim = _chosen(claims, wanted)
    if claim is None:
        raise _unknown(candidates, contracts, kind)
    contract = claim.contract
    if contract.refuse:
        raise FileRejected("FILE_REFUSED", value=contract.source, expected=contract.refuse.en, refuse=contract.refuse)
    if len(claim.header) > MAX_COLUMNS:
        raise FileRejected("FILE_TOO_LARGE", field="columns", value=len(claim.header), expected=MAX_COLUMNS)
    made = made_columns(contract)
    return Identified(contract, claim.dialect, (*claim.header, *made), len(made))


def _chosen(claims: list[Claim], wanted: str | None) -> Claim | None:
    """The claim that stands: the only one, the shop's own, or the one that reads all that the others read, and more."""
    by_source = {claim.contract.source: claim for claim in reversed(claims)}
    if len(by_source) <= 1 or wanted in by_source:
        return by_source.get(wanted or "") or next(iter(by_source.values()), None)
    for claim in by_source.values():
        others = [other for other in by_source.values() if other is not claim]
        if all(claim.read > other.read for other in others):
            return claim
    sources = sorted(by_source)
    raise FileRejected("FILE_AMBIGUOUS", value=", ".join(sources), sources=sources)


def explain(path: Path, contracts: Mapping[str, Contract]) -> dict[str, Any]:
    """What `identify` makes of a file, why, and which other contracts come near: what each misses and what it finds."""
    answer: dict[str, Any] = {"file": path.name, "source": None}
    try:
        found = identify(path, contracts)
    except FileRejected as refused:
        answer |= {"reason_code": refused.code} | {k: v for k, v in refused.facts.items() if isinstance(v, str | int)}
    else:
        answer |= _told(found)
    if answer.get("reason_code") in {None, "FILE_UNKNOWN", "FILE_AMBIGUOUS"}:
        nearest = misses(claims_of(path, look_at(path), contracts)[1], contracts)
        answer["near"] = [
            {"source": m.contract.source, "known": m.known, "missing": list(m.missing), "differs": m.told}
            for m in nearest[:_MOST_TOLD]
            if m.contract.source != answer["source"]
        ]
    return answer


def _told(found: Identified) -> dict[str, Any]:
    """What a file was found to be."""
    bound = bind(found.contract, found.header)
    read = {found.header[position] for positions in bound.values() for position in positions}
    return {
        "source": found.contract.source,
        "entity": found.contract.entity,
        "kind": found.dialect.kind,
        "encoding": found.dialect.encoding,
        "delimiter": found.dialect.delimiter,
        "header_line": found.dialect.header_line,
        "columns": {name: ", ".join(found.header[p] for p in positions) for name, positions in bound.items()},
        "not_read": [name for name in found.header if name not in read],
        "unknown": list(found.unknown),
    }


def _unknown(candidates: list[Candidate], contracts: Mapping[str, Contract], kind: str) -> FileRejected:
    """The refusal of a file that no contract claims: which came nearest, what it misses, what stands there instead."""
    if kind == "json" or kind.startswith("<"):
        return FileRejected("FILE_UNKNOWN", value=kind, expected="-", nearest=None, missing=[], near={})
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
