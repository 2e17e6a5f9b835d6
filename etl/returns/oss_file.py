"""The One Stop Shop return as the lines of Uniconta's own OSS file, which the accountant can compare or upload.

`;` between the fields, no heading, amounts with two decimals by `[target] decimal`. A line of sales is
`type;country;rate type;rate;net;VAT`:

    001  goods sent from home                 002  services from home
    005  goods sent from another state        with that state and our VAT number there before the country
    020  imported goods (IOSS)                030  services by sellers outside the EU
    009  a correction: country, period, VAT   008, 021, 031  nothing sold (Union, import, non-Union): our own number

Types 003, 004, 006 and 007 (fixed establishments and what only lists them) are never ours: one establishment is all
that the settings know. Read from Uniconta's published client (docs/reports.md); not verified in the ERP: which of 004
and 005 it gives goods from a store without an establishment, the words of the rate types, the fields of 009.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from etl.vat import q

_GOODS, _SERVICES, _FROM_ABROAD, _CORRECTION = "001", "002", "005", "009"
_SCHEMES = {"ioss": "020", "nonunion": "030"}
_NIL = {"union": "008", "ioss": "021", "nonunion": "031"}
Row = Mapping[str, Any]


def render(
    filed: Sequence[Row], corrections: Sequence[Row], *, home: str, own_number: str, scheme: str, decimal: str
) -> str:
    """The file's text: the lines of a return and its corrections (`return_oss_filed`, `return_oss_corrections`).

    Amounts are in the company's currency. `home`: our state as VAT writes it. Nothing at all: the nil return of
    `scheme`.
    """
    lines = [_sale(row, home) for row in filed]
    lines += [
        (_CORRECTION, row["vat_country"], row["correction_period"], _two(row["vat_company"])) for row in corrections
    ]
    if not lines:
        return f"{_NIL.get(scheme, _NIL['union'])};{own_number}\r\n"
    return "".join(";".join(cell.replace(".", decimal) for cell in line) + "\r\n" for line in lines)


def _sale(row: Row, home: str) -> tuple[str, ...]:
    """A line of sales; only numbers have a point, which becomes the decimal sign."""
    said = (row["vat_country"], row["rate_type"].capitalize(), *map(_two, _amounts(row)))
    if row["scheme"] in _SCHEMES:
        return (_SCHEMES[row["scheme"]], *said)
    if row["supply_kind"] == "services":
        return (_SERVICES, *said)
    if row["dispatch_country"] != home:
        return (_FROM_ABROAD, row["dispatch_country"], row["dispatch_number"] or "", *said)
    return (_GOODS, *said)


def _amounts(row: Row) -> tuple[Decimal, ...]:
    return (row["vat_rate"], row["net_company"], row["vat_company"])


def _two(amount: Decimal) -> str:
    return f"{q(amount):f}"
