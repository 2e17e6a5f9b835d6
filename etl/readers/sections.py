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
from collections.abc import Iterator, Mapping
from itertools import pairwise

from etl.contracts import Contract
from etl.errors import FileRejected
from etl.readers.grid import Record

KIND = "#kind"
_AMOUNT = re.compile(r"-?[0-9]+,[0-9]{2}")
_LONGEST_SHOWN = 60

Row = tuple[int, list[str]]  # the physical line it ends in, and its cells


def header(text: str, contract: Contract) -> tuple[str, ...]:
    """The kind, and the columns of all sections in the order in which these begin."""
    del contract
    return (KIND, *(f"{kind}/{name}" for kind, head in _heads(_rows(text)).items() for name in head[1:]))


def rows(text: str, contract: Contract) -> Iterator[Record]:
    """The records of all sections, in file order, under the common header. FILE_DAMAGED where one does not fit."""
    width = len(header(text, contract))
    found = _rows(text)
    heads = _heads(found)
    places = _places(heads)
    begun: set[str] = set()
    above: set[tuple[str, ...]] = set()
    ordinal = 0
    for line, cells in found:
        kind = cells[0]
        if cells == heads.get(kind):
            begun.add(kind)
        elif kind in begun:
            ordinal += 1
            yield Record(ordinal, line, _under(heads[kind], places[kind], width, line, cells))
        elif kind in heads or (begun and tuple(cells) not in above):
            value, expected = kind[:_LONGEST_SHOWN], ", ".join(heads)
            raise FileRejected("FILE_DAMAGED", field=str(line), value=value, expected=expected, line=line)
        else:  # a report that stands twice in a file has its beginning twice
            above.add(tuple(cells))


def _rows(text: str) -> list[Row]:
    """Every row that says anything."""
    reader = csv.reader(io.StringIO(text, newline=""))
    return [(reader.line_num, cells) for cells in reader if any(cells)]


def _heads(found: list[Row]) -> dict[str, list[str]]:
    """The header of each section by its kind: the first row of names with rows below it, and those that begin after it.

    What stands above the first may stand below again, and begins no section there either.
    """
    words = {cells[0] for _, cells in found if not _is_head(cells)}
    start = next((n for n, (_, cells) in enumerate(found) if _is_head(cells) and cells[0] in words), len(found))
    above = [cells for _, cells in found[:start]]
    heads: dict[str, list[str]] = {}
    for _, cells in found[start:]:
        if _is_head(cells) and cells not in above:
            heads.setdefault(cells[0], cells)
    return heads


def _is_head(cells: list[str]) -> bool:
    """Is it a row of names only?"""
    return len(cells) > 1 and all(map(str.isidentifier, cells))


def _places(heads: Mapping[str, list[str]]) -> dict[str, int]:
    """Where the columns of each section begin in the common header."""
    places: dict[str, int] = {}
    place = 1
    for kind, head in heads.items():
        places[kind] = place
        place += len(head) - 1
    return places


def _under(head: list[str], place: int, width: int, line: int, cells: list[str]) -> list[str]:
    """The cells of a row in their places under the common header."""
    if len(cells) != len(head):
        raise _damaged(line, cells, len(head))
    return [cells[0], *[""] * (place - 1), *cells[1:], *[""] * (width - place - len(cells) + 1)]


def _damaged(line: int, cells: list[str], columns: int) -> FileRejected:
    """A row with more or fewer cells than its section: often an amount with a comma in it became two of them."""
    amounts = [f"{one},{two}" for one, two in pairwise(cells[1:]) if _AMOUNT.fullmatch(f"{one},{two}")]
    likely = f" ({' / '.join(amounts)}?)" if amounts and len(cells) > columns else ""
    value, expected = f"{len(cells) - 1} x ','{likely}", f"{columns - 1} x ','"
    return FileRejected("FILE_DAMAGED", field=str(line), value=value, expected=expected, line=line)
