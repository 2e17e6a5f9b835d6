"""The import files of a small batch, byte for byte, worked out by hand from docs/uniconta-import.md.

Two sales and a credit note: 500001 a sale of 438.90 with prices incl. VAT; 500002 a German business in EUR, prices
excl. VAT; 500003 credits 100.00 of the first (accounting.md §3). The payout voucher is that of accounting.md §1.
"""

import csv
import hashlib
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from conftest import SHARED
from hand_filled import insert

from etl.errors import EtlError
from etl.store import Store, model
from etl.targets import FileTarget, uniconta_files
from etl.targets.uniconta_files.layout import layout

TARGET: FileTarget = uniconta_files
TABLES = {
    "batch_documents": "documents", "batch_document_lines": "document_lines", "batch_debtors": "debtors",
    "batch_items": "items", "batch_journal_lines": "journal_lines",
}  # fmt: skip
DELIVERIES = "batch_deliveries"
SOLD = date(2025, 11, 14)
ORDERS_HEADING = (
    "OrderNumber;Account;Currency;ExchangeRate;PricesInclVat;Payment;YourRef;OurRef;Requisition;ReferenceNumber;Remark;"
    "DeliveryName;DeliveryAddress1;DeliveryAddress2;DeliveryZipCode;DeliveryCity;DeliveryCountry;InvoiceDate;Settlements"
)
DEBTORS_HEADING = (
    "Account;Name;Address1;Address2;ZipCode;City;Country;CompanyRegNo;VatNumber;EAN;ContactEmail;Phone;Group;Payment;"
    "VatZone;Currency"
)
JOURNAL_HEADING = (
    "Journal;Date;Voucher;AccountType;Account;OffsetAccountType;OffsetAccount;Vat;Text;Invoice;Debit;Credit;"
    "Currency;DebitCur;CreditCur;PaymentId;ReferenceNumber"
)


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.open(None) as opened:
        opened.script_file("tables.sql")
        for batch, table in TABLES.items():
            extra = ", null::bigint as number" if batch == "batch_document_lines" else ""
            opened.script(f"create temp table {batch} as select *{extra} from core.{table} limit 0")
        opened.script(f"create temp table {DELIVERIES} as {model('613_batch_deliveries').sql}")
        opened.script(
            "create table setting.target (language varchar, encoding varchar, decimal varchar, date varchar);"
            "insert into setting.target values ('da', 'utf-8-sig', ',', '%d-%m-%Y')"
        )
        yield opened


def document(store: Store, key: int, number: int, **values: Any) -> None:
    facts = {
        "kind": "invoice",
        "debtor_account": "001001",
        "document_date": SOLD,
        "currency": "DKK",
        "is_incl_vat": True,
    }
    delivered = {name: values.pop(name) for name in list(values) if name == "your_ref" or name.startswith("delivery_")}
    insert(store, "batch_documents", doc_key=key, number=number, **(facts | values))
    insert(store, DELIVERIES, doc_key=key, **delivered)


def line(store: Store, key: int, number: int, line_no: int, quantity: str, net: str, gross: str, **values: Any) -> None:
    facts = {"item": "0150", "text": "Uldtrøje", "vat_code": "U25", "file_id": 7, "source_record": 10 * key + line_no}
    amounts = {"quantity": Decimal(quantity), "net_amount": Decimal(net), "gross_amount": Decimal(gross)}
    insert(store, "batch_document_lines", doc_key=key, number=number, line_no=line_no, **(facts | amounts | values))


def posting(store: Store, line_no: int, account: str, debit: str, credit: str, **values: Any) -> None:
    facts = {"journal": "UDBET", "voucher": 700001, "voucher_key": 81, "journal_date": date(2025, 11, 17), "file_id": 8,
             "account_type": "finance", "currency": "DKK", "payout_id": "po_1", "source_record": line_no}  # fmt: skip
    amounts = {"debit": Decimal(debit), "credit": Decimal(credit)}
    insert(store, "batch_journal_lines", line_no=line_no, account=account, **(facts | amounts | values))


def fill(store: Store) -> None:
    """The batch, each table in another order than its file's."""
    line(store, 3, 500003, 1, "-1", "-80.00", "-100.00", item="REFUSION", text="Refundering #1001", source_record=3)
    line(store, 1, 500001, 2, "1", "31.12", "38.90", item="FRAGT", text='Fragt; "hurtig"\r\ntil dør\x00')
    line(store, 1, 500001, 1, "2.5", "320.00", "400.00", text="-50% UDSALG")
    line(store, 2, 500002, 1, "3.333333", "1234567.80", "1234567.80", vat_code="UEUV", text=" Tæppe ")
    document(store, 3, 500003, kind="credit_note", settles="90017", buyer_key=1, your_ref="PO 7")
    document(store, 2, 500002, debtor_account="900001", currency="EUR", exchange_rate=Decimal("7.46"), settles="x",
             buyer_key=2, is_incl_vat=False, delivery_country="DE", delivery_address1="A" * 41)  # fmt: skip
    document(store, 1, 500001, payment_term="KORT", our_ref="#1001", requisition="#1001", transaction_id="txn_1",
             delivery_postcode="0800", delivery_country="DK", exchange_rate=1, buyer_key=1)  # fmt: skip
    insert(store, "batch_debtors", buyer_key=2, account="900001", name="Müller; Söhne GmbH", country="DE",
           company_reg_no="DE 136 695 976", debtor_group="B2B", vat_zone="eu", currency="EUR", phone="+49 30 1",
           is_update=False)  # fmt: skip
    insert(store, "batch_debtors", buyer_key=1, account="001001", name="Åse Ø", city="Århus C", postcode="0800",
           country="ZZ", email="ase@example.dk", is_update=True)  # fmt: skip
    insert(store, "batch_items", item="0150", name="Uldtrøje", item_group="VARER", ean="0057")
    posting(store, 3, "5821", "0", "438.90", transaction_id="txn_1", text="#1001 " + "x" * 50)
    posting(store, 1, "7220", "9.58", "0", vat_code="UMOMS0", text="#1001 gebyr")
    posting(store, 2, "5820", "429.32", "0")
    posting(store, 1, "001001", "0", "100", account_type="Debtor", offset_account_type="ledger", offset_account="5821",
            journal="BETAL/1", voucher=700002, voucher_key=82, invoice_no="90017", currency="EUR",
            credit_currency=Decimal("13.4"))  # fmt: skip


def written(store: Store) -> dict[str, bytes]:
    return TARGET.write(store, "2025-11-20-0001", plan_hash="abc", as_of=date(2025, 11, 20))


def rows_of(content: bytes, encoding: str = "utf-8-sig") -> list[list[str]]:
    text = content.decode(encoding)
    assert text.endswith("\r\n"), "the last row ends like the others"
    return [row.split(";") for row in text.removesuffix("\r\n").split("\r\n")][1:]


def test_bytes_of_every_file(store: Store) -> None:
    fill(store)
    files = written(store)
    expected = {
        "orders.csv": [
            ORDERS_HEADING,
            "500001;001001;DKK;;1;KORT;;#1001;#1001;txn_1;;;;;0800;;Denmark;14-11-2025;",
            f"500002;900001;EUR;7,46;0;;;;;;;;{'A' * 40};;;;Germany;14-11-2025;",
            "500003;001001;DKK;;1;;PO 7;;;;;;;;;;;14-11-2025;90017",
        ],
        "order_lines.csv": [
            "OrderNumber;LineNumber;Item;Text;Qty;Price;Total;Vat;ReferenceNumber",
            "500001;1;0150;-50% UDSALG;2,5;;400,00;U25;txn_1",
            "500001;2;FRAGT;Fragt, 'hurtig' til dør;1;;38,90;U25;txn_1",
            "500002;1;0150;Tæppe;3,333333;;1234567,80;UEUV;",
            "500003;1;REFUSION;Refundering #1001;-1;;-100,00;U25;",
        ],
        "debtors_new.csv": [
            DEBTORS_HEADING,
            "900001;Müller, Söhne GmbH;;;;;Germany;DE136695976;;;;+49 30 1;B2B;;EU-medlemslande;EUR",
        ],
        "debtors_update.csv": [
            "Account;Name;Address1;Address2;ZipCode;City;Country;ContactEmail;Phone",
            "001001;Åse Ø;;;0800;Århus C;ZZ;ase@example.dk;",
        ],
        "items.csv": ["Item;Name;Group;Unit;EAN", "0150;Uldtrøje;VARER;;0057"],
        "journal_UDBET.csv": [
            JOURNAL_HEADING,
            "UDBET;17-11-2025;700001;Finans;7220;;;UMOMS0;#1001 gebyr;;9,58;;;;;;po_1",
            "UDBET;17-11-2025;700001;Finans;5820;;;;;;429,32;;;;;;po_1",
            f"UDBET;17-11-2025;700001;Finans;5821;;;;#1001 {'x' * 44};;;438,90;;;;txn_1;po_1",
        ],
        "journal_BETAL_1.csv": [
            JOURNAL_HEADING,
            "BETAL/1;17-11-2025;700002;Debitor;001001;Finans;5821;;;90017;;100,00;EUR;;13,40;;po_1",
        ],
    }
    for name, lines in expected.items():
        assert files[name] == b"\xef\xbb\xbf" + "".join(f"{row}\r\n" for row in lines).encode(), name
    assert set(files) == {*expected, *(f"mapping_{name}" for name in expected), "manifest.json"}


def test_nothing_to_send_is_only_a_manifest(store: Store) -> None:
    assert set(written(store)) == {"manifest.json"}


def test_other_language_encoding_and_spelling(store: Store) -> None:
    fill(store)
    store.script("update setting.target set language = 'en', encoding = 'cp1252', decimal = '.', date = '%Y-%m-%d'")
    insert(store, "batch_items", item="Z", name="Æble \u2013 Łódź ﬁ 東")
    files = written(store)
    assert rows_of(files["journal_UDBET.csv"], "cp1252")[0][1:4] == ["2025-11-17", "700001", "Finance"]
    assert rows_of(files["journal_BETAL_1.csv"], "cp1252")[0][3] == "Debtor"
    assert rows_of(files["debtors_new.csv"], "cp1252")[0][14] == "EU"
    assert rows_of(files["order_lines.csv"], "cp1252")[0][4:7] == ["2.5", "", "400.00"]
    assert b"Z;\xc6ble \x96 L\xf3dz fi ?;" in files["items.csv"]


def test_what_would_break_the_columns_cannot(store: Store) -> None:
    document(store, 1, 500001)
    line(store, 1, 500001, 1, "1", "80", "100", text='a\x1fb\x1ec\x01d\te\nf\rg;h"i\x7f', item="\x1f0150 ")
    line(store, 1, 500001, 2, "1", "80", "100", text="x" * 999 + "æøå", vat_code=None)
    first, second = rows_of(written(store)["order_lines.csv"])
    assert first[2:4] == ["0150", "abcd e f g,h'i"]
    assert (second[3], second[7]) == ("x" * 999 + "æ", "")


def test_a_formula_is_neutralised_only_if_that_is_set(store: Store) -> None:
    insert(store, "batch_items", item="1", name="=1+1", unit="@x")
    assert rows_of(written(store)["items.csv"])[0] == ["1", "=1+1", "", "@x", ""]
    store.script("alter table setting.target add column neutralise_formulas boolean default true")
    assert rows_of(written(store)["items.csv"])[0] == ["1", "'=1+1", "", "@x", ""]


def test_an_order_that_stays_open_has_no_invoice_date_and_settles_nothing(store: Store) -> None:
    document(store, 1, 500001, kind="sales_order", settles="90017")
    assert rows_of(written(store)["orders.csv"])[0][17:] == ["", ""]


def test_a_word_without_translation_stops(store: Store) -> None:
    posting(store, 1, "7220", "1", "0", account_type="Bank")
    with pytest.raises(EtlError) as raised:
        written(store)
    assert (raised.value.code, raised.value.facts["value"]) == ("TARGET_WORD_UNKNOWN", "Bank")


def test_journals_whose_names_would_be_one_file_stay_two(store: Store) -> None:
    for voucher, journal in enumerate(("A/B", "A B", "a-b"), 700001):
        posting(store, 1, "7220", "1", "0", journal=journal, voucher=voucher)
    files = written(store)
    assert {name: rows_of(files[name])[0][0] for name in files if name.startswith("journal_")} == {
        "journal_A_B.csv": "A B", "journal_A_B~2.csv": "A/B", "journal_a-b.csv": "a-b",
    }  # fmt: skip


def test_the_same_batch_in_another_order_gives_the_same_bytes(store: Store) -> None:
    fill(store)
    before = written(store)
    for table in (*TABLES, DELIVERIES):
        store.script(f"create or replace temp table {table} as select * from {table} order by md5(to_json({table}))")
    assert written(store) == before


def test_chunks_join_without_a_seam(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(store)
    whole = written(store)
    monkeypatch.setattr(uniconta_files, "CHUNK", 2)
    assert written(store) == whole


def test_manifest_says_what_was_written(store: Store) -> None:
    fill(store)
    files = written(store)
    said = json.loads(files["manifest.json"])
    assert (said["as_of"], said["batch_id"], said["plan_hash"]) == ("2025-11-20", "2025-11-20-0001", "abc")
    assert {name: facts["sha256"] for name, facts in said["files"].items()} == {
        name: hashlib.sha256(content).hexdigest() for name, content in files.items() if name != "manifest.json"
    }
    journal = said["files"]["journal_UDBET.csv"]
    assert (journal["rows"], journal["encoding"], journal["delimiter"], journal["decimal"]) == (
        3,
        "utf-8-sig",
        ";",
        ",",
    )
    assert journal["sums"] == {"Debit": "438.90", "Credit": "438.90", "DebitCur": "0.00", "CreditCur": "0.00"}
    assert said["files"]["order_lines.csv"]["sums"] == {"Total": "1234906.70"}


def test_mapping_sheet_numbers_the_columns_of_its_file(store: Store) -> None:
    fill(store)
    files = written(store)
    assert files["mapping_items.csv"].decode("utf-8-sig").split("\r\n") == [
        "Kolonne;Uniconta-felt;Overskrift;Engelsk navn;Dansk navn;Maks. længde;Eksempel",
        "1;Item;Item;Item;Vare;20;0150",
        "2;Name;Name;Name;Navn;50;Uldtrøje",
        "3;Group;Group;Group;Gruppe;;VARER",
        "4;Unit;Unit;Unit;Enhed;;",
        "5;EAN;EAN;EAN number;EAN-nummer;20;0057",
        "",
    ]


@pytest.mark.parametrize("name", ["debtors_new", "debtors_update", "items", "orders", "order_lines", "journal"])
def test_every_column_is_a_field_of_uniconta(name: str) -> None:
    reference = SHARED / "reference" / "uniconta_fields.csv"
    if not reference.is_file():
        pytest.skip(f"no field list at {reference}")
    with reference.open(encoding="utf-8", newline="") as opened:
        fields = {
            row["field"]: row["max_length"] for row in csv.DictReader(opened) if row["entity"] == layout(name).entity
        }
    for column in layout(name).columns:
        assert column.field in fields
        known = fields[column.field]
        assert not known or column.kind == "country" or str(column.max_length) == known, column.field
