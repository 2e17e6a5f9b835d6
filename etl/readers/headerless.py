"""Tables without a header: their columns are called `1`, `2`, ... from the left."""

from collections.abc import Iterator

from etl.contracts import Contract
from etl.contracts.writing import Csv
from etl.readers.careful import damaged, rows_of_text
from etl.readers.grid import Record


def header(text: str, contract: Contract) -> tuple[str, ...]:
    """As many columns as the first line has cells."""
    _, cells = next(rows_of_text(text, _delimiter(contract)), (0, []))
    return tuple(str(number) for number in range(1, len(cells) + 1))


def rows(text: str, contract: Contract) -> Iterator[Record]:
    """Every row that says anything. FILE_DAMAGED where one has more or fewer cells than the first."""
    delimiter, width = _delimiter(contract), len(header(text, contract))
    for ordinal, (line, cells) in enumerate(rows_of_text(text, delimiter), 1):
        if len(cells) != width:
            raise damaged(line, value=f"{len(cells) - 1} x {delimiter!r}", expected=f"{width - 1} x {delimiter!r}")
        yield Record(ordinal, line, cells)


def _delimiter(contract: Contract) -> str:
    return (contract.table or Csv()).delimiters[0]
