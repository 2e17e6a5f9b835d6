"""`etl why`: the checks of a run tried again on the snapshot, with what they saw and what decided."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hand_filled import insert

from etl import deciding, folding, questions, summaries, why
from etl.company import parse
from etl.show import Page, as_json
from etl.store import Store

COMPANY = """
[company]
name = "Nordlys Butik ApS"
country = "DK"
vat_number = "DK13585628"
language = "en"
[vat]
registered = true
oss = "union"
sells_mainly_to_consumers = true
threshold = { prior_year_eur = "25000", year_to_date_eur = "30000" }
[vat.codes]
"DOMESTIC:DK:25" = "U25"
"OSS_UNION:DE:19" = "U_DE19"
[debtors]
b2c = { match = ["customer_no", "email"], group = "B2C", create = false, collective = "WEB-{country}" }
[erp]
without_snapshot = "create"
[items]
create = true
group = "VARER"
[payment_methods."Card"]
register = "payment_term"
payment_term = "KORT"
acquirer = "shopify_payments"
[acquirers.shopify_payments]
receivable = "5821"
[[shops]]
id = "main"
source = "shopify_orders"
inbox = "."
"""
GOOD, UNMAPPED, GERMAN = 1, 2, 3


def stage(store: Store, key: int, **facts: Any) -> None:
    """One order of one line of 438.90 incl. 25 % (accounting.md), staged as a load leaves it."""
    order_no = f"#100{key}"
    insert(store, "staging.order_versions", version_id=key, order_key=key, shop="main", source="shopify_orders",
           order_no=order_no, file_id=1, first_record=key, rows_in=1, is_complete=True, order_total=Decimal("438.90"),
           currency="DKK", refunded_amount=0, fate="staged")  # fmt: skip
    row = {
        "order_date": datetime(2026, 11, 18, 9, 0), "paid_date": datetime(2026, 11, 18, 9, 1), "state": "paid",
        "customer_name": "Asta Holm", "customer_email": "asta@example.org", "shipping_country": "DK",
        "billing_country": "DK", "shipping_postcode": "1050", "payment_method": "Card", "currency": "DKK",
        "prices_include_vat": True, "line_type": "item", "sku": "CUP", "description": "Cup", "quantity": 1,
        "unit_price": Decimal("438.90"), "order_vat": Decimal("87.78"), "order_total": Decimal("438.90"),
        "order_subtotal": Decimal("438.90"), "refunded_amount": 0,
    }  # fmt: skip
    insert(store, "staging.orders", version_id=key, file_id=1, source_record=key, order_no=order_no, **(row | facts))
    store.rows("insert into ops.touched values ('order', $1, 'new rows')", [key])


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A decided database, read as people read it."""
    path = tmp_path_factory.mktemp("why") / "review.duckdb"
    settings = parse(COMPANY.encode())
    with Store.open(path) as store:
        folding.open_database(store, settings, as_of=date(2026, 11, 24), workspace_id="w")
        insert(store, "staging.files", file_id=1, file_name="orders.csv", source="shopify_orders", entity="orders",
               shop="main", status="archived", rows_in=3)  # fmt: skip
        stage(store, GOOD)
        stage(store, UNMAPPED, payment_method="Barter")
        stage(store, GERMAN, shipping_country="DE", billing_country="DE", shipping_postcode="10115")
        deciding.decide(store)
    with Store.open(path, read_only=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def told(snapshot: Store) -> dict[int, dict[str, Any]]:
    """What `why` says of each order."""
    return {key: why.why(snapshot, key) for key in (GOOD, UNMAPPED, GERMAN)}


def test_every_check_is_tried_and_says_what_it_asked_and_saw(told: dict[int, dict[str, Any]]) -> None:
    answer = told[GOOD]
    assert "not_rehearsed" not in answer
    assert answer["order"]["verdict"] == "ready"
    assert all(check["passed"] for check in answer["checks"])
    waits = next(check for check in answer["checks"] if check["check"] == "902_waits")
    assert waits["question"].startswith("One row per order that waits for its shop")
    assert waits["seen"]["orders.state"] == "paid"


def test_the_total_is_made_up_of_its_lines(told: dict[int, dict[str, Any]]) -> None:
    amounts = told[GOOD]["amounts"]
    line = amounts["lines"][0]
    assert (line["net_amount"], line["vat_amount"], line["gross_amount"]) == (
        Decimal("351.12"), Decimal("87.78"), Decimal("438.90"),
    )  # fmt: skip
    assert (line["file_name"], line["source_record"]) == ("orders.csv", 1)
    assert amounts["totals"]["rounding_amount"] == 0


def test_the_vat_rules_before_the_one_that_decides_say_why_not(told: dict[int, dict[str, Any]]) -> None:
    line = told[GOOD]["vat"][0]
    assert line["decided"] == "domestic"
    tried = {rule["rule"]: rule["failed"] for rule in line["rules_tried"]}
    assert tried["export"] == ["route same_state ≠ third"]
    assert tried["domestic"] == []
    assert list(tried)[-1] == "domestic"


def test_the_debtor_chain_and_the_items_are_told(told: dict[int, dict[str, Any]]) -> None:
    answer = told[GOOD]
    assert [(way["tried"], way["value_seen"], way["found"]) for way in answer["debtor"]["chain"]] == [
        ("email", "asta@example.org", None)
    ]
    assert answer["debtor"]["result"]["account"] == "WEB-DK"
    assert [(item["sku"], item["item"], item["source"]) for item in answer["items"]] == [("CUP", "CUP", "create")]


def test_a_held_order_names_the_check_the_value_the_setting_and_the_next_step(told: dict[int, dict[str, Any]]) -> None:
    decided = told[UNMAPPED]["decided_by"]
    assert decided["verdict"] == "held"
    assert decided["check"] == "910_payments"
    assert decided["value_read"] == "Barter"
    assert decided["settings"] == ["[payment_methods]"]
    assert decided["next_step"]


def test_a_rate_that_is_not_due_is_held_with_both_readings(told: dict[int, dict[str, Any]]) -> None:
    answer = told[GERMAN]
    assert answer["vat"][0]["decided"] == "oss_union"
    decided = answer["decided_by"]
    assert (decided["reason_code"], decided["value_read"], decided["expected"]) == (
        "VAT_RATE_MISMATCH", "25", "DE 19",
    )  # fmt: skip
    assert decided["settings"] == ["[vat] oss", "[vat.categories]", "[vat.codes]"]


def test_text_and_json_end_with_the_next_step(snapshot: Store, capsys: pytest.CaptureFixture[str]) -> None:
    answer = why.why(snapshot, questions.find_order(snapshot, "1002")[0])
    summaries.why(Page("en"), answer)
    assert capsys.readouterr().out.splitlines()[-1] == f"Next: {answer['decided_by']['next_step']}"
    assert '"verdict": "held"' in as_json(answer)
