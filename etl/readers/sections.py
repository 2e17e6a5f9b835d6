"""Several kinds of records in one comma separated text, each with a header row of its own.

A section begins with a row of names, the first of which names its kind; its rows begin with the same word. What stands
above the first section is no record; below it, a row that belongs to no section is damage. A column is called by its
kind and its name, for two kinds may mean different things by one name; the kind itself is the column `#kind`.

    Head,Date,Gross           the header of a section: Head/Date, Head/Gross
    Head,12.04.2025,16.00     one of its rows
    Line,Date,Order,Net       the header of another
"""

import csv
import io
import re
from collections.abc import Iterator
from itertools import pairwise

from etl.contracts import Contract, folded
from etl.errors import FileRejected
from etl.readers.grid import Record

KIND = "#kind"
_AMOUNT = re.compile(r"-?[0-9]+,[0-9]{2}")
_LONGEST_SHOWN = 60

Row = tuple[int, list[str]]  # the physical line it ends in, and its cells


def header(text: str, contract: Contract) -> tuple[str, ...]:
    """The kind, and the columns of all sections in the order in which they come."""
    del contract
    found = _rows(text)
    tags = _tags(found)
    names: dict[str, str] = {}
    for _, cells in found:
        if cells[0] in tags and _is_head(cells):
            names |= {folded(name): name for name in _named(cells)}
    return (KIND, *names.values())


def rows(text: str, contract: Contract) -> Iterator[Record]:
    """The records of all sections, in file order, under the common header. FILE_DAMAGED where one does not fit its own."""
    places = {folded(name): place for place, name in enumerate(header(text, contract))}
    found = _rows(text)
    tags = _tags(found)
    columns: dict[str, list[int]] = {}
    above: set[tuple[str, ...]] = set()
    ordinal = 0
    for line, cells in found:
        tag = cells[0]
        if tag in tags and _is_head(cells):
            columns[tag] = [places[folded(name)] for name in _named(cells)]
        elif tag in columns:
            ordinal += 1
            yield Record(ordinal, line, _under(line, cells, columns[tag], len(places)))
        elif not columns and tag not in tags:
            above.add(tuple(cells))
        elif tuple(cells) not in above:  # a report that stands twice in a file has its beginning twice
            raise FileRejected(
                "FILE_DAMAGED", field=str(line), value=tag[:_LONGEST_SHOWN], expected=", ".join(sorted(tags)), line=line
            )


def _rows(text: str) -> list[Row]:
    """Every row that says anything."""
    reader = csv.reader(io.StringIO(text, newline=""))
    return [(reader.line_num, cells) for cells in reader if any(cells)]


def _is_head(cells: list[str]) -> bool:
    """Is it a row of names only?"""
    return len(cells) > 1 and all(map(str.isidentifier, cells))


def _named(head: list[str]) -> list[str]:
    """The columns of a section's header, as they are called."""
    return [f"{head[0]}/{name}" for name in head[1:]]


def _tags(found: list[Row]) -> frozenset[str]:
    """The words that name a section: those of a row of names that begin other rows too, and all such words below it."""
    firsts = [cells[0] for _, cells in found]
    heads = [(place, cells[0]) for place, (_, cells) in enumerate(found) if _is_head(cells)]
    start = min((place for place, tag in heads if firsts.count(tag) > 1), default=len(found))
    return frozenset(tag for place, tag in heads if place >= start)


def _under(line: int, cells: list[str], columns: list[int], width: int) -> list[str]:
    """The cells of a row in their places under the common header."""
    if len(cells) - 1 != len(columns):
        raise _damaged(line, cells, len(columns))
    said = [cells[0], *[""] * (width - 1)]
    for place, cell in zip(columns, cells[1:], strict=True):
        said[place] = cell
    return said


def _damaged(line: int, cells: list[str], columns: int) -> FileRejected:
    """A row with more or fewer cells than its section: often an amount with a comma in it became two of them."""
    amounts = [f"{one},{two}" for one, two in pairwise(cells[1:]) if _AMOUNT.fullmatch(f"{one},{two}")]
    likely = f" ({' / '.join(amounts)}?)" if amounts and len(cells) - 1 > columns else ""
    value = f"{len(cells) - 1} x ','{likely}"
    return FileRejected("FILE_DAMAGED", field=str(line), value=value, expected=f"{columns} x ','", line=line)
