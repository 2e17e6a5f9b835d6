"""The worked vouchers of accounting.md, written by hand in golden_vouchers.toml, and checked by beancount as well."""

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import beancount_check
import pytest
from payout_world import PayoutWorld, key_of, payout_world

CASES = tomllib.loads(Path(__file__).with_name("golden_vouchers.toml").read_text("utf-8"))["case"]
_PLANNED = """
select
    concat_ws(
        ' ', case when debit is null then 'Cr' else 'Dr' end, account, coalesce(debit, credit), vat_code,
        '= ' || coalesce(debit_currency, credit_currency) || ' ' || currency, '/ ' || offset_account,
        'no ' || invoice_no, '<',
        case file_id when 1 then 'orders.' else '' end || source_record || ':', text
    )
from core.journal_lines where batch_id is null
"""


@pytest.mark.parametrize("case", CASES, ids=[c["name"] for c in CASES])
def test_the_voucher_is_the_one_a_bookkeeper_would_write(case: dict[str, Any]) -> None:
    settings = {table: {k: v or None for k, v in keys.items()} for table, keys in case.get("settings", {}).items()}
    with payout_world(**settings) as world:
        for number, step in enumerate(case["step"], 1):
            put_in(world, step)
            world.decide()
            planned = [row for (row,) in world.store.rows(_PLANNED)]
            assert sorted(planned) == sorted(step["journal"])
            told = [" ".join(v or "-" for v in (effect, code, *facts)) for code, effect, *facts in world.findings()]
            assert sorted(told) == sorted(step.get("findings", []))
            expected = step.get("payouts", ["posted"] if "transfer" in step else [])
            assert [" ".join(filter(None, p)) for p in world.payouts()][-len(expected) or 99 :] == expected
            world.send(f"B{number}")
        assert beancount_check.errors(world.store) == []
        no_lineage = "select count(*) from core.journal_lines where file_id is null or source_record is null"
        assert world.store.value(no_lineage) == 0


def put_in(world: PayoutWorld, step: dict[str, Any]) -> None:
    """Put the rows of one step of a case into the world."""
    for row, order in enumerate(step.get("orders", []), 1):
        put_order(world, row, order)
    for invoice in step.get("invoices", []):
        values = {k: v for k, v in invoice.items() if k != "total"}
        world.insert("staging.uniconta_invoices", fate="reference", total_amount=Decimal(invoice["total"]), **values)
    payout = {"payout_id": step.get("payout_id", "P1")}
    lines = step.get("lines", [])
    for row, line in enumerate(lines, 1):
        other = {k: v for k, v in line.items() if k not in {"type", "gross", "fee"}}
        facts = {k: Decimal(v) if k.endswith("_amount") else v for k, v in other.items()}
        world.line(line["type"], line.get("gross"), line.get("fee"), source_record=row, **facts, **payout)
    if "transfer" in step:
        world.transfer(step["transfer"], source_record=len(lines) + 1, **payout)
    for order_no in step.get("touch", []):
        world.touch_order(key_of("main", order_no))


def put_order(world: PayoutWorld, row: int, order: dict[str, Any]) -> None:
    """Put an order into the world, with the documents that were sent for it."""
    facts = {k: v for k, v in order.items() if k not in {"order_no", "total", "document", "debtor", "credit"}}
    for name in ("refunded_amount", "exchange_rate"):
        if name in facts:
            facts[name] = Decimal(facts[name])
    key = world.order(order["order_no"], order["total"], first_record=row, **facts)
    sent = {
        "order_key": key,
        "order_no": order["order_no"],
        "debtor_account": order.get("debtor"),
        "is_withdrawn": False,
        "document_date": date(2026, 3, 2),
        "currency": "DKK",
        "batch_id": "B0",
    }
    if "document" in order:
        world.insert(
            "core.documents",
            doc_key=key_of(key, "sale"),
            event="sale",
            kind="sales_order",
            number=order["document"],
            total_amount=Decimal(order["total"]),
            **sent,
        )
    if credit := order.get("credit"):
        world.insert(
            "core.documents",
            doc_key=key_of(key, "refund"),
            event="refund:1",
            kind="credit_note",
            number=credit["number"],
            total_amount=Decimal(credit["total"]),
            **sent,
        )
