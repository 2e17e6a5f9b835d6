"""What an order's figures must come to, in fractions: vat.md §4.2 and accounting.md §10. It knows nothing of the SQL.

Amounts are whole øre, rates are basis points (25.5 % = 2550), None where a line has no VAT at all (a gift card).
Negative orders mirror positive ones: the rule is worked on absolute values.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import ceil, floor

DISCOUNT = -1  # the place of a line that only shows a discount
FOLLOWS = {"shipping", "fee"}  # kinds that follow the goods: one amount, split over the goods' rates
Rate = int | None


def half_up(x: Fraction) -> int:
    """The nearest whole number, a half away from zero."""
    return floor(abs(x) + Fraction(1, 2)) * (-1 if x < 0 else 1)


def vat(amount: int | Fraction, rate: Rate, *, is_incl: bool) -> Fraction:
    """The exact VAT in, or on, an amount."""
    return Fraction(amount) * (rate or 0) / (10000 + (rate or 0) if is_incl else 10000)


def shares(total: int, weights: list[int]) -> list[int]:
    """`total` in proportion to the weights (none negative) by largest remainder, ties to the first."""
    sign, exact = -1 if total < 0 else 1, [Fraction(abs(total) * weight, sum(weights)) for weight in weights]
    whole = [floor(x) for x in exact]
    for i in sorted(range(len(weights)), key=lambda i: whole[i] - exact[i])[: abs(total) - sum(whole)]:
        whole[i] += 1
    return [sign * part for part in whole]


@dataclass(frozen=True)
class Line:
    """A line as the shop sells it: quantity times price, less its own discount in øre, in the order's price mode."""

    kind: str
    rate: Rate
    price: Fraction
    quantity: Fraction = Fraction(1)
    discount: int = 0

    @property
    def amount(self) -> int:
        """(1) The only place where unit prices meet quantities."""
        return half_up(self.quantity * self.price) - self.discount


@dataclass(frozen=True)
class Part:
    """A rounded amount of the document: a line's, or its share at one rate."""

    line: int
    rate: Rate
    amount: int


@dataclass(frozen=True)
class Shop:
    """What a company says of a shop: tolerance in øre, how the order's discount is shown, how VAT is worked out.

    `is_apart`: the discount is a line per rate of its own instead of taken off the lines. `method`: canonical, line,
    unit. `freight`: over the goods' rates (goods), at the one most goods have (main_rate), at its own (standard_rate).
    """

    tolerance: int = 5
    is_apart: bool = False
    method: str = "canonical"
    freight: str = "goods"


@dataclass(frozen=True)
class Order:
    """An order as a shop tells it.

    `discount` is the order's own, of the sign of its goods; `shop_vat` None where the shop tells none; `line_vats`: the
    VAT of each line where it tells those. `minor`: the currency's smallest amount in hundredths (1; 100 without
    decimals).
    """

    is_incl: bool
    lines: tuple[Line, ...]
    discount: int = 0
    shop_vat: int | None = None
    shop_total: int = 0
    line_vats: tuple[int, ...] = ()
    is_public: bool = False
    is_cash: bool = False
    minor: int = 1
    shop: Shop = Shop()

    def negated(self) -> "Order":
        """The same order with every amount turned."""
        lines = tuple(replace(line, quantity=-line.quantity, discount=-line.discount) for line in self.lines)
        told = None if self.shop_vat is None else -self.shop_vat
        turned = replace(self, lines=lines, discount=-self.discount, shop_vat=told, shop_total=-self.shop_total)
        return replace(turned, line_vats=tuple(-vat for vat in self.line_vats))

    def tax(self, amount: int | Fraction, rate: Rate) -> int:
        """The VAT in or on an amount, rounded to the currency's smallest amount."""
        return self.minor * half_up(vat(amount, rate, is_incl=self.is_incl) / self.minor)

    def split(self, total: int, weights: list[int]) -> list[int]:
        """Shares in the currency's smallest amount."""
        return [self.minor * share for share in shares(total // self.minor, weights)]

    @cached_property
    def sign(self) -> int:
        """Is it a sale, or one turned round."""
        return -1 if sum(line.amount for line in self.lines if line.kind == "item") < 0 else 1

    @cached_property
    def spread(self) -> list[int]:
        """(0) The order's discount by line: over goods of the order's own sign."""
        bases = [max(self.sign * line.amount, 0) if line.kind == "item" else 0 for line in self.lines]
        return self.split(self.discount, bases) if self.discount else [0] * len(bases)

    @cached_property
    def by_rate(self) -> dict[Rate, int]:
        """What freight and fees are split by: the goods' amounts after discount, higher rates first."""
        found: dict[Rate, int] = {}
        for line, less in zip(self.lines, self.spread, strict=True):
            if line.kind == "item":
                found[line.rate] = found.get(line.rate, 0) + line.amount - less
        return {rate: max(self.sign * found[rate], 0) for rate in sorted(found, key=lambda rate: -(rate or 0))}

    @cached_property
    def sold(self) -> list[Part]:
        """The rounded amounts that were sold, discounts taken off, freight split."""
        found, rates = list[Part](), self.by_rate
        for place, (line, less) in enumerate(zip(self.lines, self.spread, strict=True)):
            if line.kind not in FOLLOWS or self.shop.freight == "standard_rate" or not rates:
                found.append(Part(place, line.rate, line.amount - less))
            elif len(rates) == 1 or self.shop.freight == "main_rate":
                found.append(Part(place, max(rates, key=lambda rate: rates[rate]), line.amount))
            else:
                split = self.split(line.amount, list(rates.values()))
                found += [Part(place, rate, part) for rate, part in zip(rates, split, strict=True)]
        return found

    @cached_property
    def parts(self) -> list[Part]:
        """The rounded amounts that the document shows: the discount perhaps on lines of its own."""
        if not self.shop.is_apart:
            return self.sold
        lost: dict[Rate, int] = {}
        for line, less in zip(self.lines, self.spread, strict=True):
            if less:
                lost[line.rate] = lost.get(line.rate, 0) - less
        shown = [replace(part, amount=part.amount + self.spread[part.line]) for part in self.sold]
        return shown + [Part(DISCOUNT, rate, amount) for rate, amount in lost.items()]

    def _by_rate(self, amounts: Iterable[tuple[Rate, int]]) -> dict[Rate, int]:
        sums: dict[Rate, int] = {}
        for rate, amount in amounts:
            sums[rate] = sums.get(rate, 0) + amount
        return sums

    @cached_property
    def canonical(self) -> dict[Rate, int]:
        """(3) C: the VAT of a rate rounded once, on what its parts come to (EN 16931)."""
        sums = self._by_rate((part.rate, part.amount) for part in self.sold)
        return {rate: self.tax(amount, rate) for rate, amount in sums.items()}

    @cached_property
    def per_line(self) -> dict[Rate, int]:
        """(3) L: every part's VAT rounded, then added."""
        return self._by_rate((part.rate, self.tax(part.amount, part.rate)) for part in self.sold)

    @cached_property
    def per_unit(self) -> dict[Rate, int]:
        """(3) U: the VAT of one unit rounded, times the quantity."""
        return self._by_rate((part.rate, self._of_units(part)) for part in self.sold)

    def _of_units(self, part: Part) -> int:
        line = self.lines[part.line]
        quantity = (
            line.quantity if line.quantity and part.amount == line.amount - self.spread[part.line] else Fraction(1)
        )
        exact = quantity * self.tax(part.amount / quantity, part.rate)
        return self.minor * half_up(exact / self.minor)

    @cached_property
    def carried(self) -> dict[Rate, int]:
        """(3) M: each part rounds what it adds to the unrounded rest of the part before it, of the same rate."""
        found, rest = dict[Rate, int](), dict[Rate, Fraction]()
        for part in self.sold:
            exact = vat(part.amount, part.rate, is_incl=self.is_incl) + rest.get(part.rate, 0)
            taken = self.minor * half_up(exact / self.minor)
            found[part.rate] = found.get(part.rate, 0) + taken
            rest[part.rate] = exact - taken
        return found

    @cached_property
    def taxes(self) -> dict[Rate, int]:
        """The VAT of each rate by the shop's method, once a person said it."""
        return {"canonical": self.canonical, "line": self.per_line, "unit": self.per_unit}[self.shop.method]

    @cached_property
    def groups(self) -> dict[Rate, tuple[int, int]]:
        """By rate: what its parts come to, and their VAT."""
        sums = self._by_rate((part.rate, part.amount) for part in self.parts)
        return {rate: (amount, self.taxes[rate]) for rate, amount in sums.items()}

    @property
    def vat(self) -> int:
        """The VAT of the order."""
        return sum(self.taxes.values())

    @property
    def gross(self) -> int:
        """E: what the lines and their VAT come to."""
        return sum(amount for amount, _ in self.groups.values()) + (0 if self.is_incl else self.vat)

    @property
    def rounding(self) -> int:
        """(6) What the order's total is off by: the one rounding line."""
        return self.shop_total - self.gross

    @property
    def bound(self) -> int:
        """(5) Half a smallest amount for every rounded one and every rate, rounded up, never above the tolerance."""
        rounded = len(self.parts) + len(self.groups)
        if self.shop.method == "unit":
            rounded += sum(self.pieces(part) for part in self.parts)
        tolerance = self.shop.tolerance if self.minor == 1 or not self.shop.tolerance else self.minor
        return 0 if self.is_public else min(self.minor * ceil(Fraction(rounded, 2)), tolerance)

    def pieces(self, part: Part) -> int:
        """How many amounts a shop rounded for a part: one for each unit, if that is its method."""
        is_one = self.shop.method != "unit" or part.line == DISCOUNT
        return 1 if is_one else max(ceil(abs(self.lines[part.line].quantity)), 1)
