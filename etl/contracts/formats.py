"""`docs/formats.md`, made from the entities and the shipped contracts, so that it says what the code does.

It holds the generic formats, the ERP's own exports and what else a contract may name; the other sources are in
`sources_doc`.
"""

from collections.abc import Iterable, Iterator, Mapping

from etl.contracts.model import Contract
from etl.entities import ENTITIES, VOCABULARIES, Column

_FORMS = {
    "text": "text",
    "amount": "amount, two decimals",
    "number": "number, up to six decimals",
    "rate": "percent as the law writes it: 25, 25.5",
    "exchange": "units of the company's currency for one of the document's, up to eight decimals",
    "moment": "date, or date and time",
    "date": "date",
    "boolean": "true, false (yes, no, 1, 0, ja, nej)",
}
_HEAD = """# File formats

Made from `etl/entities.py` and `schemas/sources/` by `etl.contracts.formats`; change it there. A test keeps it fresh
(`ETL_REGENERATE=1` writes it anew).

## How files are written

- CSV with `,` `;` or tab between the cells and `"` round cells that need it; UTF-8, UTF-16, cp1252 or latin-1. A
  `sep=` line, a line that names the type and other lines above the header are left out.
- Or the same table as a spreadsheet (XLSX, XLS, Excel's XML): each sheet that has the header, with numbers and
  dates as cells or as texts.
- Columns are found by name; case, surrounding blanks and their order do not matter, and columns that are not listed are
  ignored and told (a generic XML file that has others is refused). Of a generic file the names in bold must be there.
- Amounts: `1234.50` or `1234,50`, grouped by thousands or not, a minus in front or behind, at most 15 digits. The
  file must prove its decimal sign: `12,50` and `1.234,50` do, a file whose only amounts are like `1.234` does not,
  and those rows are held. More decimals than the column keeps are refused, not rounded. `1e3`, `1_000` and currency
  signs are not amounts.
- Dates: `2025-11-30` or `30-11-2025` (also `30.11.2025`); with a time `2025-11-30 14:05:09`, and with an offset
  (`2025-11-30T14:05:09+01:00`, `2025-11-30 13:05:09 +0000`, `2025-11-30T13:05:09Z`) they are converted to
  `company.timezone`.
- Countries: two letters. Currencies: three letters.
- A row that cannot be read rejects its whole order and nothing else; what is wrong is told with file, line and
  column. A file whose rows cannot be told apart (an open quote, a row with fewer or more cells than the header) is
  rejected whole.
- `source_record` is the ordinal of a record below the header, from 1. Blank lines are not records; a record whose
  cells are all empty is counted but says nothing.
"""
_SNAPSHOT = """
## The ERP snapshot

What Uniconta exports, dropped in the same inbox. The first heading is the SDK's property name.
"""
_FURTHER = """
## Further columns

What some systems say besides, so that a contract of theirs may name it ([contracts.md](contracts.md)); no generic
format has it. The other systems that are read: [sources.md](sources.md).
"""
_ROWS = {
    "orders": "One row is one line of an order; the order's own columns are repeated on each of its rows. A redeemed"
    " gift card is a payment, not a line.",
    "payments": "One row is one way in which an order was paid. It may come before or after the orders.",
    "refunds": "One row is one line of a refund; `amount_incl_vat` is positive.",
    "payouts": "One row is one line of a payout, or (`line_type` payout) its transfer to the bank. `fee_amount` is a"
    " cost and positive; net = gross - fee - fee VAT; `payout_amount` is positive when money goes to the bank.",
    "products": "One row is one SKU. A later file replaces the row of the same SKU.",
    "customers": "One row is one customer. A later file replaces the row of the same number.",
    "stock": "One row is what one warehouse holds of one SKU.",
    "exchange_rates": "One row is one currency on one day: `units_per_eur` is how many of it EUR 1 buys, as the"
    " European Central Bank publishes it. A later file replaces the rate of the same day.",
    "shipments": "One row is one SKU in a parcel, or a whole parcel where `sku` is empty.",
}


def formats_markdown(contracts: Mapping[str, Contract]) -> str:
    """The whole document."""
    parts = [_HEAD, "\n## Generic formats\n"]
    for name, contract in contracts.items():
        if contract.system == "generic":
            told = _ROWS[contract.entity] + _as_xml(contract)
            parts.append(f"\n### {name}\n\n{told}\n\n" + "".join(_generic(contract)))
    parts.append(_SNAPSHOT)
    for name, contract in contracts.items():
        if contract.entity.startswith("uniconta_"):
            told = f"{_as_xml(contract).strip()}\n\n" if contract.xml else ""
            parts.append(f"\n### {name}\n\n{told}" + "".join(_named(contract)))
    parts.append(_FURTHER)
    generic = {contract.entity for contract in contracts.values() if contract.system == "generic"}
    for entity in ENTITIES.values():
        further = [column for column in entity.columns if column.extra or entity.name not in generic]
        if further and not entity.name.startswith("uniconta_"):
            parts.append(f"\n### {entity.name}\n\n" + "".join(_table(further)))
    return "".join(parts)


def _as_xml(contract: Contract) -> str:
    """How its elements are nested where it is XML."""
    if contract.xml is None:
        return ""
    told = f" As XML: in the root `{contract.match.root[0]}` an element `{contract.xml.record[0]}` for each record"
    told += "".join(f", in it `{path}` for each row" for path in contract.xml.rows)
    return f"{told}, and in these an element of each name."


def _generic(contract: Contract) -> Iterator[str]:
    """The table of a generic format: name, form, and whether every row needs it."""
    wanted = {*contract.match.headers, *contract.needed}
    yield "| column | form |\n|---|---|\n"
    for column in ENTITIES[contract.entity].columns:
        if not column.extra:
            name = f"**{column.name}**" if column.name in wanted else column.name
            yield f"| {name} | {_form(column)} |\n"


def _named(contract: Contract) -> Iterator[str]:
    """The table of a system's own format: our column and the headings it is read from."""
    yield "| column | read from | form |\n|---|---|---|\n"
    for column in ENTITIES[contract.entity].columns:
        if reading := contract.columns.get(column.name):
            yield f"| {column.name} | {', '.join(reading.names)} | {_form(column)} |\n"


def _table(columns: Iterable[Column]) -> Iterator[str]:
    """The table of columns that are read from whatever a contract says."""
    yield "| column | form |\n|---|---|\n"
    yield from (f"| {column.name} | {_form(column)} |\n" for column in columns)


def _form(column: Column) -> str:
    words = VOCABULARIES.get(column.type)
    return ", ".join(words) if words else _FORMS[column.type]
