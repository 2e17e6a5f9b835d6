"""Several kinds of records in one comma separated text, each with a header row of its own.

A section begins with a row whose first cell names its kind, followed by the names of its columns; its rows begin with
the same word. Rows before the first section, and of words that no section bears, are no records. A column is called by
its name, whatever the case; the kind is the column `#kind`.

    SettlementInfo,Date,Gross        the header of a section
    SettlementInfo,12.04.2025,16.00  one of its rows
    TransactionInfo,Date,Order,Net   the header of another
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
_TAG = str.isidentifier
_AMOUNT = re.compile(r"-?[0-9]+,[0-9]{2}")


def header(text: str, contract: Contract) -> tuple[str, ...]:
    """The columns of all sections, each name once, and the kind."""
    del contract
    names: dict[str, str] = {}
    for _, cells, is_header in _rows(text):
        if is_header:
            for name in cells[1:]:
                names.setdefault(folded(name), name)
    return (KIND, *names.values())


def rows(text: str, contract: Contract) -> Iterator[Record]:
    """The records of all sections, in file order, under the common header."""
    places = {folded(name): place for place, name in enumerate(header(text, contract))}
    columns: dict[str, list[str]] = {}
    ordinal = 0
    for line, cells, is_header in _rows(text):
        if is_header:
            columns[cells[0]] = cells[1:]
            continue
        ordinal += 1
        own = columns[cells[0]]
        if len(cells) - 1 != len(own):
            raise _damaged(line, cells, own)
        said = [""] * len(places)
        said[0] = cells[0]
        for name, cell in zip(own, cells[1:], strict=True):
            said[places[folded(name)]] = cell
        yield Record(ordinal, line, said)


def _rows(text: str) -> Iterator[tuple[int, list[str], bool]]:
    """(line, cells, is it the header of a section) of the rows that belong to a section."""
    tags = _tags(text)
    reader = csv.reader(io.StringIO(text, newline=""))
    for cells in reader:
        if not cells or not _TAG(cells[0]):
            continue
        if len(cells) > 1 and all(map(_TAG, cells)) and cells[0] in tags:
            yield reader.line_num, cells, True
        elif cells[0] in tags:
            yield reader.line_num, cells, False


def _tags(text: str) -> set[str]:
    """The words that name a section: the first cell of a row of names, and of more than one row."""
    cells = [row for row in csv.reader(io.StringIO(text, newline="")) if row and _TAG(row[0])]
    named = {row[0] for row in cells if len(row) > 1 and all(map(_TAG, row))}
    firsts = [row[0] for row in cells]
    later = _of_later(cells, named)
    return {tag for tag in named if firsts.count(tag) > 1 or tag in later}


def _of_later(cells: list[list[str]], named: set[str]) -> set[str]:
    """Sections without rows: a row of names below a section that has some."""
    firsts = [row[0] for row in cells]
    start = min((firsts.index(tag) for tag in named if firsts.count(tag) > 1), default=len(firsts))
    return set(firsts[start:])


def _damaged(line: int, cells: list[str], columns: list[str]) -> FileRejected:
    """A row with more or fewer cells than its section: often an amount with a comma in it, of which there are two."""
    amounts = [f"{one},{two}" for one, two in pairwise(cells[1:]) if _AMOUNT.fullmatch(f"{one},{two}")]
    likely = f" ({', '.join(amounts)}?)" if amounts else ""
    value, expected = f"{len(cells) - 1} x ','{likely}", f"{len(columns)} x ','"
    return FileRejected("FILE_DAMAGED", field=str(line), value=value, expected=expected, line=line)
