"""The generator's orders as WooCommerce writes them in XML come out as they do from Shopify's CSV: verdicts and sums.

What differs between the two files, and why it makes no difference: the XML's numbers have no `#`; a refund in part
shows only as an amount, its state stays completed; all discounts stand on the order (the CSV has half of them on the
lines, spread by the same rule); there is no date of payment, and the order's date is the same day. The CSV repeats its
last orders once more, the XML does not. What makes a difference: the XML's delivery address is a country and nothing
else, so where a postcode decides the VAT (Åland, the Canaries, Northern Ireland ...), the order is held from the XML.
"""

import json
from collections import Counter
from pathlib import Path

import pytest
from workspaces import SHARED, Office, Row, company_with, load_script, office, ore, records

import etl.vat

pytestmark = pytest.mark.long  # many ways, or many orders: with the quick tests one would wait for them

ORDERS, SEED = 2000, 4
UNCLEAR = "VAT_TERRITORY_UNCLEAR"
COUNTRIES = Path(etl.vat.__file__).with_name("countries.csv")
FILES = {"shopify_orders": "orders_export.csv", "woocommerce_orders_xml": "orders.xml"}
Offices = dict[str, Office]
VERDICTS = {"ready": "exported", "held": "held", "skipped": "skipped"}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    script = SHARED / "generate.py"
    if not script.is_file():
        pytest.skip(f"no generator at {script}")
    folder = tmp_path_factory.mktemp("generator")
    load_script(script).main(["--orders", str(ORDERS), "--seed", str(SEED), "--out", str(folder)])
    return folder


@pytest.fixture(scope="module")
def offices(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Offices:
    """By source, a workspace that had that source's file of the same orders."""
    done = {}
    for source, name in FILES.items():
        company = company_with(('source = "shopify_orders"', f'source = "{source}"'))
        done[source] = office(tmp_path_factory.mktemp("office") / source, company=company, own_sources=False)
        done[source].drop(name, (data / name).read_bytes())
        assert [f["status"] for f in done[source].run().files] == ["archived"]
    return done


def orders_of(one: Office) -> dict[str, Row]:
    """The orders by their bare number."""
    return {str(o["order_no"]).removeprefix("#"): o for o in one.ask("from review.orders")}


def load_truth(data: Path) -> dict[str, int]:
    """The counts and totals of truth.json."""
    return dict(json.loads((data / "truth.json").read_text("utf-8")))


def truth_of(data: Path) -> dict[str, Row]:
    """What is true of each order, by its bare number; `is_unclear`: a postcode that the XML has not decides its VAT."""
    asking = {c["iso2"] for c in records(COUNTRIES) if c["needs_postcode"] == "true"}
    return {
        o["order_name"].removeprefix("#"): o | {"is_unclear": o["country"] in asking and o["verdict"] != "skipped"}
        for o in records(data / "truth_orders.csv")
    }


def documents_of(one: Office) -> dict[tuple[str, str], Row]:
    """The documents by bare order number and event."""
    return {(str(d["order_no"]).removeprefix("#"), d["event"]): d for d in one.ask("from review.documents")}


def test_the_xml_is_read_whole(data: Path, offices: Offices) -> None:
    """Every line once, nothing rejected, and the sums of the truth."""
    truth = load_truth(data)
    found = offices["woocommerce_orders_xml"].ask("select rows_in, rows_rejected from review.files")
    assert [tuple(f.values()) for f in found] == [(truth["lines"], 0)]
    orders = orders_of(offices["woocommerce_orders_xml"]).values()
    assert (len(orders), sum(ore(o["total_incl_vat"]) for o in orders)) == (truth["orders"], truth["gross"])


def test_each_order_has_the_truths_verdict_from_both_files(data: Path, offices: Offices) -> None:
    truth = truth_of(data)
    assert {o["verdict"] for o in truth.values()} == VERDICTS.keys(), "the data has orders of every kind"
    found = {source: orders_of(one) for source, one in offices.items()}
    csv, xml = found.values()
    assert {no: o["verdict"] for no, o in csv.items()} == {no: VERDICTS[o["verdict"]] for no, o in truth.items()}
    assert csv.keys() == xml.keys()
    for no, order in xml.items():
        expected = ("held", UNCLEAR) if truth[no]["is_unclear"] else (csv[no]["verdict"], csv[no]["reason_code"])
        assert (order["verdict"], order["reason_code"]) == expected, truth[no]
        assert order["total_incl_vat"] == csv[no]["total_incl_vat"]


def test_both_files_make_the_same_documents(data: Path, offices: Offices) -> None:
    """Invoices and credit notes, to the øre, on the same day."""
    truth = truth_of(data)
    names = ("net_amount", "vat_amount", "total_amount", "document_date")
    csv, xml = (
        {key: tuple(document[name] for name in names) for key, document in documents_of(one).items()}
        for one in offices.values()
    )
    assert xml == {key: document for key, document in csv.items() if not truth[key[0]]["is_unclear"]}
    sent = [o for o in truth.values() if o["verdict"] == "ready" and not o["is_unclear"]]
    sums = Counter({"sale": 0, "refund:1": 0})
    for (_, event), (_, _, total, _) in xml.items():
        sums[event] += ore(total)
    expected = {"sale": sum(int(o["total_ore"]) for o in sent), "refund:1": -sum(int(o["credit_ore"]) for o in sent)}
    assert sums == expected
    assert expected["refund:1"] < 0, "some of the completed orders are refunded in part"


def test_both_files_make_the_same_lines(data: Path, offices: Offices) -> None:
    """Also where the discount stands on the lines in the one and on the order in the other."""
    truth = truth_of(data)
    csv, xml = (lines_of(one) for one in offices.values())
    assert xml == Counter({line: count for line, count in csv.items() if not truth[line[0]]["is_unclear"]})
    assert xml.total() > len(truth)


def lines_of(one: Office) -> Counter[tuple[str, ...]]:
    """The documents' lines: bare order number, event, item, quantity, amount, VAT code."""
    lines = one.ask(
        "select order_no, event, item, quantity, lines.gross_amount, vat_code from review.document_lines as lines"
        " inner join review.documents using (document_id)"
    )
    return Counter((line.pop("order_no").removeprefix("#"), *map(str, line.values())) for line in lines)
