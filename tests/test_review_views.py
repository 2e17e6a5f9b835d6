"""The contract with the people who query: every `review` view has the columns of architecture §7, and is right.

`python tests/test_review_views.py` writes docs/review.md anew.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hand_filled import BATCH, document, hand_filled, insert

from etl.store import Store, models

DOCUMENT = Path(__file__).parents[1] / "docs" / "review.md"
HEADER = """# The review views

Made by `python tests/test_review_views.py` from `etl/models/8*.sql`; change it there. Query them with
`etl sql "select ..."` or any DuckDB tool on `review/review.duckdb`. Columns may be added at the end; these stay.

A DuckDB tool that opens the file itself calls the database `review` too, and then takes `review.orders` for ambiguous:
say `use review.review;` first and leave the prefix out, or open it as
`attach 'review.duckdb' as books (read_only); use books;`. The file is a copy that each run replaces; whoever has the
old one open keeps seeing it.
"""
CONTRACT = {
    "files": "file_id, name, sha256, source, shop, status, rows_in, rows_staged, rows_duplicate, rows_superseded,"
    " rows_reference, rows_rejected, received_at, reason",
    "orders": "source, shop, order_no, order_date, state, customer_name, buyer_type, country, currency, total_incl_vat,"
    " vat_amount, verdict, reason_code, reason, next_step",
    "findings": "severity, code, source, order_no, file_name, source_record, field, value_read, expected, message,"
    " next_step",
    "documents": "document_id, kind, event, shop, order_no, number, debtor_account, document_date, currency,"
    " exchange_rate, net_amount, vat_amount, total_amount, vat_zone, status, status_at, batch_id, credited_document_id,"
    " erp_invoice_no",
    "document_lines": "document_id, line_no, line_type, item, text, quantity, unit_price, vat_code, vat_rate,"
    " vat_country, net_amount, vat_amount, gross_amount, file_name, source_record",
    "journal_lines": "batch_id, journal, voucher, line_no, journal_date, account_type, account, offset_account_type,"
    " offset_account, text, debit, credit, currency, debit_currency, credit_currency, vat_code, invoice_no, payout_id,"
    " cause, file_name, source_record",
    "payouts": "source, acquirer, merchant_account, payout_id, payout_date, currency, gross_amount, fee_amount,"
    " fee_vat_amount, refund_amount, chargeback_amount, other_amount, net_amount, declared_amount, difference, status",
    "payout_matches": "payout_id, file_name, source_record, line_type, transaction_id, order_no, document_id, amount,"
    " difference, match_rule, certificate, alternatives, status",
    "vat_decisions": "shop, order_no, line_no, decision, treatment, vat_country, vat_rate, vat_code, dk_box, esl,"
    " oss_section, legal_basis, evidence, rejected_alternatives",
    "oss_return": "period, vat_country, supply_kind, dispatch_country, rate_type, vat_rate, net_amount, vat_amount,"
    " currency, correction_period",
    "sales_list": "period, country, vat_number, goods_amount, triangular_amount, services_amount",
    "vat_boxes": "period, box, amount, exact_amount",
    "oss_declaration": "period, scheme, correction_period, vat_country, supply_kind, dispatch_country, rate_type,"
    " vat_rate, currency, net_amount, vat_amount, net_eur, vat_eur, net_company, vat_company, company_currency,"
    " rate_period, rate_date, currency_rate, company_rate, missing, due_date",
    "oss_direct": "period, correction_period, vat_country, supply_kind, dispatch_country, vat_rate, currency,"
    " net_amount, vat_amount, documents",
    "oss_tieout": "period, what, amount, net_amount, side, vat_country, correction_period, document_id, line_no,"
    " currency, currency_amount",
    "oss_uniconta": "period, document_id, line_no, vat_country, debtor_account, debtor_country, vat_code, vat_rate,"
    " net_amount, vat_amount, uniconta_vat_amount, difference, currency, why",
    "oss_threshold": "year, supply_date, sales, net_eur, running_eur, prior_year_eur, limit_eur, share, status,"
    " is_warning",
    "clearing": "account, acquirer, currency, period, opening, sales, refunds, fees, chargebacks, other, payouts,"
    " closing, ledger_closing, acquirer_owes",
    "open_items": "account, order_no, document_id, payout_id, item_date, age_days, amount, currency, cause",
    "drift": "source, what, value_seen, file_name, rows, amount",
    "lineage": "output_file, output_line, document_id, file_id, file_name, source_record",
    "conservation": "entity, currency, rows_in, rows_rejected, rows_duplicate, rows_superseded, rows_reference,"
    " rows_waiting, rows_held, rows_ready, rows_exported, rows_skipped, rows_difference, amount_in, amount_difference",
    "batches": "batch_id, planned_at, published_at, documents, journal_lines, sums, sha256, approved_by",
}


@pytest.fixture
def store() -> Iterator[Store]:
    with hand_filled() as filled:
        yield filled


@pytest.fixture(scope="module")
def shared() -> Iterator[Store]:
    """For tests that only look."""
    with hand_filled() as filled:
        yield filled


def comment_of(store: Store, view: str) -> str:
    found = "select comment from duckdb_views() where schema_name = 'review' and view_name = $1"
    return str(store.value(found, [view]))


def rows(store: Store, sql: str) -> list[tuple[Any, ...]]:
    return store.rows(sql)


@pytest.mark.parametrize("view", CONTRACT)
def test_a_view_begins_with_the_columns_of_the_contract_and_says_what_it_is(shared: Store, view: str) -> None:
    promised = CONTRACT[view].split(", ")
    assert [name for name, *_ in rows(shared, f"describe review.{view}")][: len(promised)] == promised
    assert "One row per" in comment_of(shared, view)


def test_amounts_are_exact(shared: Store) -> None:
    kinds = dict(
        rows(shared, "select data_type, count(*) from duckdb_columns() where schema_name = 'review' group by 1")
    )
    assert kinds.keys().isdisjoint({"DOUBLE", "FLOAT"})
    assert kinds["DECIMAL(18,2)"] > 20


def test_the_rows_of_a_file_are_the_sum_of_their_fates(shared: Store) -> None:
    fates = {
        name: counts
        for name, *counts in rows(
            shared,
            "select name, status, rows_in, rows_staged, rows_duplicate, rows_superseded, rows_reference, rows_rejected"
            " from review.files",
        )
    }
    assert fates == {
        "orders.csv": ["archived", 8, 7, 0, 0, 0, 1],
        "payouts.csv": ["archived", 2, 2, 0, 0, 0, 0],
        "notes.csv": ["rejected", 4, 0, 0, 0, 0, 4],
        "orders (1).csv": ["duplicate", 8, 0, 8, 0, 0, 0],
        "orders-older.csv": ["archived", 3, 0, 2, 1, 0, 0],
        "invoices.csv": ["archived", 1, 0, 0, 0, 1, 0],
    }


def test_a_held_order_says_why_and_what_to_do(shared: Store) -> None:
    assert rows(shared, "select verdict, reason, next_step from review.orders where order_no = '1002'") == [
        ("held", "sku HAT is not an item.", "Create it, or set items.default.")
    ]


def test_findings_are_of_orders_rows_and_files_and_none_is_told_twice(store: Store) -> None:
    insert(store, "core.findings", subject="order", order_key=2, code="VALUE_UNKNOWN", effect="hold", file_id=1,
           source_record=8)  # fmt: skip
    assert rows(store, "select code, order_no, file_name, source_record from review.findings order by all") == [
        ("HEADER_UNKNOWN", None, "notes.csv", None),
        ("SKU_UNKNOWN", "1002", "orders.csv", 3),
        ("VALUE_UNKNOWN", "1002", "orders.csv", 8),
    ]


def test_exported_is_not_booked(shared: Store) -> None:
    status = dict(rows(shared, "select document_id, status from review.documents"))
    assert status.pop("main/id1001/sale") == "paid_out"
    assert set(status.values()) == {"sent"}


def test_a_reference_that_two_invoices_carry_books_nothing(store: Store) -> None:
    store.script("update staging.uniconta_invoices set order_number = '77'")
    assert store.value("select status from review.documents where order_no = '1001'") == "paid_out"
    insert(store, "staging.uniconta_invoices", fate="reference", invoice_no="30002", our_ref="1001", total_amount=5)
    assert store.value("select status from review.documents where order_no = '1001'") == "sent"


def test_a_planned_document_is_planned_and_a_withdrawn_one_withdrawn(store: Store) -> None:
    store.script("update core.documents set batch_id = null where order_no = '1005'")
    store.script("update core.documents set is_withdrawn = true where order_no = '1006'")
    assert rows(store, "select status from review.documents where order_no in ('1005', '1006') order by order_no") == [
        ("planned",), ("withdrawn",),
    ]  # fmt: skip


def test_a_credit_note_names_what_it_credits(shared: Store) -> None:
    assert rows(shared, "select kind, credited_document_id from review.documents where event = 'refund:1'") == [
        ("credit_note", "main/id1004/sale")
    ]


def test_a_match_names_its_document(shared: Store) -> None:
    assert rows(shared, "select transaction_id, document_id, status from review.payout_matches order by 1") == [
        ("t1001", "main/id1001/sale", "matched"),
        ("tX", None, "unmatched"),
    ]


def test_a_vat_decision_says_what_was_passed_over(shared: Store) -> None:
    decided = shared.dicts("select * from review.vat_decisions")[0]
    assert decided["dk_box"] == "SALGSMOMS"
    assert decided["rejected_alternatives"] == "EXPORT (export: route same_state ≠ third)"
    assert decided["evidence"] == (
        "line goods; way same_state; ship from DK; ship to DK 1050; bill to DK; supply date 2026-11-18"
    )


def test_the_oss_return_corrects_an_earlier_quarter_by_name(shared: Store) -> None:
    assert rows(shared, "select period, net_amount, vat_amount, currency, correction_period, rate_type, supply_kind"
                       " from review.oss_return order by period") == [
        ("2026Q3", Decimal("100.00"), Decimal("19.00"), "EUR", None, "standard", "goods"),
        ("2026Q4", Decimal("-50.00"), Decimal("-9.50"), "EUR", "2026Q3", "standard", "goods"),
    ]  # fmt: skip


def test_a_refund_in_the_same_quarter_nets_the_sale(store: Store) -> None:
    store.script("update core.documents set document_date = date '2026-09-30' where event = 'refund:1'")
    assert rows(store, "select net_amount, correction_period from review.oss_return") == [(Decimal("50.00"), None)]


def test_the_sales_list_writes_country_and_number_as_the_authority_does(store: Store) -> None:
    assert rows(store, "select * from review.sales_list") == [
        ("2026-10", "DE", "136695976", Decimal("1000.00"), Decimal(0), Decimal(0))
    ]
    store.script("update core.orders set vat_number = 'GR094259216' where order_no = '1005'")
    assert rows(store, "select country, vat_number from review.sales_list") == [("EL", "094259216")]


def test_vat_boxes_are_in_the_companys_currency(shared: Store) -> None:
    # 100.00 EUR at 7.46 = 746.00; half of it credited a quarter later = -373.00
    assert rows(shared, "select * from review.vat_boxes order by all") == [
        ("2026Q3", "B_GOODS_NO_ESL", Decimal("746.00"), Decimal("746.00")),
        ("2026Q4", "B_GOODS_ESL", Decimal("1000.00"), Decimal("1000.00")),
        ("2026Q4", "B_GOODS_NO_ESL", Decimal("-373.00"), Decimal("-373.00")),
        ("2026Q4", "SALGSMOMS", Decimal("88.00"), Decimal("87.78")),  # filed in whole kroner
    ]


def test_the_receivable_runs_from_month_to_month(shared: Store) -> None:
    months = shared.dicts("select * from review.clearing order by period")
    assert [(m["period"], m["opening"], m["closing"]) for m in months] == [
        ("2026-09", Decimal("0.00"), Decimal("887.74")),  # 119.00 EUR at 7.46
        ("2026-10", Decimal("887.74"), Decimal("1443.87")),  # + 1,000.00 - 443.87
        ("2026-11", Decimal("1443.87"), Decimal("1643.87")),  # + 438.90 + 200.00 - 438.90 of the payout
    ]
    november = months[-1]
    assert (november["sales"], november["fees"], november["payouts"], november["other"]) == (
        Decimal("638.90"), Decimal("-9.58"), Decimal("-629.32"), Decimal("200.00"),
    )  # fmt: skip


def test_what_stands_on_error_and_gift_card_accounts_is_open_until_it_is_zero(store: Store) -> None:
    assert rows(store, "select account, order_no, payout_id, age_days, amount from review.open_items order by 1") == [
        ("6790", "1006", None, 23, Decimal("-200.00")),
        ("9990", None, "P1", 4, Decimal("-200.00")),
    ]
    for account, debit, credit in (("9990", 200, None), ("5821", None, 200)):  # the order turned up: reclass
        insert(store, "core.journal_lines", voucher_key=42, voucher_kind="reclass", journal_date=date(2026, 11, 23),
               account=account, debit=debit, credit=credit, line_key=22, batch_id=BATCH)  # fmt: skip
    assert rows(store, "select account from review.open_items") == [("6790",)]


def test_an_unknown_word_is_drift(shared: Store) -> None:
    assert rows(shared, "select source, what, value_seen, rows from review.drift") == [
        ("shopify_orders", "state", "parked", 1)
    ]


def test_everything_that_came_in_is_accounted_for(shared: Store) -> None:
    sums = "select sum(rows_in), sum(rows_difference), sum(abs(amount_difference)) from review.conservation"
    assert rows(shared, sums) == [(26, 0, Decimal(0))]


@pytest.mark.parametrize(
    ("harm", "entity"),
    [
        ("delete from staging.order_versions where order_key = 3", "orders"),
        ("delete from core.verdicts where order_key = 3", "orders"),
        ("delete from core.orders where order_key = 3", "orders"),
        ("update core.orders set order_total = 61 where order_key = 3", "orders"),
        ("delete from staging.payouts where source_record = 2", "payouts"),
        ("update core.payout_lines set net_amount = 1 where line_key = 21", "payouts"),
        ("delete from staging.uniconta_invoices", "uniconta_invoices"),
    ],
)
def test_a_row_or_an_amount_that_is_lost_shows(store: Store, harm: str, entity: str) -> None:
    store.script(harm)
    wrong = "select distinct entity from review.conservation where rows_difference <> 0 or amount_difference <> 0"
    assert rows(store, wrong) == [(entity,)]


def test_a_second_credit_leaves_a_match_without_one_document(store: Store) -> None:
    document(store, 500005, "1004", "refund:2", date(2026, 11, 2), ("-1.00", "-0.19", "19", "OSS_UNION", "DE"))
    store.script("update core.payout_lines set line_type = 'refund' where line_key = 21")
    store.script("update core.payout_matches set order_key = 4 where line_key = 21")
    assert store.value("select document_id from review.payout_matches where transaction_id = 't1001'") is None


def review_document(store: Store) -> str:
    """docs/review.md: every view in reading order, with what it says of itself and its columns."""
    parts = [HEADER]
    for view in (model.name for model in models() if 800 <= model.number < 900):
        comment = comment_of(store, view)
        columns = "\n".join(f"| `{name}` | {kind} |" for name, kind, *_ in rows(store, f"describe review.{view}"))
        parts.append(f"## review.{view}\n\n{comment}\n\n| column | type |\n|---|---|\n{columns}\n")
    return "\n".join(parts)


def test_the_views_are_documented(shared: Store) -> None:
    assert DOCUMENT.read_text("utf-8") == review_document(shared), "python tests/test_review_views.py writes it anew"


if __name__ == "__main__":
    with hand_filled() as made:
        DOCUMENT.write_text(review_document(made), "utf-8")
