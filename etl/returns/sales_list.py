"""The file "EU-salg uden moms" as the Danish tax authority takes it (its page oid 392).

Records of nine fields, separated by `,` or `;`, each ended by CR LF, and no empty line behind the last: one `0` (who
lists), a `2` for each foreign VAT number (own reference, last day of the period, own number, country, number without
it, goods, triangular trade, services), one `10` (how many records 2, and the sum of all their amounts). Amounts are
whole kroner. How they are rounded is not written there: half up per number and kind, and the sum is that of the
written amounts, so that the file agrees with itself. A number whose three amounts are all 0 is left out.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from etl.errors import UsageError
from etl.returns.period import Period
from etl.vat import q

CURRENCY = "DKK"
AMOUNTS = ("goods_amount", "triangular_amount", "services_amount")
_FIELDS = 9
_REFERENCE_LENGTH = 10


def own_number(vat_number: str | None) -> str:
    """Our CVR or SE number: eight digits without DK. UsageError(SALES_LIST_OWN_NUMBER) where there is none."""
    found = re.fullmatch(r"(?:DK)?(\d{8})", vat_number or "")
    if found is None:
        raise UsageError("SALES_LIST_OWN_NUMBER", value=vat_number or "-", expected="DK12345678")
    return found[1]


def whole_kroner(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows of `review.sales_list` in whole kroner, those left out that come to nothing, by country and number."""
    rounded = [{**row, **{name: q(row[name], 0) for name in AMOUNTS}} for row in rows]
    listed = [row for row in rounded if any(row[name] for name in AMOUNTS)]
    return sorted(listed, key=lambda row: (row["country"], row["vat_number"]))


def render(rows: Iterable[Mapping[str, Any]], *, vat_number: str | None, period: Period, separator: str = ",") -> str:
    """The file's text, of rows of `review.sales_list`; empty where there is nothing to list."""
    own, listed = own_number(vat_number), whole_kroner(rows)
    if not listed:
        return ""
    records = [["0", own, "LISTE"]]
    for number, row in enumerate(listed, 1):
        amounts = [f"{row[name]:f}" for name in AMOUNTS]
        records.append(
            ["2", _reference(period, number), period.last.isoformat(), own, row["country"], row["vat_number"], *amounts]
        )
    total = sum((row[name] for row in listed for name in AMOUNTS), Decimal(0))
    records.append(["10", str(len(listed)), f"{total:f}"])
    return "".join(separator.join([*record, *[""] * (_FIELDS - len(record))]) + "\r\n" for record in records)


def _reference(period: Period, number: int) -> str:
    """Our own reference of a record, at most ten characters: the period without its century, and a number."""
    prefix = str(period)[2:].replace("-", "")
    return f"{prefix}{number:0{_REFERENCE_LENGTH - len(prefix)}d}"
