"""Published UBL documents worked out anew from their lines and rates, to the cent, by our own rounding."""

from decimal import Decimal
from pathlib import Path

import pytest
from ubl import NOTHING, Document, read

from etl.vat import q

# Net and VAT by category and rate, from the lines by hand: what has to come out, whatever the files say.
GROUPS = {
    "en16931-creditnote-exempt": [("E", "0", "100.11", "0.00")],
    "en16931-invoice-discount-price-halfup": [("S", "25", "12.12", "3.03")],
    "en16931-invoice-dkk-eur-taxcurrency-prepaid": [("S", "25", "1500.00", "375.00"), ("S", "12", "2500.00", "300.00")],
    "en16931-invoice-dkk-large-positive": [("S", "25", "625743.54", "156435.89")],
    "en16931-invoice-dkk-two-rates-charge": [("S", "25", "900.00", "225.00"), ("S", "10", "800.00", "80.00")],
    "en16931-invoice-eur-20lines-6-21": [("S", "6", "183.23", "10.99"), ("S", "21", "46.37", "9.74")],
    "oioubl-creditnote-gln": [("StandardRated", "25", "5050.00", "1262.50")],
    "oioubl-invoice-basic-cvr": [("StandardRated", "25", "5050.00", "1262.50")],
    "oioubl-invoice-gln-basequantity": [("StandardRated", "25", "3600.00", "900.00")],
    "oioubl-invoice-reverse-charge-gln": [("ReverseCharge", "0", "5000.00", "0.00")],
    "peppol-creditnote-correction-negative-line": [("S", "25", "1325.00", "331.25")],
    "peppol-invoice-two-rates-allowance-charge": [("S", "25", "5000.00", "1250.00"), ("S", "15", "2000.00", "300.00")],
}


# Lines (by place) that do not state quantity times price, and what that would be: examples that nobody multiplied,
# and a line that takes back by the sign of its amount alone. The stated amount counts (vat.md §4.2 (1)).
UNTIED = {
    "en16931-invoice-dkk-two-rates-charge": {0: "1600.00", 1: "1600.00"},  # 2 x 800.00 for 800.00
    "en16931-invoice-eur-20lines-6-21": {19: "109.98"},  # 6 x 18.33 for -109.98
}


@pytest.fixture(params=sorted(GROUPS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def document(samples: Path, name: str) -> Document:
    path = samples / "ubl" / f"{name}.xml"
    if not path.is_file():
        pytest.skip(f"no sample {path.name}")
    return read(path)


def test_lines_are_quantity_times_price(document: Document, name: str) -> None:
    priced = {place: document.priced(line) for place, line in enumerate(document.lines)}
    untied = {place: net for place, net in priced.items() if net != document.lines[place].net}
    assert untied == {place: Decimal(net) for place, net in UNTIED.get(name, {}).items()}
    assert priced


def test_a_discounted_price_is_the_list_price_less_the_allowance(document: Document) -> None:
    for line in document.lines:
        if line.list_price is not None:
            assert line.price == line.list_price - line.price_allowance


def test_vat_by_category_and_rate(document: Document, name: str) -> None:
    by_hand = {(code, Decimal(rate)): (Decimal(net), Decimal(vat)) for code, rate, net, vat in GROUPS[name]}
    assert document.groups() == document.subtotals == by_hand
    for (_, rate), (net, vat) in by_hand.items():
        assert q(net * rate / 100) == vat
    assert document.tax == sum(vat for _, vat in by_hand.values())


def test_totals_and_what_is_to_be_paid(document: Document) -> None:
    assert document.worked_out() == document.totals


def test_every_sample_is_worked_out(samples: Path) -> None:
    if not (samples / "ubl").is_dir():
        pytest.skip("no UBL samples")
    assert {path.stem for path in (samples / "ubl").glob("*.xml")} == set(GROUPS)


def sample(samples: Path, name: str) -> Document:
    path = samples / "ubl" / f"{name}.xml"
    if not path.is_file():
        pytest.skip(f"no sample {path.name}")
    return read(path)


@pytest.mark.parametrize(("name", "net", "tax"), [("oioubl-invoice-basic-cvr", "5050.00", "1262.50")])
def test_tax_exclusive_amount_means_the_tax_in_oioubl(samples: Path, name: str, net: str, tax: str) -> None:
    """Taken for the net amount, as in EN 16931, the document would be 1262.50 without and 6312.50 with VAT."""
    document = sample(samples, name)
    assert document.totals["TaxExclusiveAmount"] == Decimal(tax)
    assert document.totals["LineExtensionAmount"] == Decimal(net)
    peppol = sample(samples, "peppol-creditnote-correction-negative-line")
    assert peppol.totals["TaxExclusiveAmount"] == Decimal(1325)


def test_a_document_in_two_currencies_has_its_vat_in_its_own(samples: Path) -> None:
    """The VAT in the tax currency (EUR 628.62) is no part of the totals, and half was paid before."""
    document = sample(samples, "en16931-invoice-dkk-eur-taxcurrency-prepaid")
    assert (document.currency, document.tax, document.tax_elsewhere) == (
        "DKK",
        Decimal("675.00"),
        [("EUR", Decimal("628.62"))],
    )
    assert (document.totals["PrepaidAmount"], document.totals["PayableAmount"]) == (
        Decimal("2337.50"),
        Decimal("2337.50"),
    )


def test_a_negative_line_of_a_credit_note_takes_back(samples: Path) -> None:
    document = sample(samples, "peppol-creditnote-correction-negative-line")
    assert [document.priced(line) for line in document.lines] == [2800, -1500]
    assert document.worked_out()["ChargeTotalAmount"] == 25


def test_a_rounded_amount_to_pay_is_told_apart(samples: Path) -> None:
    """999.81 to pay rounded up to 1000: PayableRoundingAmount 0.19 (the totals page of Peppol BIS 3)."""
    document = sample(samples, "en16931-invoice-dkk-large-positive")
    rounding = Decimal("0.57")  # 782179.43 to the whole krone
    document.totals["PayableRoundingAmount"] = rounding
    assert document.worked_out()["PayableAmount"] == 782180
    assert document.worked_out()["TaxInclusiveAmount"] == Decimal("782179.43")
    assert document.worked_out()["PrepaidAmount"] == NOTHING
