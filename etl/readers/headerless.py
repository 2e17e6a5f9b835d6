"""Tables without a header: their columns are called `1`, `2`, ... from the left."""

import csv
import io
from collections.abc import Iterator

from etl.contracts import Contract
from etl.contracts.writing import Csv
from etl.errors import FileRejected
from etl.readers.grid import Record


def header(text: str, contract: Contract) -> tuple[str, ...]:
    """As many columns as the first line has cells."""
    first = next(_lines(text, contract), (0, []))[1]
    return tuple(str(number) for number in range(1, len(first) + 1))


def rows(text: str, contract: Contract) -> Iterator[Record]:
    """Every line that is not blank. FILE_DAMAGED where one has another number of cells than the first."""
    width = len(header(text, contract))
    for ordinal, (line, cells) in enumerate(_lines(text, contract), 1):
        if len(cells) != width:
            raise FileRejected(
                "FILE_DAMAGED", field=str(line), value=f"{len(cells)} cells", expected=f"{width} cells", line=line
            )
        yield Record(ordinal, line, cells)


def _lines(text: str, contract: Contract) -> Iterator[tuple[int, list[str]]]:
    delimiter = (contract.table or Csv()).delimiters[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    begin = 1
    for cells in reader:
        if any(map(str.strip, cells)):
            yield begin, cells
        begin = reader.line_num + 1
