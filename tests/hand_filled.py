"""A small workspace database filled by hand, so that what people read can be tested without the pipeline.

Nordlys sells on card through `shopify_payments`. The story, all amounts from accounting.md §1, §3, §5 and §8:
1001 sold, booked and paid out (438.90, fee 9.58); 1002 held; 1003 waiting; 1004 sold to DE in EUR, credited a quarter
later; 1005 sold to a German business; 1006 a gift card of 200.00; and a payout line of 200.00 that no order knows.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from etl.company import setting_tables
from etl.staging import create_tables
from etl.store import Store

BATCH = "2026-11-20-0001"
KEY = {"1001": 1, "1002": 2, "1003": 3, "1004": 4, "1005": 5, "1006": 6}
# The seed tables, as far as the views read them; few rows, so that what they give can be worked out by hand.
SEEDS = """
create table setting.vat_rates (vat_country varchar, region varchar, category varchar, rate decimal(9, 4),
    valid_from date, valid_to date);
create table setting.vat_rules (priority integer, rule_id varchar, treatment varchar, dk_box varchar, esl varchar,
    oss_section varchar, legal_basis varchar, text_en varchar, text_da varchar);
create table setting.countries (iso2 varchar, vat_country varchar, eu_from date, eu_to date);
create table setting.country_names (country_name varchar, country varchar);
insert into setting.countries values ('DK', 'DK', '1973-01-01', null), ('DE', 'DE', '1958-01-01', null),
    ('GR', 'EL', '1981-01-01', null), ('XI', 'XI', '2021-01-01', null);
insert into setting.country_names select lower(iso2), iso2 from setting.countries;
create table setting.run (as_of date, workspace_id varchar);
"""


def insert(store: Store, table: str, **values: Any) -> None:
    """Add one row; columns that are not named stay empty."""
    names = ", ".join(values)
    marks = ", ".join("?" * len(values))
    store.rows(f"insert into {table} ({names}) values ({marks})", list(values.values()))


@contextmanager
def hand_filled(path: Path | None = None) -> Iterator[Store]:
    """The database with its tables, rows and review views."""
    with Store.open(path) as store:
        make_tables(store)
        fill_settings(store)
        fill_files(store)
        fill_orders(store)
        fill_documents(store)
        fill_payout(store)
        store.run(800, 899)
        yield store


def make_tables(store: Store) -> None:
    """The lasting tables, the staging tables of every entity, and the settings, all empty."""
    store.script_file("tables.sql")
    create_tables(store)
    for name, table in setting_tables(None).items():
        columns = ", ".join(f"{column} {kind}" for column, kind in table.columns.items())
        store.script(f"create table setting.{name} ({columns})")
    store.script(SEEDS)


def fill_settings(store: Store) -> None:
    """The settings of the example company, as far as the views read them."""
    insert(store, "setting.company", name="Nordlys Butik ApS", country="DK", vat_number="DK13585628", currency="DKK",
           timezone="Europe/Copenhagen", language="en")  # fmt: skip
    insert(store, "setting.vat", shop="main", registered=True, oss="union", ship_from="DK")
    insert(store, "setting.erp", without_snapshot="create")
    insert(store, "setting.items", is_create=True, shipping="FRAGT", gift_card="GAVEKORT")
    insert(store, "setting.debtor_rules", buyer_type="b2c", match=["customer_no", "email"], is_create=False,
           collective="WEB-{country}")  # fmt: skip
    insert(
        store, "setting.accounts", error="9990", gift_cards="6790", disputes="5890", reserve="5895", in_transit="5825"
    )
    insert(store, "setting.payment_methods", method_name="shopify payments",
           payment_method="Shopify Payments", register="payment_term",
           payment_term="KORT", acquirer="shopify_payments")  # fmt: skip
    insert(store, "setting.acquirers", acquirer="shopify_payments", receivable="5821", fees="7220", fee_vat="exempt",
           bank="5820", payout_to="bank", journal="UDBET", posting="per_line")  # fmt: skip
    insert(store, "setting.run", as_of=date(2026, 11, 24))
    insert(store, "setting.vat_rates", vat_country="DE", category="standard", rate=19, valid_from=date(2021, 1, 1))
    for priority, rule_id, treatment, box, *sections in (
        (10, "not_registered", "NOT_VAT_REGISTERED", "NONE"),
        (20, "registration_unknown", "HOLD", "NONE"),
        (30, "no_vat_line", "NO_VAT", "NONE"),
        (90, "domestic", "DOMESTIC", "SALGSMOMS"),
        (104, "ics_goods", "ICS_GOODS", "B_GOODS_ESL", "goods", None),
        (110, "oss_union", "OSS_UNION", "B_GOODS_NO_ESL", None, "union_goods"),
    ):
        insert(store, "setting.vat_rules", priority=priority, rule_id=rule_id, treatment=treatment, dk_box=box,
               esl=(sections or [None])[0], oss_section=(sections or [None])[-1],
               legal_basis="ML", text_en=f"Rule {rule_id}.")  # fmt: skip
    for code, severity, is_approvable, reason, next_step in (
        ("STATE_OPEN", "info", False, "The order is {value}.", "Wait."),
        ("SKU_UNKNOWN", "error", False, "{field} {value} is not an item.", "Create it, or set {expected}."),
        ("VALUE_UNKNOWN", "error", False, '{field}: "{value}" is not known.', "Map it."),
        ("HEADER_UNKNOWN", "error", False, "No source fits.", "Look at etl explain."),
        ("UNMATCHED", "warning", False, "No order for {value}.", "Drop the order file."),
    ):
        insert(store, "setting.messages", code=code, severity=severity, is_approvable=is_approvable, reason=reason,
               next_step=next_step)  # fmt: skip


def fill_files(store: Store) -> None:
    """Six files: orders, payouts, one that no source fits, one seen before, an older export, and the ERP's invoices."""
    for file_id, name, source, entity, status, rows_in, reason in (
        (1, "orders.csv", "shopify_orders", "orders", "archived", 8, None),
        (2, "payouts.csv", "shopify_payouts", "payouts", "archived", 2, None),
        (3, "notes.csv", None, None, "rejected", 4, "HEADER_UNKNOWN"),
        (4, "orders (1).csv", "shopify_orders", "orders", "duplicate", 8, "FILE_DUPLICATE"),
        (5, "orders-older.csv", "shopify_orders", "orders", "archived", 3, None),
        (6, "invoices.csv", "uniconta_invoices", "uniconta_invoices", "archived", 1, None),
    ):
        insert(store, "staging.files", file_id=file_id, load_no=1, file_name=name, sha256=f"{file_id:064x}",
               source=source, entity=entity, shop="main", status=status, rows_in=rows_in, reason_code=reason,
               received_at=datetime(2026, 11, 20, 8, 0))  # fmt: skip
    insert(store, "staging.rejects", file_id=1, source_record=8, reason_code="VALUE_UNKNOWN", column_name="state",
           value_read="parked")  # fmt: skip
    insert(store, "staging.uniconta_invoices", file_id=6, source_record=1, fate="reference", invoice_no="30001",
           invoice_date=date(2026, 11, 21), order_number="500000", requisition="1001",
           total_amount=Decimal("438.90"))  # fmt: skip


def fill_orders(store: Store) -> None:
    """Six orders. 1001 is in the older export too (same content) and 1002 with older content."""
    for order_no, rows, total, verdict, code, currency, country, vat_number in (
        ("1001", 2, "438.90", "exported", None, "DKK", "DK", None),
        ("1002", 1, "80.00", "held", "SKU_UNKNOWN", "DKK", "DK", None),
        ("1003", 1, "60.00", "waiting", "STATE_OPEN", "DKK", "DK", None),
        ("1004", 1, "119.00", "exported", None, "EUR", "DE", None),
        ("1005", 1, "1000.00", "exported", None, "DKK", "DE", "DE136695976"),
        ("1006", 1, "200.00", "exported", None, "DKK", "DK", None),
    ):
        key, record = KEY[order_no], KEY[order_no] + 1
        insert(store, "core.orders", order_key=key, shop="main", source="shopify_orders", order_no=order_no,
               order_digits=order_no, order_id=f"id{order_no}", file_id=1, first_record=record, version_id=key,
               order_date=date(2026, 11, 18), state="paid", customer_name="Asta Holm",
               currency=currency, shipping_country=country, shipping_postcode="1050", billing_country=country,
               vat_number=vat_number, order_total=Decimal(total), order_vat=None)  # fmt: skip
        insert(store, "core.verdicts", order_key=key, verdict=verdict, reason_code=code,
               field="sku" if code == "SKU_UNKNOWN" else None, value_read="HAT" if code == "SKU_UNKNOWN" else "open",
               expected="items.default" if code else None, total_incl_vat=Decimal(total))  # fmt: skip
        insert(store, "core.order_payments", order_key=key, payment_no=1, payment_method="Shopify Payments",
               method_name="shopify payments",
               amount=Decimal(total), currency=currency, transaction_id=f"t{order_no}")  # fmt: skip
        version(store, order_no, (1, record, rows), total, "staged", currency)
    version(store, "1001", (5, 1, 2), "438.90", "duplicate")
    version(store, "1002", (5, 3, 1), "90.00", "superseded")
    insert(store, "core.findings", subject="order", order_key=2, code="SKU_UNKNOWN", effect="hold", field="sku",
           value_read="HAT", expected="items.default", file_id=1, source_record=3)  # fmt: skip
    insert(store, "core.vat_decisions", order_key=1, line_no=1, part_no=1, rule_id="domestic", treatment="DOMESTIC",
           vat_country="DK", vat_rate=25, vat_code="U25", case_key=7, batch_id=BATCH)  # fmt: skip
    insert(store, "core.vat_cases", case_key=7, rule_id="domestic", evidence="line goods; way same_state",
           rejected_alternatives="EXPORT (export: route same_state ≠ third)")  # fmt: skip


def version(
    store: Store, order_no: str, place: tuple[int, int, int], total: str, fate: str, currency: str = "DKK"
) -> None:
    """One version of an order; place is its file, first record and number of rows."""
    file_id, record, rows = place
    insert(store, "staging.order_versions", version_id=file_id * 100 + record, order_key=KEY[order_no], shop="main",
           source="shopify_orders", order_no=order_no, file_id=file_id, first_record=record, rows_in=rows,
           is_complete=True, order_total=Decimal(total), currency=currency, fate=fate)  # fmt: skip


def document(
    store: Store, number: int, order_no: str, event: str, on: date, vat: tuple[str, str, str, str, str], **more: Any
) -> None:
    """One sent document with one line; `vat` is (net, VAT, rate, treatment, country), a credit's amounts negative."""
    net, vat_amount, rate, treatment, country = Decimal(vat[0]), Decimal(vat[1]), *vat[2:]
    line_type, doc_key = more.pop("line_type", "item"), number - 500000 + 11
    kind = "credit_note" if event.startswith("refund") else "invoice"
    insert(store, "core.documents", doc_key=doc_key, order_key=KEY[order_no], shop="main", order_id=f"id{order_no}",
           order_no=order_no, event=event, kind=kind, number=number, document_date=on,
           net_amount=net, vat_amount=vat_amount, total_amount=net + vat_amount, payment_term="KORT", batch_id=BATCH,
           **({"currency": "DKK"} | more))  # fmt: skip
    insert(store, "core.document_lines", doc_key=doc_key, line_no=1, line_type=line_type, item="CUP", quantity=1,
           treatment=treatment, vat_country=country, vat_rate=Decimal(rate), net_amount=net, vat_amount=vat_amount,
           gross_amount=net + vat_amount, file_id=1, source_record=KEY[order_no] + 1, batch_id=BATCH)  # fmt: skip


def fill_documents(store: Store) -> None:
    """The sent sales, and the credit note of 1004 a quarter later."""
    insert(store, "ops.batches", batch_id=BATCH, batch_no=1, planned_at=datetime(2026, 11, 20, 9, 0),
           published_at=datetime(2026, 11, 20, 9, 1), documents=5, journal_lines=4, sums="{}")  # fmt: skip
    euro = {"currency": "EUR", "exchange_rate": Decimal("7.46")}
    oss = ("19", "OSS_UNION", "DE")
    document(store, 500000, "1001", "sale", date(2026, 11, 18), ("351.12", "87.78", "25", "DOMESTIC", "DK"))
    document(store, 500001, "1004", "sale", date(2026, 9, 30), ("100.00", "19.00", *oss), **euro)
    document(
        store, 500002, "1004", "refund:1", date(2026, 10, 2), ("-50.00", "-9.50", *oss), credited_doc_key=12, **euro
    )
    document(store, 500003, "1005", "sale", date(2026, 10, 5), ("1000.00", "0.00", "0", "ICS_GOODS", "DE"))
    document(store, 500004, "1006", "sale", date(2026, 11, 1), ("200.00", "0.00", "0", "NO_VAT", "DK"),
             line_type="gift_card_sale")  # fmt: skip


def fill_payout(store: Store) -> None:
    """One payout: the sale of 1001 and 200.00 that no order knows, which stands on the error account."""
    shared = {"acquirer": "shopify_payments", "payout_id": "P1", "payout_date": date(2026, 11, 20), "currency": "DKK"}
    lines = ((21, 1, "1001", "438.90", "9.58", "t1001"), (22, 2, None, "200.00", "0.00", "tX"))
    for key, record, order_no, gross, fee, transaction in lines:
        net = Decimal(gross) - Decimal(fee)
        amounts = {"gross_amount": gross, "fee_amount": fee, "fee_vat_amount": 0, "net_amount": net}
        insert(store, "core.payout_lines", line_key=key, payout_key=31, shop="main", source="shopify_payouts",
               line_type="sale", occurred_date=date(2026, 11, 18), transaction_id=transaction, order_no=order_no,
               file_id=2, source_record=record, **shared, **amounts)  # fmt: skip
        insert(store, "staging.payouts", file_id=2, source_record=record, row_key=key, fate="staged", line_type="sale",
               **shared, **amounts)  # fmt: skip
        insert(store, "core.payout_matches", line_key=key, payout_key=31, order_key=KEY.get(order_no or ""),
               amount=Decimal(gross), difference=Decimal(0), match_rule="transaction_id" if order_no else None,
               status="matched" if order_no else "unmatched", account_role="receivable" if order_no else "error",
               batch_id=BATCH)  # fmt: skip
    insert(store, "core.payouts", payout_key=31, source="shopify_payouts", line_count=2, gross_amount=Decimal("638.90"),
           fee_amount=Decimal("9.58"), net_amount=Decimal("629.32"), declared_amount=Decimal("629.32"),
           difference=Decimal(0), status="posted", batch_id=BATCH, **shared)  # fmt: skip
    for line_no, account, role, debit, credit, line_key in (
        (1, "5821", "receivable", None, "438.90", 21),
        (2, "9990", "error", None, "200.00", 22),
        (3, "7220", "fees", "9.58", None, None),
        (4, "5820", "bank", "629.32", None, None),
    ):
        insert(store, "core.journal_lines", voucher_key=41, voucher_kind="payout", line_no=line_no, journal="UDBET",
               voucher=700000, journal_date=date(2026, 11, 20), account_type="Finance", account=account,
               account_role=role, debit=debit and Decimal(debit), credit=credit and Decimal(credit), currency="DKK",
               payout_key=31, payout_id="P1", line_key=line_key, file_id=2,
               cause="sale" if line_key == 21 else "unmatched",
               source_record=line_no, batch_id=BATCH)  # fmt: skip
