"""The European Central Bank's euro reference rates: a line per day, a column per currency. One row is one rate.

Two forms: the history (`eurofxref-hist.csv`: `2026-11-23`, newest first) and the one day (`eurofxref.csv`:
`23 November 2026`, with blanks behind the commas); both end each line with a comma. `N/A` and an empty cell are no
rate. Days before the One Stop Shop began (1 July 2021) are no records: no return can need them.
"""

from collections.abc import Iterator

from etl.contracts import Contract
from etl.readers.careful import damaged, rows_of_text
from etl.readers.grid import Record

HEADER = ("date", "currency", "rate")
_DELIMITER = ","
_FIRST_DAY = "2021-07-01"
_NO_RATE = {"", "N/A"}
_ISO_LENGTH = 10


def header(text: str, contract: Contract) -> tuple[str, ...]:
    """The columns of a rate, whatever currencies the file has."""
    del text, contract
    return HEADER


def rows(text: str, contract: Contract) -> Iterator[Record]:
    """Every rate since the One Stop Shop began, in file order. FILE_DAMAGED where a line does not fit its heading."""
    del contract
    lines = rows_of_text(text.lstrip("\ufeff"), _DELIMITER)
    _, heading = next(lines, (1, []))
    currencies = [name.strip() for name in heading[1:]]
    ordinal = 0
    for line, cells in lines:
        day, rates = cells[0].strip(), [cell.strip() for cell in cells[1:]]
        if len(rates) != len(currencies):
            raise damaged(line, value=f"{len(rates)} x ','", expected=f"{len(currencies)} x ','")
        if len(day) == _ISO_LENGTH and day < _FIRST_DAY:
            continue
        for currency, rate in zip(currencies, rates, strict=True):
            if rate not in _NO_RATE:
                ordinal += 1
                yield Record(ordinal, line, [day, currency, rate], place=f"{line} {currency}".strip())
