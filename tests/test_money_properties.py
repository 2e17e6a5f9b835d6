"""Random orders and refunds against an oracle in fractions: VAT, discounts, freight, rounding, and credit notes.

The oracle is money_oracle.py. Orders are decided many at a time, as a file brings them; `pytest -m long` tries more.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from money_oracle import RATES, Line, Order, half_up, parts, refunds, truth, vat

from etl import deciding, folding
from etl.company import parse
from etl.store import Store

COMPANY = Path(__file__).parent / "golden" / "accounting" / "_company.toml"
FILE, DAY = 1, datetime(2026, 11, 2)
TOLERANCE = 5  # øre, as the company sets it
AT_ONCE = 90
# A failure names its order; shrinking a whole batch would take minutes.
PHASES = (Phase.explicit, Phase.generate)

prices = st.one_of(st.integers(1, 400), st.integers(1, 200_000))
items = st.builds(
    lambda price, quantity, percent, kind: Line("item", price, quantity, price * quantity * percent // 100, kind),
    prices,
    st.integers(1, 5),
    st.sampled_from([0, 0, 0, 10, 33]),
    st.sampled_from(["", "", "bog"]),
)
others = st.builds(
    Line, st.sampled_from(["shipping", "shipping", "fee", "tip", "gift_card_sale"]), st.integers(1, 20_000)
)
orders = st.builds(
    lambda goods, rest, **facts: Order(lines=(*goods, *rest), **facts),
    st.lists(items, min_size=1, max_size=4),
    st.lists(others, max_size=2),
    country=st.sampled_from(["DK", "DK", "DE", "NO"]),
    is_incl=st.booleans(),
    discount_share=st.sampled_from([0, 0, 10, 33]),
    is_rounded_per_line=st.booleans(),
    off=st.sampled_from([0, 0, 0, 0, 0, 12, -100]),
    cuts=st.lists(st.integers(1, 999), max_size=3).map(tuple),
)


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    """A database in memory with the company's settings; each example is rolled back."""
    with Store.open(None) as opened:
        folding.open_database(opened, parse(COMPANY.read_bytes()), as_of=date(2026, 11, 24), workspace_id="w")
        yield opened


class _Undo(Exception):  # noqa: N818 - not an error: ends an example's transaction
    pass


_LINES = (
    "select documents.order_key::bigint as order_key, documents.event, lines.line_type, lines.vat_code, lines.vat_rate,"
    " to_ore(lines.net_amount) as net, to_ore(lines.vat_amount) as vat, to_ore(lines.gross_amount) as gross,"
    " to_ore(documents.total_amount) as total"
    " from open_document_lines as lines inner join open_documents as documents using (doc_key)"
    " order by documents.order_key, documents.event, lines.line_no"
)


def decided(store: Store, batch: list[Order]) -> tuple[dict[int, str], list[dict[str, Any]]]:
    """The verdict of each order, and the lines of all documents, amounts in øre; nothing stays in the database."""
    verdicts, lines = dict[int, str](), list[dict[str, Any]]()
    with suppress(_Undo), store.transaction():
        stage(store, batch)
        deciding.decide(store)
        verdicts = dict(store.rows("select order_key::bigint, verdict from core.verdicts"))
        lines = store.dicts(_LINES)
        raise _Undo
    return verdicts, lines


def stage(store: Store, batch: list[Order]) -> None:
    """The rows that a load leaves: each order as the shop writes it, and its refunds."""
    told: dict[str, list[dict[str, Any]]] = {"order_versions": [], "orders": [], "refunds": []}
    for key, order in enumerate(batch, 1):
        told["order_versions"].append(version(key, order))
        told["orders"] += order_rows(key, order)
        told["refunds"] += refund_rows(key, order)
    for table, rows in told.items():
        if rows:
            store.put(f"staging.{table}", pl.DataFrame(rows), append=True)
    store.script("insert into ops.touched select 'order', order_key, 'new rows' from staging.order_versions")


def version(key: int, order: Order) -> dict[str, Any]:
    """The order's current version; its records are `key` * 100 and up."""
    return {
        "version_id": key, "order_key": key, "shop": "main", "source": "generic_orders", "order_no": str(key),
        "file_id": FILE, "first_record": key * 100, "rows_in": len(order.lines), "is_complete": True, "fate": "staged",
        "order_total": amount(truth(order).shop_total), "currency": "DKK", "refunded_amount": amount(0),
    }  # fmt: skip


def order_rows(key: int, order: Order) -> list[dict[str, Any]]:
    """A row for each line, the order's discount as a line of its own."""
    shop = truth(order)
    head = {
        "version_id": key, "file_id": FILE, "order_no": str(key), "order_date": DAY, "state": "paid",
        "currency": "DKK", "prices_include_vat": order.is_incl, "shipping_country": order.country,
        "payment_method": "Card", "order_total": amount(shop.shop_total), "order_vat": amount(shop.shop_vat),
    }  # fmt: skip
    discount = [Line("discount", -order.discount)] if order.discount else []
    return [
        head | {
            "source_record": key * 100 + place, "line_type": line.kind, "sku": f"S{place}", "quantity": line.quantity,
            "product_category": line.category if order.country == "DE" else "",
            "unit_price": amount(line.price), "line_amount": amount(line.amount),
            "vat_rate": RATES[order.country, line.category] if line.kind == "item" else None,
        }
        for place, line in enumerate([*order.lines, *discount])
    ]  # fmt: skip


def refund_rows(key: int, order: Order) -> list[dict[str, Any]]:
    """A row for each refund and rate."""
    rate_of = {code: rate for code, rate, _ in parts(order)}
    return [
        {
            "file_id": FILE, "source_record": key * 100 + place, "shop": "main", "fate": "staged",
            "order_no": str(key), "refund_id": f"{key}-{place}", "refund_date": DAY,
            "amount_incl_vat": amount(gross), "vat_rate": rate_of[code],
        }
        for place, part in enumerate(refunds(order))
        for code, gross in part.items()
    ]  # fmt: skip


def amount(ore: int) -> str:
    """Øre as the text of an amount."""
    return f"{'-' if ore < 0 else ''}{abs(ore) // 100}.{abs(ore) % 100:02d}"


def check(store: Store, batch: list[Order]) -> None:
    """All that must hold for every order of a batch."""
    verdicts, lines = decided(store, batch)
    for key, order in enumerate(batch, 1):
        mine = [line for line in lines if line["order_key"] == key]
        if order.off:
            assert (verdicts[key], mine) == ("held", [])
            continue
        assert verdicts[key] == "ready", order
        assert all(line["net"] + line["vat"] == line["gross"] for line in mine)
        check_sale(order, [line for line in mine if line["event"] == "sale"])
        check_credits(order, [line for line in mine if line["event"] != "sale"])


def check_sale(order: Order, lines: list[dict[str, Any]]) -> None:
    """The invoice is the paid total; a VAT code has the VAT of its sum, a part its amount, its VAT to an øre."""
    told = truth(order)
    assert sum(line["gross"] for line in lines) == told.shop_total == lines[0]["total"]
    rounding = [line["net"] for line in lines if line["line_type"] == "rounding"]
    assert rounding == ([told.rounding] if told.rounding else [])
    assert abs(told.rounding) <= TOLERANCE
    sold = [line for line in lines if line["line_type"] != "rounding"]
    for code, (net, tax) in told.by_code.items():
        of_code = [line for line in sold if line["vat_code"] == code]
        assert (sum(line["net"] for line in of_code), sum(line["vat"] for line in of_code)) == (net, tax)
    side = "gross" if order.is_incl else "net"
    expected = sorted((code, amount) for code, _, amount in parts(order) if amount)
    assert sorted((line["vat_code"], line[side]) for line in sold if line[side]) == expected
    for line in sold:
        exact = vat(line[side], int(line["vat_rate"]), is_incl=order.is_incl)
        assert abs(line["vat"] - exact) <= 1


def check_credits(order: Order, lines: list[dict[str, Any]]) -> None:
    """The notes sum to the sale by VAT code; until the last, a code's VAT so far is that of its amount so far."""
    wanted = refunds(order)
    assert [sum(line["gross"] for line in lines if line["event"] == event) for event in events(lines)] == [
        -sum(part.values()) for part in wanted
    ]
    told = truth(order)
    for code, (net, tax) in told.by_code.items() if wanted else ():
        of_code = [line for line in lines if line["vat_code"] == code and line["line_type"] != "rounding"]
        extra = told.rounding if len(wanted) > 1 else 0
        assert -sum(line["vat"] for line in of_code) == tax
        assert -sum(line["net"] for line in of_code) == net + extra
        so_far = taxed = 0
        for line in of_code[:-1] if len(wanted) > 1 else ():
            so_far, taxed = so_far - line["gross"], taxed - line["vat"]
            rate = int(line["vat_rate"])
            if so_far < net + tax:
                assert taxed == half_up(vat(so_far, rate, is_incl=True))


def events(lines: list[dict[str, Any]]) -> list[str]:
    """The events in their order."""
    return sorted({line["event"] for line in lines})


@settings(max_examples=2, phases=PHASES)
@given(batch=st.lists(orders, min_size=AT_ONCE, max_size=AT_ONCE))
def test_money(store: Store, batch: list[Order]) -> None:
    check(store, batch)


@pytest.mark.long
@pytest.mark.timeout(0)
@settings(max_examples=max(20, settings().max_examples // AT_ONCE), phases=PHASES)
@given(batch=st.lists(orders, min_size=1, max_size=AT_ONCE))
def test_money_of_many_orders(store: Store, batch: list[Order]) -> None:
    check(store, batch)


def test_half_up_is_away_from_zero() -> None:
    assert [half_up(Fraction(x, 2)) for x in (5, -5, 4, 1)] == [3, -3, 2, 1]
