"""PayPal's settlement report: lines that begin with what they are. One row for each movement (`SB`).

`CH` names the columns of the lines behind it, `SH` the account of its section. Amounts are whole numbers of the
currency's smallest unit without a sign, whose direction (DR, CR) stands in another column: `#gross` and `#fee` are
they with sign and decimal point. `#kind` is the group of the event code and the direction ("T00 CR"), `#account` the
account of the section. An amount whose direction is not known keeps its word and is no number, so that it is told.
"""

import csv
import io
from collections.abc import Iterator, Mapping

from etl.contracts import Contract
from etl.readers.grid import Record

_MADE = ("#account", "#kind", "#gross", "#fee")
_SIGNS = {"CR": "", "DR": "-"}
_ACCOUNT = 3
_GROUP = 3
# Currencies whose smallest unit is not a hundredth (ISO 4217).
_DIGITS = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"), 0
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}  # fmt: skip
_HUNDREDTHS = 2


def header(text: str, contract: Contract) -> tuple[str, ...]:
    """The columns that the first `CH` names, and those that are made of them."""
    del contract
    named = next((cells[1:] for _, cells in _lines(text) if cells[0] == "CH"), [])
    return (*(" ".join(name.split()) for name in named), *_MADE)


def rows(text: str, contract: Contract) -> Iterator[Record]:
    """Every movement, in file order. Columns are found by the names of their own section."""
    columns = header(text, contract)[: -len(_MADE)]
    names: list[str] = []
    account, ordinal = "", 0
    for line, cells in _lines(text):
        if cells[0] == "SH":
            account = cells[_ACCOUNT] if len(cells) > _ACCOUNT else ""
        elif cells[0] == "CH":
            names = [_plain(name) for name in cells[1:]]
        elif cells[0] == "SB":
            ordinal += 1
            said = dict(zip(names, cells[1:], strict=False))
            made = (account, _kind(said), _signed(said, "gross"), _signed(said, "fee"))
            yield Record(ordinal, line, [*(said.get(_plain(name), "") for name in columns), *made])


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines that say what they are, with their numbers."""
    reader = csv.reader(io.StringIO(text, newline=""))
    for cells in reader:
        if cells and cells[0].strip():
            yield reader.line_num, [cells[0].strip(), *cells[1:]]


def _plain(name: str) -> str:
    """A column's name as it is compared: older files write it without blanks."""
    return "".join(name.split()).casefold()


def _kind(said: Mapping[str, str]) -> str:
    code, direction = said.get("transactioneventcode", ""), said.get("transactiondebitorcredit", "")
    return f"{code.strip()[:_GROUP]} {direction.strip()}"


def _signed(said: Mapping[str, str], what: str) -> str:
    """An amount in whole units, with its sign; empty where the file says none."""
    prefix = "grosstransaction" if what == "gross" else "fee"
    amount = said.get(f"{prefix}amount", "").strip()
    direction = said.get("transactiondebitorcredit" if what == "gross" else "feedebitorcredit", "").strip()
    if not amount or (not direction and not amount.strip("0")):
        return amount
    if direction not in _SIGNS or not amount.isdecimal():
        return f"{direction} {amount}"
    digits = _DIGITS.get(said.get(f"{prefix}currency", "").strip(), _HUNDREDTHS)
    padded = amount.rjust(digits + 1, "0")
    whole, part = (padded[:-digits], padded[-digits:]) if digits else (padded, "")
    return _SIGNS[direction] + (f"{whole}.{part}" if part else whole)
