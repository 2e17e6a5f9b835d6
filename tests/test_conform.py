"""Conforming: one grammar for amounts, dates by the listed forms, words of closed sets; a bad value rejects its row."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.conform import Conformed, conform
from etl.contracts import Contract, load, parse
from etl.identify import identify
from etl.readers.csv import read
from etl.store import Store

ZONE = "Europe/Copenhagen"
AMOUNTS = 'system = "t"\nentity = "payouts"\nevidence = "documented"\n[match]\nheaders = ["k", "v"]\n'
COLUMNS = '[columns]\nacquirer = "k"\ngross_amount = "v"\n[constants]\nline_type = "sale"\n'


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with Store.open(None) as opened:
        yield opened


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "drop.csv"


def conformed(store: Store, path: Path, contract: Contract, text: str) -> Conformed:
    path.write_text(text, "utf-8", newline="")
    identified = identify(path, {contract.source: contract})
    read(store, path, identified)
    return conform(store, identified, timezone=ZONE)


def amounts(store: Store, path: Path, form: str, *texts: str) -> dict[str, Decimal | str]:
    """What becomes of each text in the amount column of one file: the amount, or the reason code."""
    contract = parse(AMOUNTS + f"[csv]\n{form}\n" + COLUMNS, source="amounts")
    conformed(store, path, contract, "k\tv\n" + "".join(f'{n}\t"{text}"\n' for n, text in enumerate(texts)))
    good = store.rows("select acquirer::integer, gross_amount from conformed")
    bad = store.rows("select source_record - 1, reason_code from conform_rejects")
    assert len(good) + len(bad) == len(texts)
    return {texts[n]: outcome for n, outcome in [*good, *bad]}


@pytest.mark.parametrize(
    ("form", "text", "outcome"),
    [
        ('decimal = "."', "1234.50", "1234.50"),
        ('decimal = "."', "-0.05", "-0.05"),
        ('decimal = "."', " 12.5 ", "12.50"),
        ('decimal = "."', "12.50-", "-12.50"),
        ('decimal = "."', "+12", "12.00"),
        ('decimal = "."', "007", "7.00"),
        ('decimal = "."', "12.34000", "12.34"),
        ('decimal = "."', "123456789012345.00", "123456789012345.00"),
        ('decimal = "."', "1234567890123456", "AMOUNT_INVALID"),
        ('decimal = "."', "12.345", "AMOUNT_TOO_PRECISE"),
        ('decimal = "."', "1,234.50", "AMOUNT_INVALID"),
        ('decimal = "."', "12,50", "AMOUNT_INVALID"),
        ('decimal = "."', "-12-", "AMOUNT_INVALID"),
        ('decimal = "."', "--12", "AMOUNT_INVALID"),
        ('decimal = "."', "12.", "AMOUNT_INVALID"),
        ('decimal = "."', ".5", "AMOUNT_INVALID"),
        ('decimal = "."', "1e3", "AMOUNT_INVALID"),
        ('decimal = "."', "1_000", "AMOUNT_INVALID"),
        ('decimal = "."', "0x10", "AMOUNT_INVALID"),
        ('decimal = "."', "NaN", "AMOUNT_INVALID"),
        ('decimal = "."', "Infinity", "AMOUNT_INVALID"),
        ('decimal = "."', "٣", "AMOUNT_INVALID"),
        ('decimal = "."', "$12.50", "AMOUNT_INVALID"),
        ('decimal = "."', "9" * 5000, "AMOUNT_INVALID"),
        ('decimal = ","', "1234,5", "1234.50"),
        ('decimal = ","', "1234.50", "AMOUNT_INVALID"),
        ('decimal = ","', "1.234,50", "AMOUNT_INVALID"),
        ('decimal = ","\nthousands = "."', "1.234.567,50", "1234567.50"),
        ('decimal = ","\nthousands = "."', "12.34,50", "AMOUNT_INVALID"),
        ('decimal = ","\nthousands = "."', "1.234", "1234.00"),
        ('decimal = ","\nthousands = "."', "0,125", "AMOUNT_TOO_PRECISE"),
        ('decimal = ","\nthousands = " "', "1 234,50", "1234.50"),
        ('decimal = "."\nthousands = "\'"', "1'234.50", "1234.50"),
    ],
)
def test_one_grammar_reads_amounts(store: Store, path: Path, form: str, text: str, outcome: str) -> None:
    found = amounts(store, path, form, text)[text]
    assert found == (outcome if outcome.startswith("AMOUNT") else Decimal(outcome))


def oracle(text: str) -> Decimal | str:
    """The grammar with point and comma, once more, in another language."""
    tidy = text.strip(" \t\r\n\u00a0")
    match = re.fullmatch(r"([+-]?)([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]+))?(-?)", tidy)
    if not match or (match[1] and match[4]):
        return "AMOUNT_INVALID"
    whole, behind = match[2].replace(",", ""), (match[3] or "").rstrip("0")
    if len(behind) > 2:
        return "AMOUNT_TOO_PRECISE"
    if len(whole.lstrip("0")) > 15:
        return "AMOUNT_INVALID"
    return Decimal(("-" if "-" in match[1] + match[4] else "") + whole + "." + (behind or "0"))


@given(st.lists(st.text(alphabet="0012,.-+ e_", min_size=1, max_size=9), min_size=1, max_size=30, unique=True))
def test_amounts_against_an_oracle(store: Store, path: Path, texts: list[str]) -> None:
    texts = [text for text in texts if text.strip()]
    found = amounts(store, path, 'decimal = "."\nthousands = ","', *texts)
    assert found == {text: oracle(text) for text in texts}


@pytest.mark.parametrize(
    ("texts", "outcomes"),
    [
        (["12,50", "1.234"], ["12.50", "1234"]),  # the comma is proven, so the point groups
        (["12.50", "1.234"], ["12.50", "AMOUNT_TOO_PRECISE"]),
        (["1.234.567", "1,234"], ["1234567", "AMOUNT_TOO_PRECISE"]),
        (["1.234,5", "200", "-7"], ["1234.50", "200", "-7"]),
        (["1.234", "200"], ["AMOUNT_AMBIGUOUS", "200"]),
        (["0.125", "1,234"], ["AMOUNT_TOO_PRECISE", "1234"]),
        (["12,50", "12.50", "1,234"], ["12.50", "12.50", "AMOUNT_AMBIGUOUS"]),  # contradicting proofs
        (["12.345.67"], ["AMOUNT_INVALID"]),
        (["1234.567"], ["AMOUNT_TOO_PRECISE"]),
    ],
)
def test_the_decimal_sign_is_proven_or_the_row_is_refused(
    store: Store, path: Path, texts: list[str], outcomes: list[str]
) -> None:
    found = amounts(store, path, 'decimal = "infer"', *texts)
    wanted = {t: o if o.startswith("AMOUNT") else Decimal(o) for t, o in zip(texts, outcomes, strict=True)}
    assert found == wanted


def test_both_readings_of_an_ambiguous_amount_are_shown(store: Store, path: Path) -> None:
    amounts(store, path, 'decimal = "infer"', "1.234")
    shown = store.rows("select column_name, value_read, expected from conform_rejects")
    assert shown == [("v", "1.234", "1234 / 1.234")]


def test_a_column_without_proof_is_read_as_the_rest_of_the_file(store: Store, path: Path) -> None:
    text = "order_no;order_date;currency;quantity;unit_price\n1;2025-11-30;DKK;1.000;249,50\n"
    assert conformed(store, path, load()["generic_orders"], text) == Conformed(1, 0)
    assert store.rows("select quantity, unit_price from conformed") == [(Decimal(1000), Decimal("249.5"))]
    conformed(store, path, load()["generic_orders"], text.replace("249,50", "249.50"))
    assert store.value("select quantity from conformed") == 1


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-07-01 23:30:00 +0000", datetime(2025, 7, 2, 1, 30)),  # local time of the company
        ("2025-03-30 03:30:00 +0200", datetime(2025, 3, 30, 3, 30)),
        ("2025-10-26T00:30:00Z", datetime(2025, 10, 26, 2, 30)),  # both hours are called 02
        ("2025-12-31T23:30:00.5Z", datetime(2026, 1, 1, 0, 30, 0, 500_000)),
        ("2025-11-30T14:05:09+01:00", datetime(2025, 11, 30, 14, 5, 9)),
        ("2025-11-30 14:05", datetime(2025, 11, 30, 14, 5)),
        (" 30-11-2025 ", datetime(2025, 11, 30)),
        ("30.11.2025", datetime(2025, 11, 30)),
        ("11/30/2025", None),
        ("2025-02-29", None),
        ("30-11-25", None),
        ("0000-00-00", None),
        ("1899-12-31", None),
        ("2101-01-01", None),
        ("infinity", None),
        ("45991", None),
    ],
)
def test_dates_by_the_listed_forms(store: Store, path: Path, text: str, moment: datetime | None) -> None:
    conformed(store, path, load()["generic_orders"], f"order_no;order_date;currency;quantity\n1;{text};DKK;1\n")
    assert store.rows("select order_date from conformed") == ([(moment,)] if moment else [])
    reasons = store.rows("select reason_code, column_name, expected, order_no from conform_rejects")
    assert reasons == ([] if moment else [("DATE_INVALID", "order_date", "2025-11-30 14:05:09 +0000", "1")])


def test_texts_are_tidied_and_apostrophes_go(store: Store, path: Path) -> None:
    contract = load()["generic_customers"]
    conformed(
        store,
        path,
        contract,
        'Customer_No ;name;phone;postcode;address;company\n1;"  Åse\u00a0";\'+45 12;\'0800;"Vej 1\r\nBaghuset";\' \n',
    )
    row = store.dicts("select * from conformed")[0]
    assert {k: v for k, v in row.items() if v is not None} == {
        "source_record": 1,
        "customer_no": "1",
        "name": "Åse",
        "phone": "+45 12",
        "postcode": "0800",
        "address": "Vej 1  Baghuset",
        "company": "'",
    }


def words_contract(rest: str) -> Contract:
    return parse(
        'system = "t"\nentity = "payouts"\nevidence = "documented"\nrequired = ["currency"]\n'
        '[match]\nheaders = ["k", "v"]\n[columns]\nacquirer = "k"\nline_type = "v"\ncurrency = "cur"\n'
        'is_settled = "settled"\npayout_date = { header = "day", position = 2 }\n'
        'transaction_id = { first_of = ["new id", "old id"] }\n'
        f'[values]\nline_type = {{ charge = "sale", "Chargeback Won" = "chargeback_reversal"{rest} }}\n'
        'acquirer = { SP = "shop_pay" }\n[extra]\ncolumns = ["note"]\n[csv]\n',
        source="words",
    )


HEAD = "k,v,cur,settled,day,day,old id,new id,note\n"


def test_words_synonyms_positions_and_extras(store: Store, path: Path) -> None:
    text = HEAD + 'SP,Charge,DKK,Ja,x,2025-11-30,old,,"a""b"\nqp,CHARGEBACK WON,DKK,0,,,old,new,\n'
    assert conformed(store, path, words_contract(""), text) == Conformed(2, 0)
    columns = "acquirer, line_type, is_settled, payout_date, transaction_id, extra"
    assert store.rows(f"select {columns} from conformed order by source_record") == [
        ("shop_pay", "sale", True, date(2025, 11, 30), "old", '{"note":"a\\"b"}'),
        ("qp", "chargeback_reversal", False, None, "new", '{"note":null}'),
    ]


def test_an_unknown_word_rejects_its_row_unless_the_contract_takes_it(store: Store, path: Path) -> None:
    text = HEAD + "SP,Tip,DKK,,,,,,\nSP,charge,,,,,,,\nSP,charge,DKK,maybe,,,,,\n,charge,DKK,,,,,,\n"
    assert conformed(store, path, words_contract(""), text) == Conformed(0, 4)
    found = store.rows(
        "select reason_code, column_name, value_read, expected from conform_rejects order by source_record"
    )
    assert found[0] == ("VALUE_UNKNOWN", "v", "Tip", "charge, chargeback won")
    assert found[1] == ("VALUE_MISSING", "cur", None, None)
    assert found[2][:3] == ("VALUE_UNKNOWN", "settled", "maybe")
    assert found[3] == ("VALUE_MISSING", "k", None, None)
    assert conformed(store, path, words_contract(', "*" = "unknown"'), HEAD + "SP,Tip,DKK,,,,,,\n").rows == 1
    assert store.value("select line_type from conformed") == "unknown"


def test_header_rows_alone_must_say_what_an_order_must_say(store: Store, path: Path) -> None:
    contract = parse(
        'system = "t"\nentity = "orders"\nevidence = "documented"\nrequired = ["currency"]\n[match]\nheaders = ["No"]\n'
        '[csv]\nblock_start = "order_total"\n[columns]\norder_no = "No"\norder_total = "Total"\ncurrency = "Cur"\n',
        source="blocks",
    )
    text = "No,Total,Cur\n#1,0.00,DKK\n#1,,\n#2,5.00,\n,,DKK\n#3,x,DKK\n"
    assert conformed(store, path, contract, text) == Conformed(2, 3)
    found = store.rows("select source_record, reason_code, column_name, order_no from conform_rejects order by 1")
    assert found == [
        (3, "VALUE_MISSING", "Cur", "#2"),
        (4, "VALUE_MISSING", "No", None),
        (5, "AMOUNT_INVALID", "Total", "#3"),
    ]


def test_facts_come_out_of_note_attributes(store: Store, path: Path) -> None:
    needed = load()["shopify_orders"].match.headers
    notes = "Leveres: i dag\nCVR-nummer:\nvat id : DK13585628 \nEAN-nr.: 5790000000005\nPO Number: 42:7"
    text = ",".join(needed) + ",Note Attributes,Billing Phone,Phone\n#1,PAID,DKK,1.00,0.00,0.20,1.00,"
    text += f'2025-11-30 23:30:00 -0100,1,x,1.00,"{notes}",,\'+45 1\n'
    assert conformed(store, path, load()["shopify_orders"], text) == Conformed(1, 0)
    row = store.dicts("select * from conformed")[0]
    found = [row[name] for name in ("customer_vat_number", "customer_ean", "buyer_reference")]
    assert found == ["DK13585628", "5790000000005", "42:7"]
    assert (row["customer_phone"], row["state"]) == ("+45 1", "paid")
    assert row["order_date"] == datetime(2025, 12, 1, 1, 30)  # the day of the sale is the company's


def sample_orders(store: Store, samples: Path) -> list[dict[str, Any]]:
    path = samples / "shopify" / "orders_export_vat_inclusive.anon.csv"
    identified = identify(path, load())
    read(store, path, identified)
    assert conform(store, identified, timezone=ZONE) == Conformed(101, 0)
    return store.dicts("select * from conformed order by source_record")


def test_the_sample_orders_conform(store: Store, samples: Path) -> None:
    rows = sample_orders(store, samples)
    orders = [row for row in rows if row["order_total"] is not None]
    assert len(orders) == 50
    first = orders[0]
    assert (first["order_no"], first["order_id"], first["state"]) == ("#5001", "9000000005001", "paid")
    assert first["order_date"] == datetime(2021, 12, 10, 10, 8, 12)  # +0200 in the file
    assert first["billing_postcode"] == "1001"
    assert (first["order_total"], first["order_vat"], first["tax_1_name"]) == (
        Decimal(784),
        Decimal("91.17"),
        "VAT 15%",
    )
    for order in orders:  # the identity of an order with VAT inside, which all fifty follow
        assert order["order_total"] == order["order_subtotal"] + order["order_shipping"]
