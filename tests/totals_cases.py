"""Orders as shops tell them, and what the models make of their VAT and totals: what the tests of totals share.

One company with a shop for each way of rounding VAT and of taxing freight, and for each tolerance. Amounts are texts.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from etl import deciding, folding
from etl.company import Company, parse
from etl.store import Store

_BASE = Path(__file__).parent / "golden" / "accounting" / "_company.toml"
_CODES = """"OSS_UNION:NL:21" = "U_NL21"
"OSS_UNION:FR:20" = "U_FR20"
"OSS_UNION:FI" = "U_FI"
"NO_VAT" = "UMOMS0"
"""
_CASH = """[payment_methods."Cash"]
register = "none"
is_cash = true

[acquirers.cards]
"""
_SHOPS = {
    "per-line": 'vat_method = "line"', "per-unit": 'vat_method = "unit"', "carried": 'vat_method = "carried"',
    "main-rate": 'freight_vat = "main_rate"', "standard-rate": 'freight_vat = "standard_rate"',
    "zero": 'documents = { tolerance = "0.00" }', "krone": 'documents = { tolerance = "1.00" }',
    "rows": 'documents = { discount = "line" }',
    "line-rows": 'vat_method = "line"\ndocuments = { discount = "line" }',
    "unit-rows": 'vat_method = "unit"\ndocuments = { discount = "line" }',
}  # fmt: skip
SOURCE, DAY = "generic_orders", datetime(2026, 11, 2)


def company() -> Company:
    """The company of the golden cases, with these shops, a till and some more codes."""
    text = _BASE.read_text("utf-8").replace('"OSS_UNION:FI:25.5" = "U_FI255"\n', "")
    text = text.replace('"NO_VAT" = "UMOMS0"\n', _CODES).replace("[acquirers.cards]\n", _CASH)
    shops = (
        f'[[shops]]\nid = "{shop}"\nsource = "{SOURCE}"\ninbox = "{shop}"\n{more}\n' for shop, more in _SHOPS.items()
    )
    return parse((text + "\n".join(["", *shops])).encode())


@dataclass(frozen=True)
class Row:
    """A row of an order: its amount as the shop writes it, in the order's price mode, and what it says of its VAT."""

    amount: str
    quantity: str = "1"
    kind: str = "item"
    vat: str | None = None
    rate: str | None = None
    category: str = ""
    sku: str = ""


@dataclass(frozen=True)
class Order:
    """An order; the total where it is not the sum of its rows (and its VAT, where prices are without)."""

    rows: tuple[Row, ...]
    vat: str | None
    total: str | None = None
    country: str = "DK"
    is_incl: bool = True
    shop: str = "main"
    currency: str = "DKK"
    paid_by: str = "Card"
    ean: str | None = None
    taxes: tuple[tuple[str, str], ...] = ()
    refunds: tuple[tuple[tuple[str, str | None], ...], ...] = ()

    def but(self, **changes: Any) -> "Order":
        """The same order with something else."""
        return replace(self, **changes)


def order(*amounts: str | Row, vat: str | None, **more: Any) -> Order:
    """An order of these rows."""
    return Order(tuple(Row(a) if isinstance(a, str) else a for a in amounts), vat, **more)


class Line(NamedTuple):
    """A line of a document."""

    item: str
    net: str
    vat: str
    gross: str


@dataclass(frozen=True)
class Decided:
    """What came of an order: its verdict with the reason, and the lines of its documents by event."""

    verdict: str
    told: tuple[str | None, ...]
    documents: dict[str, list[Line]]
    texts: list[str]

    @property
    def sale(self) -> list[Line]:
        """The lines of its sale."""
        return self.documents.get("sale", [])

    @property
    def vat(self) -> Decimal:
        """The VAT of its sale."""
        return sum((Decimal(line.vat) for line in self.sale), Decimal(0))

    @property
    def rounding(self) -> list[Line]:
        """Its rounding lines."""
        return [line for line in self.sale if line.item in {"AFRUNDING", "KONTANTAFRUNDING"}]


@contextmanager
def totals_store() -> Iterator[Store]:
    """A database in memory with the company's settings."""
    with Store.open(None) as store:
        folding.open_database(store, company(), as_of=date(2026, 11, 24), workspace_id="w")
        yield store


@contextmanager
def decided(store: Store, *orders: Order) -> Iterator[list[Decided]]:
    """What is decided of these orders together, order n under the key n + 1; nothing of it stays."""
    with store.undone():
        _stage(store, orders)
        deciding.decide(store)
        yield [_outcome(store, key) for key in range(1, len(orders) + 1)]


def decide(store: Store, *orders: Order) -> list[Decided]:
    """The same, where nothing else is asked."""
    with decided(store, *orders) as outcomes:
        return outcomes


def _outcome(store: Store, key: int) -> Decided:
    verdict, *told = store.rows(
        "select verdict, reason_code, value_read, expected from core.verdicts where order_key = $1", [key]
    )[0]
    lines = store.rows(
        "select event, item, lines.net_amount::varchar, lines.vat_amount::varchar, gross_amount::varchar, text"
        " from open_document_lines as lines inner join open_documents as documents using (doc_key)"
        " where documents.order_key = $1 order by event, line_no",
        [key],
    )
    documents: dict[str, list[Line]] = {}
    for event, *line, _ in lines:
        documents.setdefault(event, []).append(Line(*line))
    return Decided(verdict, tuple(told) if told[0] else (), documents, [text for *_, text in lines])


def _stage(store: Store, orders: Sequence[Order]) -> None:
    """The rows that a load leaves of each order and its refunds."""
    staged: dict[str, list[dict[str, Any]]] = {"order_versions": [], "orders": [], "refunds": []}
    for key, one in enumerate(orders, 1):
        staged["order_versions"].append({
            "version_id": key, "order_key": key, "shop": one.shop, "source": SOURCE, "order_no": str(key), "file_id": 1,
            "first_record": key * 1000, "rows_in": len(one.rows), "is_complete": True, "fate": "staged",
            "order_total": _total(one), "currency": one.currency, "refunded_amount": "0",
        })  # fmt: skip
        staged["orders"] += [_head(key, one) | _row(key, place, row) for place, row in enumerate(one.rows)]
        staged["refunds"] += _refunds(key, one)
    for table, rows in staged.items():
        if rows:
            frame = pl.DataFrame(rows, infer_schema_length=None)
            told = [column.name for column in frame if column.dtype != pl.Null]
            store.put(f"staging.{table}", frame.select(told), append=True)
    store.script("insert into ops.touched select 'order', order_key, 'new rows' from staging.order_versions")


def _total(one: Order) -> str:
    if one.total is not None:
        return one.total
    rows = sum(Decimal(row.amount) for row in one.rows)
    return str(rows if one.is_incl else rows + Decimal(one.vat or 0))


def _head(key: int, one: Order) -> dict[str, Any]:
    taxes: dict[str, str | None] = {f"tax_{n}_{part}": None for n in range(1, 6) for part in ("name", "amount")}
    for n, (name, amount) in enumerate(one.taxes, 1):
        taxes |= {f"tax_{n}_name": name, f"tax_{n}_amount": amount}
    return taxes | {
        "version_id": key, "file_id": 1, "order_no": str(key), "order_date": DAY, "state": "paid",
        "currency": one.currency, "exchange_rate": None if one.currency == "DKK" else "7.46",
        "prices_include_vat": one.is_incl, "shipping_country": one.country, "shipping_postcode": "75001",
        "payment_method": one.paid_by,
        "customer_ean": one.ean, "buyer_reference": "REF-7" if one.ean else None, "customer_name": "Skolen",
        "order_total": _total(one), "order_vat": one.vat,
    }  # fmt: skip


def _row(key: int, place: int, row: Row) -> dict[str, Any]:
    return {
        "source_record": key * 1000 + place, "line_type": row.kind, "sku": row.sku or f"S{place}",
        "product_category": row.category, "quantity": row.quantity, "line_amount": row.amount, "vat_amount": row.vat,
        "vat_rate": row.rate,
    }  # fmt: skip


def _refunds(key: int, one: Order) -> list[dict[str, Any]]:
    """A row for each amount of each refund, in the order of their days."""
    return [
        {
            "file_id": 1, "source_record": key * 1000 + 100 * number + place, "shop": one.shop, "fate": "staged",
            "order_no": str(key), "refund_id": f"R{number}", "refund_date": datetime(2026, 11, 2 + number),
            "amount_incl_vat": amount, "vat_rate": rate,
        }
        for number, refund in enumerate(one.refunds, 1)
        for place, (amount, rate) in enumerate(refund)
    ]  # fmt: skip
