"""What an order comes to, in fractions, from vat.md §4.2 and accounting.md §3 and §10; it knows nothing of the SQL.

Amounts are whole øre. An order is what a shop could sell: goods, freight, fees, tips and gift cards, prices with or
without VAT, discounts on lines and on the order, and a shop that rounds VAT per line or per rate.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import floor

# Of Danish books nothing is known since 2026 (vat.md 1.2), so only German ones are told as such.
RATES = {("DK", ""): 25, ("DK", "bog"): 25, ("DE", ""): 19, ("DE", "bog"): 7, ("NO", ""): 0, ("NO", "bog"): 0}
CODES = {("DK", 25): "U25", ("DE", 19): "U_DE19", ("DE", 7): "U_DE07", ("NO", 0): "UEKS"}
NO_VAT = "UMOMS0"


@dataclass(frozen=True)
class Line:
    """One line as the shop sells it: øre per unit and of discount, in the order's price mode."""

    kind: str
    price: int
    quantity: int = 1
    discount: int = 0
    category: str = ""

    @property
    def amount(self) -> int:
        return self.price * self.quantity - self.discount


@dataclass(frozen=True)
class Order:
    """An order as the shop tells it.

    `off`: øre by which its total is wrong; `cuts`: how refunds divide it, each in thousandths of what is left.
    """

    country: str
    is_incl: bool
    lines: tuple[Line, ...]
    discount_share: int
    is_rounded_per_line: bool
    off: int
    cuts: tuple[int, ...]

    @property
    def goods(self) -> list[Line]:
        return [line for line in self.lines if line.kind == "item"]

    @property
    def discount(self) -> int:
        """The discount on the order, øre: a share of its goods in hundredths."""
        return sum(line.amount for line in self.goods) * self.discount_share // 100


def half_up(x: Fraction) -> int:
    """The nearest whole number, a half away from zero."""
    return floor(abs(x) + Fraction(1, 2)) * (-1 if x < 0 else 1)


def shares(total: int, weights: list[int]) -> list[int]:
    """`total` in proportion to the weights by largest remainder, ties to the first."""
    exact = [Fraction(total * weight, sum(weights)) for weight in weights]
    whole = [floor(x) for x in exact]
    order = sorted(range(len(weights)), key=lambda i: (whole[i] - exact[i], i))
    for i in order[: total - sum(whole)]:
        whole[i] += 1
    return whole


def parts(order: Order) -> list[tuple[str, int, int]]:
    """The VAT code, rate and amount of every part: discounts spread, freight and fees split over the goods' rates."""
    goods = order.goods
    spread = shares(order.discount, [g.amount for g in goods]) if order.discount else [0] * len(goods)
    found, by_rate = [], dict[int, int]()
    for line, less in zip(goods, spread, strict=True):
        rate = RATES[order.country, line.category]
        found.append((CODES[order.country, rate], rate, line.amount - less))
        by_rate[rate] = by_rate.get(rate, 0) + line.amount - less
    rates = sorted(by_rate, reverse=True)
    for line in order.lines:
        if line.kind in {"shipping", "fee"}:
            split = shares(line.amount, [by_rate[rate] for rate in rates])
            found += [(CODES[order.country, r], r, a) for r, a in zip(rates, split, strict=True)]
        elif line.kind != "item":
            found.append((NO_VAT, 0, line.amount))
    return found


def vat(amount: int | Fraction, rate: int, *, is_incl: bool) -> Fraction:
    """The exact VAT in, or on, an amount."""
    return Fraction(amount) * rate / (100 + rate if is_incl else 100)


@dataclass(frozen=True)
class Truth:
    """What an order comes to, øre: by VAT code (net, VAT); what the shop tells; the rounding line."""

    by_code: dict[str, tuple[int, int]]
    shop_vat: int
    shop_total: int

    @property
    def rounding(self) -> int:
        return self.shop_total - sum(net + tax for net, tax in self.by_code.values())


def truth(order: Order) -> Truth:
    """VAT once per rate on the sum of its parts; the shop may round each part and then add (vat.md 4.2 (3))."""
    sums = dict[tuple[str, int], int]()
    for code, rate, amount in parts(order):
        sums[code, rate] = sums.get((code, rate), 0) + amount
    taxes = {key: half_up(vat(amount, key[1], is_incl=order.is_incl)) for key, amount in sums.items()}
    by_code = {key[0]: (sums[key] - (taxes[key] if order.is_incl else 0), taxes[key]) for key in sums}
    per_part = sum(half_up(vat(amount, rate, is_incl=order.is_incl)) for _, rate, amount in parts(order))
    shop_vat = per_part if order.is_rounded_per_line else sum(taxes.values())
    return Truth(by_code, shop_vat, sum(sums.values()) + (0 if order.is_incl else shop_vat) + order.off)


def refunds(order: Order) -> list[dict[str, int]]:
    """Refunds that sum to the order: gross øre by VAT code for each.

    Only of orders of goods, and where they have several rates only of those without a rounding line.
    """
    told = truth(order)
    if any(line.kind not in {"item", "shipping", "fee"} for line in order.lines) or order.off:
        return []
    if len(told.by_code) > 1 and told.rounding:
        return []
    found: list[dict[str, int]] = [{} for _ in range(len(order.cuts) + 1)]
    for code, (net, tax) in told.by_code.items():
        left = total = net + tax + (told.rounding if len(told.by_code) == 1 else 0)
        for part, cut in zip(found, order.cuts, strict=False):
            part[code] = left * cut // 1000
            left -= part[code]
        found[-1][code] = left
        assert sum(part[code] for part in found) == total
    return found if all(sum(part.values()) > 0 for part in found) else []
