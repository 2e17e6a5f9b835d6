"""The records of a file's head that could be its header, under each delimiter, and how nearly a contract claims one."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from etl.contracts import Contract, folded, missing

# How far down a header is looked for.
MOST_LINES_ABOVE = 30
DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that could be the header: its cells under one delimiter, its physical line, the records above it."""

    cells: tuple[str, ...]
    delimiter: str
    line: int
    above: tuple[tuple[str, ...], ...]
    sheet: str = ""

    @property
    def names(self) -> frozenset[str]:
        """The cells as header names are compared."""
        return frozenset(filter(None, map(folded, self.cells)))


@dataclass(frozen=True, slots=True)
class Miss:
    """How a contract fails to claim a record.

    `known` is how many of the record's names it knows, `missing` what it needs and does not find, `near` what stands
    there that looks like that, `forbidden` what must not stand there and does.
    """

    contract: Contract
    candidate: Candidate
    known: int
    missing: tuple[str, ...]
    near: dict[str, str]
    forbidden: tuple[str, ...]

    @property
    def told(self) -> str:
        """What differs: `Total (Totals?), Currency`; a name that must not be there has a `!`."""
        lacking = [f"{name} ({self.near[name]}?)" if name in self.near else name for name in self.missing]
        return ", ".join([*lacking, *(f"!{name}" for name in self.forbidden)])


def candidates_of(text: str) -> list[Candidate]:
    """The first records of the file under each delimiter, in the order of their lines."""
    found = [candidate for delimiter in DELIMITERS for candidate in _under(text, delimiter)]
    return sorted(found, key=lambda candidate: candidate.line)


def _under(text: str, delimiter: str) -> Iterator[Candidate]:
    above: list[tuple[str, ...]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    try:
        for cells in reader:
            if line > MOST_LINES_ABOVE:
                return
            if len(cells) > 1:
                yield Candidate(tuple(cells), delimiter, line, tuple(above))
            if cells:
                above.append(tuple(cells))
            line = reader.line_num + 1
    except csv.Error:
        return  # not with this delimiter, or not in this encoding; the others tell


def misses(candidates: list[Candidate], contracts: Mapping[str, Contract]) -> list[Miss]:
    """For each contract of tables that knows any name of any record its nearest record, the nearest contract first."""
    found = []
    for contract in (one for one in contracts.values() if one.table and not one.reader):
        known_names = _names_of(contract)
        near = [(len(c.names & known_names), -len(missing(contract, c.names)), -c.line, c) for c in candidates]
        known, _, _, candidate = max(near, key=lambda entry: entry[:3], default=(0, 0, 0, None))
        if known and candidate:
            found.append(_miss(contract, candidate, known))
    return sorted(found, key=lambda miss: (-miss.known, len(miss.missing), miss.contract.source))


def _miss(contract: Contract, candidate: Candidate, known: int) -> Miss:
    lacking = tuple(missing(contract, candidate.names))
    present = {folded(cell): shown(cell) for cell in candidate.cells}
    near = {name: present[close[0]] for name in lacking if (close := get_close_matches(folded(name), present, 1, 0.6))}
    forbidden = tuple(name for name in contract.match.not_headers if folded(name) in candidate.names)
    return Miss(contract, candidate, known, lacking, near, forbidden)


def _names_of(contract: Contract) -> frozenset[str]:
    """Every header name that the contract knows."""
    named = {name for reading in contract.columns.values() for name in reading.every_name}
    return frozenset(map(folded, named.union(contract.match.headers)))


def shown(cell: str) -> str:
    """A header name as it is shown and kept: without marks and surrounding blanks."""
    return cell.replace("\ufeff", "").strip("\u00a0 \t\r\n")
