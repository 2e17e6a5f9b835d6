"""The same job in plain Python: the csv module and Decimal, no engine and no database.

    python plain.py DIR

DIR holds orders_export.csv and payouts.csv; order_lines.csv and journal_lines.csv appear there.

Written as one would without a benchmark in mind: read into objects, work on Decimals in kroner, write. The settings are
those of ../shared/bench/company.toml, as in `floor.sql`.
"""

import csv
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from pathlib import Path

from stdnum.eu import vat

ORE = Decimal("0.01")
NOTHING = Decimal(0)
TOLERANCE = Decimal("0.05")
RATES = {
    "DK": (Decimal(25), "U25"),
    "SE": (Decimal(25), "U_SE25"),
    "DE": (Decimal(19), "U_DE19"),
    "NL": (Decimal(21), "U_NL21"),
    "FI": (Decimal("25.5"), "U_FI255"),
    "FR": (Decimal(20), "U_FR20"),
    "PL": (Decimal(23), "U_PL23"),
    "IT": (Decimal(22), "U_IT22"),
    "ES": (Decimal(21), "U_ES21"),
    "IE": (Decimal(23), "U_IE23"),
}
RECEIVABLES = {"SP": "5821", "MP": "5822", "QP": "5823", "KL": "5824"}
BANK, FEES, ERROR, DIFFERENCE = "5820", "7220", "9990", "8591"
DIGITS = re.compile(r"(\d+)$")
VAT_NUMBER = re.compile(r"vat_id: (\w+)")


@dataclass(slots=True)
class Line:
    """One line of an order or document; `gross` after discounts, in kroner."""

    item: str
    text: str
    quantity: int
    gross: Decimal
    discount: Decimal = NOTHING


@dataclass(slots=True)
class Order:
    """One order of the export, amounts in kroner, and what we make of it."""

    number: str
    state: str
    paid_date: str
    country: str
    vat_number: str
    company: str
    transaction_id: str
    total: Decimal
    taxes: Decimal
    shipping: Decimal
    discount: Decimal
    refunded: Decimal
    lines: list[Line] = field(default_factory=list)
    rate: Decimal = NOTHING
    vat_code: str = ""
    verdict: str = ""


def vat_of(gross: Decimal, rate: Decimal) -> Decimal:
    """The VAT contained in a gross amount, half up."""
    return (gross * rate / (100 + rate)).quantize(ORE, ROUND_HALF_UP)


def spread(total: Decimal, weights: list[Decimal], divisor: Decimal) -> list[Decimal]:
    """The total shared out as weight / divisor each, by largest remainder; of equal ones the first gets the øre."""
    shares = [(w / divisor).quantize(ORE, ROUND_FLOOR) for w in weights]
    rest = int((total - sum(shares)) / ORE)
    by_remainder = sorted(range(len(weights)), key=lambda i: (shares[i] * divisor - weights[i], i))
    for i in by_remainder[:rest]:
        shares[i] += ORE
    return shares


def read_orders(path: Path) -> dict[str, Order]:
    """The orders by number; of an order that stands in the file more than once, the first block counts."""
    orders: dict[str, Order] = {}
    current: Order | None = None
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["Financial Status"]:
                current = None if row["Name"] in orders else order_of(row)
                if current:
                    orders[current.number] = current
            if current:
                current.lines.append(line_of(row))
    return orders


def order_of(row: dict[str, str]) -> Order:
    """The order that a header row describes."""
    number = VAT_NUMBER.search(row["Note Attributes"])
    return Order(
        number=row["Name"],
        state=row["Financial Status"],
        paid_date=row["Paid at"][:10],
        country=row["Shipping Country"],
        vat_number=number[1] if number else "",
        company=row["Billing Company"] and (number[1] if number else row["Email"]),
        transaction_id=row["Payment Reference"],
        total=Decimal(row["Total"]),
        taxes=Decimal(row["Taxes"]),
        shipping=Decimal(row["Shipping"]),
        discount=Decimal(row["Discount Amount"] or 0),
        refunded=Decimal(row["Refunded Amount"] or 0),
    )


def line_of(row: dict[str, str]) -> Line:
    """The line that any row holds."""
    quantity = int(row["Lineitem quantity"])
    gross = quantity * Decimal(row["Lineitem price"])
    return Line(row["Lineitem sku"], row["Lineitem name"], quantity, gross, Decimal(row["Lineitem discount"] or 0))


def decide(order: Order, checked: dict[str, bool]) -> None:
    """Take the discounts off the lines, find the rate and give the verdict."""
    if order.discount and not any(line.discount for line in order.lines):
        amount = sum((line.gross for line in order.lines), NOTHING)
        parts = spread(order.discount, [order.discount * line.gross for line in order.lines], amount)
        for line, part in zip(order.lines, parts, strict=True):
            line.discount = part
    for line in order.lines:
        line.gross -= line.discount
    is_zero_rated = order.vat_number and order.country != "DK" and order.country in RATES
    order.rate, order.vat_code = (NOTHING, "UEUV") if is_zero_rated else RATES.get(order.country, (NOTHING, "UEKS"))
    if is_zero_rated and order.vat_number not in checked:
        checked[order.vat_number] = vat.is_valid(order.vat_number)
    if order.state == "refunded":
        order.verdict = "skipped"
    elif (
        (is_zero_rated and not checked[order.vat_number])
        or sum(line.gross for line in order.lines) + order.shipping != order.total
        or abs(order.taxes - vat_of(order.total, order.rate)) > TOLERANCE
    ):
        order.verdict = "held"
    else:
        order.verdict = "ready"


def comma(amount: Decimal) -> str:
    """An amount as the import file writes it."""
    return f"{amount + 0:.2f}".replace(".", ",")  # + 0 takes the sign off a zero


def document_lines(number: int, lines: list[Line], order: Order, sign: int) -> Iterator[list[object]]:
    """The order lines of one document; its VAT is that of the total, shared by largest remainder."""
    total = sum((line.gross for line in lines), NOTHING)
    rate = order.rate
    parts = spread(vat_of(total, rate), [line.gross * rate for line in lines], 100 + rate)
    for no, (line, part) in enumerate(zip(lines, parts, strict=True), 1):
        amounts = comma(sign * line.gross), order.vat_code, comma(sign * part)
        yield [number, no, line.item, line.text, sign * line.quantity, *amounts]


def write_order_lines(path: Path, orders: dict[str, Order]) -> None:
    """The sales orders and credit notes of the ready orders, numbered by date."""
    number = 500000
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, delimiter=";")
        out.writerow(["OrderNumber", "LineNumber", "Item", "Text", "Qty", "Total", "Vat", "VatAmount"])
        for order in sorted((o for o in orders.values() if o.verdict == "ready"), key=lambda o: o.paid_date):
            freight = [Line("FRAGT", "Fragt", 1, order.shipping)] if order.shipping else []
            out.writerows(document_lines(number, order.lines + freight, order, 1))
            number += 1
            if order.refunded:
                refund = Line("REFUSION", f"Refundering {order.number}", 1, order.refunded)
                out.writerows(document_lines(number, [refund], order, -1))
                number += 1


@dataclass(slots=True)
class PayoutLine:
    """One line of an acquirer's report; amounts in kroner, refunds negative."""

    acquirer: str
    settlement: str
    date: str
    line_type: str
    transaction_id: str
    reference: str
    gross: Decimal
    fee: Decimal
    net: Decimal


def read_payouts(path: Path) -> dict[str, list[PayoutLine]]:
    """The lines of the report by settlement."""
    settlements: defaultdict[str, list[PayoutLine]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            gross, fee, net = (Decimal((row[c] or "0").replace(",", ".")) for c in ("gross", "fee", "net"))
            line = PayoutLine(
                acquirer=row["acquirer"],
                settlement=row["settlement_id"],
                date=row["settlement_date"],
                line_type=row["type"],
                transaction_id=row["transaction_id"],
                reference=row["order_ref"],
                gross=gross,
                fee=fee,
                net=net,
            )
            settlements[line.settlement].append(line)
    return settlements


class Matcher:
    """Finds the order of a payout line: by transaction id, else by the only order with that number."""

    def __init__(self, orders: dict[str, Order]) -> None:
        self.by_transaction = {o.transaction_id: o for o in orders.values()}
        self.by_digits: dict[str, Order | None] = {}
        for order in orders.values():
            if found := DIGITS.search(order.number):
                self.by_digits[found[1]] = None if found[1] in self.by_digits else order

    def match(self, line: PayoutLine) -> tuple[Order | None, Decimal]:
        """The order and what the line's gross is off by; no order when the difference is more than the tolerance."""
        order = self.by_transaction.get(line.transaction_id)
        if order is None and (found := DIGITS.search(line.reference.strip())):
            order = self.by_digits.get(found[1])
        if order is None:
            return None, NOTHING
        difference = line.gross - (order.total if line.line_type == "sale" else -order.refunded)
        if abs(difference) > TOLERANCE:
            return None, NOTHING
        return order, NOTHING if order.verdict == "skipped" else difference


def postings(lines: list[PayoutLine], matcher: Matcher) -> Iterator[tuple[str, str, Decimal]]:
    """Account, text and amount (debit positive) of one voucher; nothing when the settlement does not tie."""
    declared = sum(line.net for line in lines if line.line_type == "payout")
    counted = [line for line in lines if line.line_type != "payout"]
    if sum(line.net for line in counted) != declared:
        return
    for line in counted:
        if not line.gross:
            continue
        order, difference = matcher.match(line)
        text = f"{order.number if order else line.reference} {line.line_type}"
        yield RECEIVABLES[line.acquirer] if order else ERROR, text, difference - line.gross
        yield DIFFERENCE, f"{text} difference", -difference
    yield FEES, f"{lines[0].settlement} fees", sum((line.fee for line in counted), NOTHING)
    yield BANK, f"{lines[0].settlement} payout", Decimal(declared)


def write_journal(path: Path, settlements: dict[str, list[PayoutLine]], matcher: Matcher) -> None:
    """One voucher per settlement, numbered by date."""
    voucher = 700000
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, delimiter=";")
        out.writerow(["Journal", "Date", "Voucher", "AccountType", "Account", "Text", "Debit", "Credit"])
        for _, lines in sorted(settlements.items(), key=lambda item: (item[1][0].date, item[0])):
            day = "-".join(reversed(lines[0].date.split("-")))
            posted = [p for p in postings(lines, matcher) if p[2]]
            for account, text, amount in posted:
                sides = (comma(amount), "") if amount > 0 else ("", comma(-amount))
                out.writerow(["UDBET", day, voucher, "Finans", account, text[:50], *sides])
            voucher += bool(posted)


def main() -> None:
    """Do the job in the folder named on the command line."""
    folder = Path(sys.argv[1])
    orders = read_orders(folder / "orders_export.csv")
    checked: dict[str, bool] = {}
    for order in orders.values():
        decide(order, checked)
    write_order_lines(folder / "order_lines.csv", orders)
    write_journal(folder / "journal_lines.csv", read_payouts(folder / "payouts.csv"), Matcher(orders))


if __name__ == "__main__":
    main()
