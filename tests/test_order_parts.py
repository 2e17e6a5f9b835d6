"""Orders whose head and lines come in two files: nothing goes until both are there, in whatever order they come."""

from decimal import Decimal
from pathlib import Path

import pytest
from workspaces import Office, company_with, office

HEADS = """
system = "Till"
entity = "orders"
evidence = "documented"
part = "head"
precedence = "received"
[match]
headers = ["receipt", "total", "vat"]
[columns]
order_no = "receipt"
order_date = "day"
order_total = "total"
order_vat = "vat"
payment_method = "method"
[constants]
state = "paid"
currency = "DKK"
prices_include_vat = "true"
billing_country = "DK"
customer_name = "Kontant"
"""
LINES = """
system = "Till"
entity = "orders"
evidence = "documented"
part = "lines"
[match]
headers = ["receipt", "item", "price"]
[columns]
order_no = "receipt"
sku = "item"
description = "item"
quantity = "quantity"
unit_price = "price"
"""
HEAD_FILE = "receipt,day,total,vat,method\n7,2026-11-02,125.00,25.00,MobilePay\n8,2026-11-02,250.00,50.00,MobilePay\n"
LINE_FILE = "receipt,item,quantity,price\n7,CUP,1,125.00\n8,CUP,1,125.00\n8,HAT,1,125.00\n"


@pytest.fixture
def till(tmp_path: Path) -> Office:
    """A company whose till exports receipts and their lines apart."""
    one = office(tmp_path / "w", company=company_with(), own_sources=False)
    folder = one.root / "schemas" / "sources"
    folder.mkdir(parents=True)
    (folder / "till_heads.toml").write_text(HEADS, "utf-8")
    (folder / "till_lines.toml").write_text(LINES, "utf-8")
    return one


def documents(one: Office) -> list[tuple[str, Decimal, Decimal]]:
    """(order, total, VAT) of what was sent."""
    found = one.ask(
        "select order_no, total_amount, vat_amount from review.documents where batch_id is not null order by 1"
    )
    return [tuple(row.values()) for row in found]


BOTH = [("7", Decimal("125.00"), Decimal("25.00")), ("8", Decimal("250.00"), Decimal("50.00"))]


@pytest.mark.parametrize(("first", "second", "missing"), [
    (("heads.csv", HEAD_FILE), ("lines.csv", LINE_FILE), "lines"),
    (("lines.csv", LINE_FILE), ("heads.csv", HEAD_FILE), "head"),
])  # fmt: skip
def test_one_part_waits_for_the_other(
    till: Office, first: tuple[str, str], second: tuple[str, str], missing: str
) -> None:
    till.drop(*first)
    assert till.run().orders == {"waiting": 2}
    told = till.ask("select distinct code, expected from review.findings where code = 'ORDER_PART_MISSING'")
    assert [tuple(row.values()) for row in told] == [("ORDER_PART_MISSING", missing)]
    assert documents(till) == []
    till.drop(*second)
    assert till.run().orders == {"exported": 2}
    assert documents(till) == BOTH
    kept = till.ask(
        "select rows_in, rows_difference, amount_difference from review.conservation"
        " where entity = 'orders' and rows_in > 0"
    )
    assert sum(k["rows_in"] for k in kept) == 5
    assert {(k["rows_difference"], k["amount_difference"]) for k in kept} == {(0, Decimal("0.00"))}


@pytest.mark.long
def test_both_at_once_go_at_once_and_coming_again_changes_nothing(till: Office) -> None:
    till.drop("heads.csv", HEAD_FILE)
    till.drop("lines.csv", LINE_FILE)
    assert till.run().orders == {"exported": 2}
    till.drop("heads-2.csv", HEAD_FILE.replace("\n8", "\n8").replace("receipt,", "receipt,") + "\n")
    till.drop("lines-2.csv", LINE_FILE + "\n")
    till.run()
    assert documents(till) == BOTH


@pytest.mark.long
def test_a_line_that_cannot_be_read_holds_its_order_and_no_other(till: Office) -> None:
    till.drop("heads.csv", HEAD_FILE)
    till.drop("lines.csv", LINE_FILE.replace("HAT,1,125.00", "HAT,1,1x5.00"))
    assert till.run().orders == {"exported": 1, "held": 1}
    assert documents(till) == BOTH[:1]
    till.drop("heads-again.csv", HEAD_FILE + "\n")  # the other part coming again mends nothing
    assert till.run().orders == {"exported": 1, "held": 1}
    till.drop("lines-again.csv", LINE_FILE + "\n")
    assert till.run().orders == {"exported": 2}
    assert documents(till) == BOTH
