"""UBL invoices and credit notes as they state themselves, and what their lines and rates come to when worked out anew.

Two dialects that use the same names for other things; the CustomizationID says which. In EN 16931 (Peppol too)
`TaxExclusiveAmount` is the net amount and a price is per BaseQuantity; in OIOUBL 2.x it is the tax amount, and a price
is per unit, of which OrderableUnitFactorRate go on one invoiced unit (BaseQuantity only says what a unit holds).
"""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from lxml import etree

from etl.vat import q, vat_on_net

NS = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
ONE, NOTHING = Decimal(1), Decimal(0)
TOTALS = (
    "LineExtensionAmount", "TaxExclusiveAmount", "TaxInclusiveAmount", "AllowanceTotalAmount", "ChargeTotalAmount",
    "PrepaidAmount", "PayableRoundingAmount", "PayableAmount",
)  # fmt: skip
Category = tuple[str, Decimal]  # the category's code and the rate in percent


@dataclass(frozen=True)
class Line:
    """A line as it is stated; `net` its net amount; `adjusted`: its own charges less its own allowances."""

    quantity: Decimal
    price: Decimal
    base: Decimal
    factor: Decimal
    adjusted: Decimal
    category: Category
    net: Decimal
    list_price: Decimal | None
    price_allowance: Decimal


@dataclass(frozen=True)
class Document:
    """A document as it is stated; `totals` are 0 where they are not told."""

    customization: str
    currency: str
    lines: list[Line]
    charges: list[tuple[Category, Decimal]]
    allowances: list[tuple[Category, Decimal]]
    subtotals: dict[Category, tuple[Decimal, Decimal]]
    tax: Decimal
    tax_elsewhere: list[tuple[str, Decimal]]
    totals: dict[str, Decimal]

    @property
    def is_oioubl(self) -> bool:
        """Is it the Danish dialect?"""
        return self.customization.startswith("OIOUBL-2")

    def priced(self, line: Line) -> Decimal:
        """A line's net amount from quantity and price, rounded where they meet; what is stated goes before it."""
        each = line.price * line.factor if self.is_oioubl else line.price / line.base
        return q(line.quantity * each) + line.adjusted

    def groups(self) -> dict[Category, tuple[Decimal, Decimal]]:
        """By category and rate: what its lines, charges and allowances come to, and the VAT of that, rounded once."""
        nets: dict[Category, Decimal] = {}
        turned = [(category, -amount) for category, amount in self.allowances]
        for category, amount in [*((line.category, line.net) for line in self.lines), *self.charges, *turned]:
            nets[category] = nets.get(category, NOTHING) + amount
        return {
            category: (net, Decimal(vat_on_net(int(net * 100), int(category[1] * 100))).scaleb(-2))
            for category, net in nets.items()
        }

    def worked_out(self) -> dict[str, Decimal]:
        """What the totals must be, by name."""
        groups = self.groups()
        lines = sum((line.net for line in self.lines), NOTHING)
        net = sum((amount for amount, _ in groups.values()), NOTHING)
        tax = sum((amount for _, amount in groups.values()), NOTHING)
        paid, rounding = self.totals["PrepaidAmount"], self.totals["PayableRoundingAmount"]
        return {
            "LineExtensionAmount": lines, "TaxExclusiveAmount": tax if self.is_oioubl else net,
            "TaxInclusiveAmount": net + tax,
            "AllowanceTotalAmount": sum((amount for _, amount in self.allowances), NOTHING),
            "ChargeTotalAmount": sum((amount for _, amount in self.charges), NOTHING),
            "PrepaidAmount": paid, "PayableRoundingAmount": rounding, "PayableAmount": net + tax - paid + rounding,
        }  # fmt: skip


def read(path: Path) -> Document:
    """The document in a file; entities are left alone and nothing is fetched."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.parse(str(path), parser).getroot()
    currency = _text(root, "cbc:DocumentCurrencyCode")
    taxes = [tax for tax in _all(root, "cac:TaxTotal") if _currency(tax) == currency]
    return Document(
        customization=_text(root, "cbc:CustomizationID"),
        currency=currency,
        lines=[_line(line) for line in [*_all(root, "cac:InvoiceLine"), *_all(root, "cac:CreditNoteLine")]],
        charges=_adjustments(root, "true"),
        allowances=_adjustments(root, "false"),
        subtotals={
            _category(one): (_number(one, "cbc:TaxableAmount"), _number(one, "cbc:TaxAmount"))
            for tax in taxes
            for one in _all(tax, "cac:TaxSubtotal")
        },
        tax=sum((_number(tax, "cbc:TaxAmount") for tax in taxes), NOTHING),
        tax_elsewhere=[
            (_currency(tax), _number(tax, "cbc:TaxAmount"))
            for tax in _all(root, "cac:TaxTotal")
            if _currency(tax) != currency
        ],
        totals={name: _number(root, f"cac:LegalMonetaryTotal/cbc:{name}", NOTHING) for name in TOTALS},
    )


def _line(line: etree._Element) -> Line:
    price = "cac:Price/cac:AllowanceCharge"
    quantity = "cbc:InvoicedQuantity" if _all(line, "cbc:InvoicedQuantity") else "cbc:CreditedQuantity"
    adjusted = sum((amount for _, amount in _adjustments(line, "true")), NOTHING)
    adjusted -= sum((amount for _, amount in _adjustments(line, "false")), NOTHING)
    return Line(
        quantity=_number(line, quantity),
        price=_number(line, "cac:Price/cbc:PriceAmount"),
        base=_number(line, "cac:Price/cbc:BaseQuantity", ONE),
        factor=_number(line, "cac:Price/cbc:OrderableUnitFactorRate", ONE),
        adjusted=adjusted,
        category=_category(line),
        net=_number(line, "cbc:LineExtensionAmount"),
        list_price=_number(line, f"{price}/cbc:BaseAmount") if _all(line, price) else None,
        price_allowance=_number(line, f"{price}/cbc:Amount", NOTHING),
    )


def _adjustments(parent: etree._Element, indicator: str) -> list[tuple[Category, Decimal]]:
    """The charges (`true`) or allowances (`false`) directly under an element."""
    every = _all(parent, "cac:AllowanceCharge")
    return [
        (_category(one), _number(one, "cbc:Amount")) for one in every if _text(one, "cbc:ChargeIndicator") == indicator
    ]


def _category(parent: etree._Element) -> Category:
    """The first category below an element that names a rate; of a line its item's, else the line's own tax."""
    found = [*_all(parent, "cac:Item/cac:ClassifiedTaxCategory"), *_all(parent, ".//cac:TaxCategory")]
    for one in found:
        if _all(one, "cbc:Percent"):
            return _text(one, "cbc:ID"), _number(one, "cbc:Percent").normalize()
    return "", NOTHING


def _all(parent: etree._Element, path: str) -> list[etree._Element]:
    return parent.findall(path, NS)


def _text(parent: etree._Element, path: str) -> str:
    return (parent.findtext(path, "", NS) or "").strip()


def _number(parent: etree._Element, path: str, default: Decimal | None = None) -> Decimal:
    text = _text(parent, path)
    return default if default is not None and not text else Decimal(text)


def _currency(tax: etree._Element) -> str:
    return tax.find("cbc:TaxAmount", NS).get("currencyID")  # type: ignore[union-attr,return-value]
