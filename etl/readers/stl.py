"""PayPal's settlement report: lines that begin with what they are. One row for each movement (`SB`).

`CH` names the columns of the lines behind it, `SH` the account of its section. Amounts are whole numbers of the
currency's smallest unit without a sign, whose direction (DR, CR) stands in another column: `#gross` and `#fee` are
they with sign and decimal point. `#kind` is the event code and the direction ("T0006 CR"), `#account` the account of
the section. An amount whose direction is not known keeps its word and is no number, so that it is told.
"""

from collections.abc import Iterator, Mapping

from etl.contracts import Contract
from etl.readers.careful import damaged, rows_of_text
from etl.readers.grid import Record

_DELIMITER = ","
_LINES = ("RH", "FH", "SH", "CH", "SB", "SC", "SF", "FF", "RF", "RC")
_MADE = ("#account", "#kind", "#gross", "#fee")
_SIGNS = {"CR": "", "DR": "-"}
_ACCOUNT = 3
# Currencies whose smallest unit is not a hundredth (ISO 4217).
_DIGITS = {
    **dict.fromkeys(
        (
            "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF",
            "XPF",
        ),
        0,
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
    """Every movement, in file order, its cells by the names of its own section. FILE_DAMAGED where they do not fit."""
    columns = [_plain(name) for name in header(text, contract)[: -len(_MADE)]]
    names: list[str] = []
    account, ordinal = "", 0
    for line, cells in _lines(text):
        kind, values = cells[0], cells[1:]
        if kind == "SH":
            account = cells[_ACCOUNT] if len(cells) > _ACCOUNT else ""
        elif kind == "CH":
            names = [_plain(name) for name in values]
        elif kind == "SB":
            if len(values) != len(names):
                raise damaged(line, value=f"{len(values)} x ','", expected=f"{len(names)} x ','")
            ordinal += 1
            said = dict(zip(names, values, strict=True))
            made = (account, _kind(said), _signed(said, "gross"), _signed(said, "fee"))
            yield Record(ordinal, line, [*(said.get(name, "") for name in columns), *made])
        elif kind not in _LINES:
            raise damaged(line, value=kind, expected=", ".join(_LINES))


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines, with their numbers, each beginning with what it is."""
    for line, cells in rows_of_text(text, _DELIMITER):
        yield line, [cells[0].strip(), *cells[1:]]


def _plain(name: str) -> str:
    """A column's name as it is compared: older files write it without blanks."""
    return "".join(name.split()).casefold()


def _kind(said: Mapping[str, str]) -> str:
    return f"{said.get('transactioneventcode', '')} {said.get('transactiondebitorcredit', '')}"


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
