"""Many generated orders at a time through the models that work out money (110-210, 340-379) and judge it (920).

The orders are staged as a load leaves them. The VAT decision is left out: every line says its own rate, so that all
rates can meet, and only arithmetic is tried.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
from totals_oracle import Line, Order, Rate, Shop

from etl import folding
from etl.company import parse
from etl.store import Store

COMPANY = Path(__file__).parent / "golden" / "accounting" / "_company.toml"
SHOPS = {
    Shop(): "main", Shop(is_apart=True): "apart", Shop(tolerance=100): "wide", Shop(tolerance=0): "exact",
    Shop(method="line"): "line", Shop(method="line", is_apart=True): "line-apart", Shop(method="unit"): "unit",
    Shop(method="unit", tolerance=100, is_apart=True): "unit-apart", Shop(freight="main_rate"): "main-rate",
    Shop(freight="standard_rate"): "standard-rate",
}  # fmt: skip
FILE, DAY, GLN = 1, datetime(2026, 11, 2), "5798000416604"
CURRENCIES = {1: "DKK", 100: "JPY"}
PER_ORDER = 100  # record numbers of an order
NO_VAT = "none"


@dataclass
class Result:
    """What the models make of an order.

    `parts`: (place of the line, -1 for a discount line; rate; amount, VAT, net, gross). `kind` is the rounding line's.
    `holds`: the codes found. `methods`: does rounding per rate, per line, per unit give the shop's VAT.
    """

    parts: list[tuple[int, Rate, int, int, int, int]] = field(default_factory=list)
    discounts: list[int] = field(default_factory=list)
    vat: int = 0
    gross: int = 0
    rounding: int = 0
    kind: str | None = None
    bound: int = 0
    holds: set[str] = field(default_factory=set)
    methods: tuple[bool, bool, bool] | None = None

    @property
    def groups(self) -> dict[Rate, tuple[int, int]]:
        """By rate: what its parts come to, and their VAT."""
        found: dict[Rate, tuple[int, int]] = {}
        for _, rate, amount, tax, _, _ in self.parts:
            before = found.get(rate, (0, 0))
            found[rate] = (before[0] + amount, before[1] + tax)
        return found


@contextmanager
def totals_store() -> Iterator[Store]:
    """A database in memory with the settings of a company of several shops."""
    text = COMPANY.read_text("utf-8").partition("[[shops]]")[0]
    for shop, name in SHOPS.items():
        own = f'tolerance = "{shop.tolerance / 100}", discount = "{"line" if shop.is_apart else "spread"}"'
        text += f'[[shops]]\nid = "{name}"\nsource = "generic_orders"\ninbox = "{name}"\ndocuments = {{ {own} }}\n'
        text += f'vat_method = "{shop.method}"\nfreight_vat = "{shop.freight}"\n'
    text += '[payment_methods."Cash"]\nregister = "none"\nis_cash = true\n'
    text += '[target]\nkind = "uniconta_files"\n'
    with Store.open(None) as store:
        folding.open_database(store, parse(text.encode()), as_of=date(2026, 11, 24), workspace_id="w")
        yield store


def worked_out(store: Store, orders: Sequence[Order]) -> list[Result]:
    """What the models make of each order; nothing stays in the database."""
    with store.undone():
        _stage(store, orders)
        store.run(60, 69)
        store.script_file("findings.sql")
        store.run(100, 219)
        store.script(_LINE_RULES)
        store.run(340, 379)
        store.run(920, 920)
        return _results(store, len(orders))


# What the VAT decision would leave: the rate that the line says, else the highest of its order.
_LINE_RULES = f"""
create or replace temp table line_rules as
with rates as (
    select order_key, max(try_cast(product_category as integer)) as highest from order_lines group by order_key
),
due as (
    select lines.order_key, lines.line_no, coalesce(lines.product_category, highest::varchar, '{NO_VAT}') as rate
    from order_lines as lines inner join rates using (order_key)
)
select
    order_key, line_no, 'R' || rate as rule_id, 1::ubigint as case_key,
    case rate when '{NO_VAT}' then 'NO_VAT' when '0' then 'EXPORT' else 'DOMESTIC' end as treatment,
    'XX' as vat_country, null::varchar as vat_region, coalesce(try_cast(rate as integer), 0) as rate_bp,
    (coalesce(try_cast(rate as integer), 0) * 0.01)::decimal(9, 4) as vat_rate, 'U' || rate as vat_code,
    null::varchar as hold_code, null::varchar as hold_field, null::varchar as hold_value, null::varchar as hold_expected
from due
"""


def _stage(store: Store, orders: Sequence[Order]) -> None:
    """The rows that a load leaves."""
    versions, rows = defaultdict[str, list[Any]](list), defaultdict[str, list[Any]](list)
    for key, order in enumerate(orders, 1):
        _add(versions, _version(key, order))
        for row in _rows(key, order):
            _add(rows, row)
    texts = dict.fromkeys(
        ("customer_ean", "order_vat", "order_discount", "product_category", "line_amount", "vat_amount", "vat_rate"),
        pl.String,
    )
    store.put("staging.order_versions", pl.DataFrame(versions), append=True)
    store.put("staging.orders", pl.DataFrame(rows, schema_overrides=texts), append=True)
    store.script("insert into ops.touched select 'order', order_key, 'new rows' from staging.order_versions")


def _add(columns: dict[str, list[Any]], row: dict[str, Any]) -> None:
    for name, value in row.items():
        columns[name].append(value)


def _version(key: int, order: Order) -> dict[str, Any]:
    return {
        "version_id": key, "order_key": key, "shop": SHOPS[order.shop], "source": "generic_orders",
        "order_no": str(key), "file_id": FILE, "first_record": key * PER_ORDER, "rows_in": len(order.lines),
        "part": "whole", "is_complete": True, "fate": "staged", "order_total": text(order.shop_total),
        "currency": CURRENCIES[order.minor], "refunded_amount": "0.00",
    }  # fmt: skip


def _rows(key: int, order: Order) -> Iterator[dict[str, Any]]:
    """A row per line; the order's discount in turn as a figure of the order's and as a line (of a return: no line)."""
    is_line = key % 2 == 0 and order.discount > 0
    discount = [Line("discount", 0, Fraction(-order.discount))] if is_line else []
    for place, line in enumerate([*order.lines, *discount]):
        yield {
            "version_id": key, "file_id": FILE, "order_no": str(key), "order_date": DAY, "state": "paid",
            "currency": CURRENCIES[order.minor], "prices_include_vat": order.is_incl, "shipping_country": "DK",
            "payment_method": "Cash" if order.is_cash else "Card",
            "customer_ean": GLN if order.is_public else None,
            "order_total": text(order.shop_total),
            "order_vat": None if order.shop_vat is None else text(order.shop_vat),
            "order_discount": text(order.discount) if order.discount and not is_line else None,
            "source_record": key * PER_ORDER + place, "line_type": line.kind, "sku": f"S{place}",
            "product_category": _category(line), "quantity": text(100 * line.quantity),
            "unit_price": text(line.price), "discount_amount": text(line.discount),
            "vat_rate": None if line.rate is None else text(line.rate),
            "vat_amount": _line_vat(order, place),
            "line_amount": text(line.amount) if key % 3 == 0 else None,
        }  # fmt: skip


def _line_vat(order: Order, place: int) -> str | None:
    return text(order.line_vats[place]) if place < len(order.line_vats) else None


def _category(line: Line) -> str | None:
    if line.kind == "discount":
        return None
    return NO_VAT if line.rate is None else str(line.rate)


def text(ore: int | Fraction) -> str:
    """Øre, of a price with parts of one, as the text of an amount."""
    exact = Fraction(ore) / 100
    return f"{Decimal(exact.numerator) / Decimal(exact.denominator):f}"


_TOTALS = "select order_key::bigint, vat_ore, gross_ore, rounding_ore, bound_ore, rounding_kind from order_totals"
_PARTS = f"""
select
    parts.order_key::bigint, coalesce(lines.source_record % {PER_ORDER}, -1), parts.vat_code, parts.amount_ore,
    parts.vat_ore, parts.net_ore, parts.gross_ore
from line_vat as parts left join order_lines as lines using (order_key, line_no)
order by parts.order_key, parts.line_no, parts.part_no
"""
_METHODS = "select order_key::bigint, is_canonical, is_line, is_unit from core.vat_methods"
_DISCOUNTS = "select order_key::bigint, discount_ore from order_lines order by order_key, line_no"
_HOLDS = "select order_key::bigint, code from findings_now where effect = 'hold'"


def _results(store: Store, count: int) -> list[Result]:
    found = [Result() for _ in range(count)]
    for key, tax, gross, rounding, bound, kind in store.rows(_TOTALS):
        one = found[key - 1]
        one.vat, one.gross, one.rounding, one.bound, one.kind = tax, gross, rounding, bound, kind
    for key, place, code, *amounts in store.rows(_PARTS):
        rate = None if code == f"U{NO_VAT}" else int(code[1:])
        found[key - 1].parts.append((place, rate, *amounts))
    for key, less in store.rows(_DISCOUNTS):
        found[key - 1].discounts.append(less)
    for key, *methods in store.rows(_METHODS):
        found[key - 1].methods = (methods[0], methods[1], methods[2])
    for key, code in store.rows(_HOLDS):
        found[key - 1].holds.add(code)
    return found
