"""The same orders as CSV, as a spreadsheet with typed cells, and as XML: the same documents, to the øre."""

import csv
import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
import workbooks
from workspaces import company_with, office

NAMES = (
    *("order_no", "order_date", "state", "currency", "customer_name", "customer_email", "billing_country"),
    *("billing_postcode", "payment_method", "line_type", "sku", "description", "quantity", "unit_price", "vat_rate"),
    *("line_amount", "order_vat", "order_total"),
)
HEAD = ("1001", "2025-11-03", "paid", "DKK", "Ida Ærø & Søn", "ida@example.com", "DK", "0800", "MobilePay")
ROWS = [
    (*HEAD, "item", "0042", 'Kop "blå", <lille>', "2", "100.00", "25", "200.00", "49.75", "248.75"),
    (*HEAD, "item", "FAD", "Fad", "1", "48.75", "25", "48.75", "49.75", "248.75"),
]
NUMBERS = {"quantity", "unit_price", "vat_rate", "line_amount", "order_vat", "order_total"}
LINES = {"line_type", "sku", "description", "quantity", "unit_price", "vat_rate", "line_amount"}


def as_csv(path: Path) -> bytes:
    """UTF-8 with commas."""
    del path
    text = io.StringIO(newline="")
    csv.writer(text).writerows([NAMES, *ROWS])
    return text.getvalue().encode()


def as_sheet(path: Path) -> bytes:
    """Numbers as numbers, days as days, ids as texts; a title and an empty row above the header, a total below."""
    cells = [
        [
            Decimal(cell) if name in NUMBERS else date.fromisoformat(cell) if name == "order_date" else cell
            for name, cell in zip(NAMES, row, strict=True)
        ]
        for row in ROWS
    ]
    workbooks.write(path, {"Om": [["Butik"]], "Ordrer": [["Ordrer i november"], [], list(NAMES), *cells]})
    return path.read_bytes()


def as_xml(path: Path) -> bytes:
    """An order with its lines inside it, as docs/formats.md says."""
    del path
    told = [dict(zip(NAMES, row, strict=True)) for row in ROWS]
    head = "".join(f"<{n}>{escape(told[0][n])}</{n}>" for n in NAMES if n not in LINES)
    lines = "".join(
        "<line>" + "".join(f"<{n}>{escape(row[n])}</{n}>" for n in NAMES if n in LINES) + "</line>" for row in told
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<orders><order>{head}{lines}</order></orders>'.encode()


@pytest.mark.parametrize(("form", "name"), [(as_csv, "o.csv"), (as_sheet, "o.xlsx"), (as_xml, "o.xml")])
def test_the_same_orders_make_the_same_documents(tmp_path: Path, form: Callable[[Path], bytes], name: str) -> None:
    """2 x 100.00 + 48.75 = 248.75, of which a fifth, 49.75, is VAT."""
    one = office(tmp_path / "w", company=company_with(), own_sources=False)
    one.drop(name, form(tmp_path / "made.xlsx"))
    assert one.run().orders == {"exported": 1}
    documents = one.ask(
        "select order_no, total_amount, vat_amount, document_date::varchar as day from review.documents"
    )
    assert [tuple(row.values()) for row in documents] == [("1001", Decimal("248.75"), Decimal("49.75"), "2025-11-03")]
    lines = one.ask("select item, text, quantity, gross_amount from review.document_lines order by line_no")
    assert [tuple(row.values()) for row in lines] == [
        ("0042", 'Kop "blå", <lille>', Decimal(2), Decimal("200.00")),
        ("FAD", "Fad", Decimal(1), Decimal("48.75")),
    ]
    orders = one.ask("select customer_name, billing_postcode from core.orders")
    assert [tuple(row.values()) for row in orders] == [("Ida Ærø & Søn", "0800")]
