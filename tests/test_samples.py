"""Every CSV sample of Shopify and Uniconta, dropped: archived with these verdicts, or rejected for this reason.

A sample that is added has to be named here. The workspace is a Danish company's with Shopify, so a South African shop's
orders are read whole and none of them goes out.
"""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from workspaces import Office, office, records

ORDERS = "orders_export_vat_inclusive.anon.csv"
# Of the files that no source fits, which comes nearest and what it misses first; None: nothing comes near enough.
REJECTED: dict[str, dict[str, tuple[str, str] | None]] = {
    "shopify": {
        "apparel.csv": None,  # a product export
        "messy_shopify_export_2_duplicate_sku.csv": None,
        "messy_shopify_export_3_multivariant_edges.csv": None,
        "products_new_header_template.csv": ("generic_products", "name"),
        "orders_min_columns_fixture.csv": ("shopify_orders", "Financial Status"),
    },
    "uniconta": {
        "Case5-ImportData.csv": ("uniconta_stock", "Available"),
        "Finace-Customers.first50.csv": ("uniconta_debtors", "Account"),
        "Finace-Items.csv": ("uniconta_items", "Name"),
        # Lines packed in one cell are no format of Uniconta's, and lines to be loaded are no export.
        "Finace-Orders.csv": ("uniconta_invoices", "InvoiceNumber"),
        "JournalLoader-Data.csv": ("uniconta_accounts", "Name"),
    },
}
ARCHIVED = {"shopify": {ORDERS}, "uniconta": set[str]()}
SYSTEMS = ["shopify", "uniconta"]


Dropped = dict[str, tuple[Office, dict[str, Any]]]


@pytest.fixture(scope="module")
def dropped(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Dropped:
    """Of each system: the workspace that had all its samples, and what the run said of each file by name."""
    found = {}
    for system in SYSTEMS:
        one = office(tmp_path_factory.mktemp("samples") / system, own_sources=False)
        for path in (samples / system).glob("*.csv"):
            one.drop(path.name, path.read_bytes())
        found[system] = one, {f["name"]: f for f in one.run().files}
    return found


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_sample_ends_archived_or_rejected(dropped: Dropped, samples: Path, system: str) -> None:
    one, files = dropped[system]
    names = {path.name for path in (samples / system).glob("*.csv")}
    assert names == REJECTED[system].keys() | ARCHIVED[system], "name the new sample"
    assert files.keys() == names
    assert {n: f["status"] for n, f in files.items()} == (
        dict.fromkeys(REJECTED[system], "rejected") | dict.fromkeys(ARCHIVED[system], "archived")
    )
    assert not [p for p in (one.root / "inbox").iterdir() if p.is_file()]


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_file_that_no_source_fits_is_rejected(dropped: Dropped, samples: Path, system: str) -> None:
    """With what it misses of the source that comes nearest, and its bytes unchanged."""
    one, files = dropped[system]
    for name, nearest in REJECTED[system].items():
        told = files[name]
        assert (told["reason_code"], told["rows_in"]) == ("FILE_UNKNOWN", 0), name
        if nearest:
            assert (told["expected"], told["value"].split(", ")[0].split(" (")[0]) == nearest, name
        rejected = one.root / "inbox" / "rejected" / name
        assert rejected.read_bytes() == (samples / system / name).read_bytes()
        why = rejected.with_name(name + ".why.txt").read_text("utf-8")
        assert why.startswith(name)
        assert told["value"] in why


def test_the_vat_inclusive_export_is_read_whole(dropped: Dropped, samples: Path) -> None:
    """101 rows of 50 orders; the bytes are archived; each row is of an order with a verdict."""
    one, files = dropped["shopify"]
    rows = records(samples / "shopify" / ORDERS)
    heads = [row for row in rows if row["Total"]]
    assert (len(rows), len(heads), files[ORDERS]["rows_in"], files[ORDERS]["rows_rejected"]) == (101, 50, 101, 0)
    assert (files[ORDERS]["source"], files[ORDERS]["status"]) == ("shopify_orders", "archived")
    stored = one.ask(f"select stored_path from review.files where name = '{ORDERS}'")[0]["stored_path"]
    assert (one.root / stored).read_bytes() == (samples / "shopify" / ORDERS).read_bytes()
    kept = one.ask("select * from review.conservation where entity = 'orders'")
    assert [(c["currency"], c["rows_in"], c["rows_difference"], c["amount_difference"]) for c in kept] == [
        ("ZAR", 101, 0, 0)
    ]
    assert {o["order_no"] for o in one.ask("from review.orders")} == {row["Name"] for row in heads}


def test_the_vat_inclusive_exports_verdicts(dropped: Dropped, samples: Path) -> None:
    """Voided: skipped. Pending: waits. Paid: held, first by its way of payment, which is no method of this company."""
    one, _ = dropped["shopify"]
    states = Counter(row["Financial Status"] for row in records(samples / "shopify" / ORDERS) if row["Total"])
    assert states == {"paid": 35, "pending": 13, "voided": 2}
    found = one.ask(
        "select verdict, reason_code, state, count(*) as orders from review.orders group by all order by orders"
    )
    assert [tuple(row.values()) for row in found] == [
        ("skipped", "ORDER_CANCELLED", "voided", 2),
        ("waiting", "AWAITS_STATE", "open", 13),
        ("held", "PAYMENT_METHOD_UNMAPPED", "paid", 35),
    ]
    assert one.ask("from review.documents") == []


def test_all_that_stands_against_the_vat_inclusive_export_is_told(dropped: Dropped) -> None:
    """Rand without a rate; and an export to South Africa is at 0 %, where the shop charged 15 %, but not on #5044."""
    one, _ = dropped["shopify"]
    found = one.ask(
        "select order_no, list(code order by code) as codes,"
        " max(value_read) filter (code = 'CURRENCY_RATE_MISSING') as currency,"
        " max(expected) filter (code = 'VAT_CHARGED_NOT_DUE') as treatment"
        " from review.findings where effect = 'hold' and order_no is not null group by order_no"
    )
    usual = ["CURRENCY_RATE_MISSING", "PAYMENT_METHOD_UNMAPPED", "VAT_CHARGED_NOT_DUE"]
    expected = {f"#{no}": usual for no in range(5001, 5051)} | {"#5044": usual[:2]}
    assert {row["order_no"]: row["codes"] for row in found} == expected
    assert {(row["currency"], row["treatment"]) for row in found} == {("ZAR", "EXPORT"), ("ZAR", None)}
    zips = one.ask("select distinct billing_postcode from core.orders where billing_postcode like '''%'")
    assert zips == [], "each zip of the file begins with an apostrophe"
