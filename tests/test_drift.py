"""Drift: what a source says for the first time is told on the first file that says it, with count and sum."""

from decimal import Decimal
from pathlib import Path

import pytest
from staged import contract, stage
from workspaces import company_with, office

CONTRACT = """
system = "X"
entity = "payouts"
evidence = "documented"
[match]
headers = ["id", "type", "net"]
[columns]
line_id = "id"
line_type = "type"
net_amount = "net"
[ignored]
columns = ["Tax *"]
[values.line_type]
"sale" = "sale"
"refund" = "refund"
"*" = "unknown"
[constants]
acquirer = "sp"
"""


def test_columns_words_and_signs_are_told_once(tmp_path: Path) -> None:
    first, second, third = (tmp_path / f"{n}.csv" for n in (1, 2, 3))
    first.write_text("id,type,net,Tax 1,Extra\n1,sale,10.00,,\n2,refund,-4.00,,\n3,Kickback,2.50,,\n", "utf-8")
    second.write_text("id,type,net,Tax 2,Extra\n4,refund,4.00,,\n5,refund,1.00,,\n6,Kickback,1.00,,\n", "utf-8")
    third.write_text("id,type,net,Later\n7,sale,-1.00,\n8,refund,3.00,\n", "utf-8")
    with stage(contract(CONTRACT)) as one:
        for path in (first, second, third):
            one.take(path)
        found = one.ask("select file_id, what, value_seen, rows, amount from staging.drift order by all")
    assert found == [
        (1, "column", "Extra", 3, None),  # not named in the contract; Tax 1 is
        (1, "line_type", "Kickback", 1, Decimal("2.50")),
        (1, "sign", "unknown +", 1, Decimal("2.50")),
        (2, "sign", "refund +", 2, Decimal("5.00")),
        (3, "column", "Later", 2, None),
        (3, "sign", "sale -", 1, Decimal("-1.00")),
    ]


@pytest.mark.long
def test_a_shops_usual_words_are_no_drift_in_its_first_file(tmp_path: Path) -> None:
    text = (
        "order_no,order_date,state,currency,payment_method,line_type,sku,quantity,unit_price,vat_rate,line_amount,order_total\n"
        "{no},2026-11-01,paid,DKK,{method},item,CUP,1,100.00,25,100.00,100.00\n"
    )
    one = office(tmp_path / "w", company=company_with(), own_sources=False)
    one.drop("1.csv", text.format(no="1001", method="MobilePay"))
    one.run()
    assert one.ask("from review.drift") == []
    one.drop("2.csv", text.format(no="1002", method="Krypto"))
    report = one.run()
    drift = one.ask("select source, what, value_seen, file_name, rows, amount from review.drift")
    assert [tuple(row.values()) for row in drift] == [
        ("generic_orders", "payment_method", "Krypto", "2.csv", 1, Decimal("100.00"))
    ]
    told = one.ask("select severity, field, value_read from review.findings where code = 'DRIFT_SEEN'")
    assert [tuple(row.values()) for row in told] == [("warning", "payment_method", "Krypto")]
    # Nothing of the row went out: a method that is not mapped holds its order.
    assert report.orders["held"] >= 1
    assert one.ask("select count(*) as n from review.documents where order_no = '1002'") == [{"n": 0}]
