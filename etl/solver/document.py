"""An order as whole øre, and what a shop makes of it: the figures that an explanation changes.

A `Document` holds the lines as they are read, with the VAT that is due, and the two figures the shop states. An
explanation gives the document as the shop would have had it if it did one thing otherwise; `figures` then says which
VAT and which total that shop writes. Nothing here rounds by itself: every øre comes from `etl.vat`.

All amounts are whole øre with the order's sign, rates are basis points (25.5 % = 2550).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal, NamedTuple

from etl.vat import q, vat_in_gross, vat_on_net

Mode = Literal["incl", "excl"]
Method = Literal["rate", "line", "unit"]
FREIGHT = frozenset({"shipping", "fee"})
GOODS = "item"


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates of a state (or region) on the day of supply.

    `legal`: every rate in force. `stale`: of a rate in force, those it took the place of and the day they ended.
    """

    legal: tuple[int, ...] = ()
    stale: Mapping[int, tuple[tuple[int, str], ...]] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Line:
    """A line at one rate; freight that follows goods of several rates is a line for each.

    `amount_ore` counts in the total: after every discount, in the order's price mode. `taxed_ore` is what VAT is worked
    out on where that is another amount. `order_discount_ore` and `line_discount_ore` are the shares of the order's
    discount and the line's own. `shop_bp`: the rate that the file states for the line. `rates`: of the line's state.
    """

    line_no: int
    kind: str
    name: str
    amount_ore: int
    rate_bp: int
    quantity: Decimal = Decimal(1)
    order_discount_ore: int = 0
    line_discount_ore: int = 0
    shop_bp: int | None = None
    state: str = ""
    rates: Rates = Rates()
    taxed_ore: int | None = None
    is_vat_told: bool = True

    @property
    def base_ore(self) -> int:
        """What VAT is worked out on."""
        return self.amount_ore if self.taxed_ore is None else self.taxed_ore


@dataclass(frozen=True, slots=True)
class Document:
    """The lines, how the shop works, and what it states.

    `shop_vat_ore` is None where the file states no VAT: then the total alone has to tie. `stated_discount_ore`: the
    order's discount as the file states it. `gift_cards_ore`: paid with gift cards. `home`: the seller's state and its
    standard rate; `abroad`: the buyer's. The fields below the line break are what explanations change: the VAT of one
    price mode worked out as of the other (`is_vat_crossed`), an amount that the total leaves out, the coin that the
    total is rounded to, and factors of minor units.
    """

    lines: tuple[Line, ...]
    mode: Mode
    shop_vat_ore: int | None
    shop_total_ore: int
    stated_discount_ore: int = 0
    gift_cards_ore: int = 0
    home: tuple[str, int] | None = None
    abroad: tuple[str, int] | None = None

    method: Method = "rate"
    is_vat_crossed: bool = False
    less_ore: int = 0
    coin_ore: int = 1
    vat_times: int = 1
    total_times: int = 1


class Figures(NamedTuple):
    """The VAT and the total that a shop writes, in øre."""

    vat_ore: int
    total_ore: int


class Gap(NamedTuple):
    """What the shop states minus what the document gives, in øre; `vat_ore` None where it states no VAT."""

    vat_ore: int | None
    total_ore: int

    @property
    def is_closed(self) -> bool:
        """Are both gone?"""
        return not self.vat_ore and not self.total_ore


def figures(document: Document) -> Figures:
    """The VAT and total of the shop that works as the document says.

    Prices incl. VAT: the amounts are the total. Prices excl. VAT: the VAT comes on top, whether it is told or not.
    """
    vat = _VAT_OF[document.method](document, document.lines)
    told = tuple(line for line in document.lines if line.is_vat_told)
    vat_told = vat if len(told) == len(document.lines) else _VAT_OF[document.method](document, told)
    total = sum(line.amount_ore for line in document.lines) - document.less_ore
    if document.mode == "excl":
        total += vat
    if document.coin_ore > 1:
        total = int(q(Decimal(total) / document.coin_ore, 0)) * document.coin_ore
    return Figures(vat_told * document.vat_times, total * document.total_times)


def gap(document: Document) -> Gap:
    """How far the shop's figures are from the document's."""
    given = figures(document)
    vat = None if document.shop_vat_ore is None else document.shop_vat_ore - given.vat_ore
    return Gap(vat, document.shop_total_ore - given.total_ore)


def with_lines(document: Document, change: Callable[[Line], Line]) -> Document:
    """The document with every line changed."""
    return replace(document, lines=tuple(change(line) for line in document.lines))


def vat_of(document: Document, amount_ore: int, rate_bp: int) -> int:
    """The VAT of an amount in the document's price mode."""
    is_incl = (document.mode == "incl") != document.is_vat_crossed
    return vat_in_gross(amount_ore, rate_bp) if is_incl else vat_on_net(amount_ore, rate_bp)


def _per_rate(document: Document, lines: Iterable[Line]) -> int:
    """VAT of each rate rounded once, on the rate's sum (vat.md 4.2 (3))."""
    sums: dict[int, int] = {}
    for line in lines:
        sums[line.rate_bp] = sums.get(line.rate_bp, 0) + line.base_ore
    return sum(vat_of(document, amount, rate) for rate, amount in sums.items() if rate)


def _per_line(document: Document, lines: Iterable[Line]) -> int:
    return sum(vat_of(document, line.base_ore, line.rate_bp) for line in lines if line.rate_bp)


def _per_unit(document: Document, lines: Iterable[Line]) -> int:
    """VAT of one unit rounded, times the quantity; a line whose quantity is no whole number is one unit."""
    return sum(_units(document, line) for line in lines if line.rate_bp)


def _units(document: Document, line: Line) -> int:
    count = int(line.quantity)
    if count != line.quantity or count < 1:
        return vat_of(document, line.base_ore, line.rate_bp)
    is_incl = (document.mode == "incl") != document.is_vat_crossed
    whole = 10000 + line.rate_bp if is_incl else 10000
    # A unit need not be whole øre. 28 digits of the quotient cannot make a half of what is none: the divisor is small.
    return count * int(q(Decimal(line.base_ore * line.rate_bp) / (whole * count), 0))


_VAT_OF: dict[Method, Callable[[Document, Iterable[Line]], int]] = {
    "rate": _per_rate,
    "line": _per_line,
    "unit": _per_unit,
}
