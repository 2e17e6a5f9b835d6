"""Orders that tie, made by chance under a seed, and one fault of each kind put into a shop's reckoning of them.

Nothing of `etl.solver` is used to make the shop's figures: they are reckoned here in exact fractions, rounded half up.
What an order's file says (lines, discounts, quantities) and what is due stays as it is; only the VAT and the total are
those of the shop with the fault.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from etl.solver.document import Document, Line, Mode, Rates

# State: rates in force, standard first, and which rate each took the place of and when that ended (vat.md 1.1, 1.2).
STATES: dict[str, Rates] = {
    "DK": Rates((2500,)),
    "DE": Rates((1900, 700), {1900: ((1600, "2020-12-31"),)}),
    "SE": Rates((2500, 1200, 600)),
    "FI": Rates((2550, 1350, 1000), {2550: ((2400, "2024-08-31"),), 1350: ((1400, "2025-12-31"),)}),
    "FR": Rates((2000, 1000, 550)),
    "NL": Rates((2100, 900)),
    "PL": Rates((2300, 800, 500)),
    "EE": Rates((2400, 1300, 900), {2400: ((2200, "2025-06-30"),)}),
}
HOME = ("DK", 2500)
GOODS, FREIGHT = "item", ("shipping", "fee")


@dataclass(frozen=True)
class Row:
    """A line: list price of one and discounts in øre; `rate` is what is due (None: freight, as the goods)."""

    kind: str
    quantity: int
    price: int
    rate: int | None
    own_discount: int = 0
    order_discount: int = 0

    @property
    def amount(self) -> int:
        return self.quantity * self.price - self.own_discount - self.order_discount


@dataclass(frozen=True)
class Order:
    """An order as it should be: `mode` incl or excl, the state whose VAT is due, what a gift card pays."""

    state: str
    mode: Mode
    rows: tuple[Row, ...]
    gift_card: int = 0


@dataclass(frozen=True)
class Part:
    """An amount at one rate: `taxed` is what VAT is reckoned on."""

    row: int
    kind: str
    quantity: int
    amount: int
    rate: int
    taxed: int


class Fault(NamedTuple):
    """What the shop wrote instead, and what must be named: the code, or two, and the value where it is telling."""

    vat: int
    total: int
    code: str
    value: str = ""
    second: str = ""

    @property
    def codes(self) -> tuple[str, ...]:
        return (self.code, self.second) if self.second else (self.code,)


@dataclass
class Count:
    """Of one kind of fault: how many, and what the solver said."""

    tried: int = 0
    in_bound: int = 0
    outcomes: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("found", "ambiguous", "missed", "wrong"), 0)
    )


def half_up(x: Fraction) -> int:
    """Whole øre of an amount that is not negative."""
    return (2 * x.numerator + x.denominator) // (2 * x.denominator)


def shared(total: int, weights: list[int]) -> list[int]:
    """`total` in proportion, largest remainder, the first of equals first."""
    exact = [Fraction(total * weight, sum(weights)) for weight in weights]
    shares = [x.numerator // x.denominator for x in exact]
    for i in sorted(range(len(weights)), key=lambda i: (shares[i] - exact[i], i))[: total - sum(shares)]:
        shares[i] += 1
    return shares


def orders(count: int, seed: int) -> Iterator[Order]:
    """So many different orders."""
    chance = random.Random(seed)  # noqa: S311 - the same orders every time is the point
    for _ in range(count):
        yield _order(chance)


def _order(chance: random.Random) -> Order:
    state = chance.choice(list(STATES))
    rates = STATES[state].legal
    rows = []
    for _ in range(chance.choice((1, 1, 2, 2, 3, 4, 5))):
        quantity = chance.choice((1, 1, 1, 2, 3, 5))
        price = chance.randrange(300, 90000)
        own = chance.randrange(1, quantity * price // 3) if chance.random() < 0.15 else 0
        rows.append(Row(GOODS, quantity, price, chance.choice((rates[0], *rates)), own))
    if chance.random() < 0.4:
        before = [row.amount for row in rows]
        shares = shared(chance.randrange(100, sum(before) // 3 + 101), before)
        if all(share < ore for share, ore in zip(shares, before, strict=True)):
            rows = [replace(row, order_discount=share) for row, share in zip(rows, shares, strict=True)]
    if chance.random() < 0.6:
        rows.append(Row("shipping", 1, chance.choice((2900, 3900, 4995, 6900, 12345)), None))
    if chance.random() < 0.12:
        rows.append(Row("fee", 1, chance.randrange(500, 5000), None))
    if chance.random() < 0.1:
        rows.append(Row("tip", 1, chance.randrange(500, 5000), 0))
    card = chance.randrange(1000, max(sum(row.amount for row in rows) // 2, 1001)) if chance.random() < 0.15 else 0
    return Order(state, chance.choice(("incl", "excl")), tuple(rows), card)


def parts_of(order: Order) -> list[Part]:
    """Its amounts by rate: freight follows the goods in proportion, ties to the higher rate."""
    sums: dict[int, int] = {}
    for row in order.rows:
        if row.kind == GOODS and row.rate is not None:
            sums[row.rate] = sums.get(row.rate, 0) + row.amount
    rates = sorted(sums, reverse=True)
    found = []
    for i, row in enumerate(order.rows):
        shares = [(row.rate, row.amount)] if row.rate is not None else list(
            zip(rates, shared(row.amount, [sums[rate] for rate in rates]), strict=True)
        )  # fmt: skip
        found += [Part(i, row.kind, row.quantity, ore, rate, ore) for rate, ore in shares]
    return found


def vat(amount: int, rate: int, mode: str) -> Fraction:
    """The exact VAT of an amount."""
    return Fraction(amount * rate, 10000 + rate if mode == "incl" else 10000)


def reckoned(parts: list[Part], mode: str, method: str = "rate") -> tuple[int, int]:
    """The VAT and the total of a shop that rounds by rate, line or unit."""
    if method == "rate":
        sums: dict[int, int] = {}
        for part in parts:
            sums[part.rate] = sums.get(part.rate, 0) + part.taxed
        tax = sum(half_up(vat(ore, rate, mode)) for rate, ore in sums.items())
    elif method == "line":
        tax = sum(half_up(vat(part.taxed, part.rate, mode)) for part in parts)
    else:
        tax = sum(part.quantity * half_up(vat(part.taxed, part.rate, mode) / part.quantity) for part in parts)
    return tax, sum(part.amount for part in parts) + (tax if mode == "excl" else 0)


def document(order: Order, shop_vat: int, shop_total: int) -> Document:
    """What a run knows of the order: its lines with what is due, and what the shop states."""
    lines = tuple(
        Line(
            line_no=part.row + 1, kind=part.kind, name=f"{part.kind}-{part.row + 1}", amount_ore=part.amount,
            rate_bp=part.rate, quantity=Decimal(part.quantity), state=order.state, rates=STATES[order.state],
            order_discount_ore=order.rows[part.row].order_discount, line_discount_ore=order.rows[part.row].own_discount,
        )
        for part in parts_of(order)
    )  # fmt: skip
    return Document(
        lines, order.mode, shop_vat, shop_total, gift_cards_ore=order.gift_card, home=HOME,
        abroad=(order.state, STATES[order.state].legal[0]),
    )  # fmt: skip


def bound(order: Order) -> int:
    """How far the figures may be off and still go: half an øre for each amount and rate, at most 0.05 (vat.md 4.2)."""
    parts = parts_of(order)
    return min((len(parts) + len({part.rate for part in parts}) + 1) // 2, 5)


def rate_text(rate: int) -> str:
    return f"{Decimal(rate).scaleb(-2).normalize():f}"


def _at(parts: list[Part], rate: int, *kinds: str) -> list[Part]:
    return [replace(p, rate=rate) if p.rate and (not kinds or p.kind in kinds) else p for p in parts]


def rounded_per_line(order: Order, _: random.Random) -> Fault | None:
    return Fault(*reckoned(parts_of(order), order.mode, "line"), "GAP_ROUNDED_PER_LINE")


def rounded_per_unit(order: Order, _: random.Random) -> Fault | None:
    if all(part.quantity == 1 for part in parts_of(order)):
        return None
    return Fault(*reckoned(parts_of(order), order.mode, "unit"), "GAP_ROUNDED_PER_UNIT")


def price_mode(order: Order, _: random.Random) -> Fault | None:
    other = "excl" if order.mode == "incl" else "incl"
    return Fault(*reckoned(parts_of(order), other), "GAP_PRICE_MODE", order.mode)


def vat_the_other_way(order: Order, _: random.Random) -> Fault | None:
    other = "excl" if order.mode == "incl" else "incl"
    tax, _total = reckoned(parts_of(order), other)
    total = sum(part.amount for part in parts_of(order)) + (tax if order.mode == "excl" else 0)
    return Fault(tax, total, "GAP_VAT_ON_GROSS" if order.mode == "incl" else "GAP_VAT_IN_NET")


def freight_untaxed(order: Order, _: random.Random) -> Fault | None:
    return Fault(*reckoned(_at(parts_of(order), 0, "shipping"), order.mode), "GAP_FREIGHT_UNTAXED", "0")


def freight_vat_untold(order: Order, _: random.Random) -> Fault | None:
    if order.mode == "incl":
        return None
    told, _total = reckoned([part for part in parts_of(order) if part.kind != "shipping"], "excl")
    return Fault(told, reckoned(parts_of(order), "excl")[1], "GAP_FREIGHT_VAT_UNTOLD")


def freight_at_standard(order: Order, _: random.Random) -> Fault | None:
    rate = STATES[order.state].legal[0]
    return Fault(*reckoned(_at(parts_of(order), rate, *FREIGHT), order.mode), "GAP_FREIGHT_RATE", rate_text(rate))


def wrong_rate(order: Order, chance: random.Random) -> Fault | None:
    parts = parts_of(order)
    place = chance.choice([i for i, part in enumerate(parts) if part.kind == GOODS])
    others = [rate for rate in STATES[order.state].legal if rate != parts[place].rate]
    if not others:
        return None
    rate = chance.choice(others)
    parts[place] = replace(parts[place], rate=rate)
    return Fault(*reckoned(parts, order.mode), "GAP_RATE_WRONG", rate_text(rate))


def stale_rate(order: Order, _: random.Random) -> Fault | None:
    parts = parts_of(order)
    stale = STATES[order.state].stale
    due = next((part.rate for part in parts if part.rate in stale), 0)
    if not due:
        return None
    old = stale[due][0][0]
    changed = [replace(part, rate=old) if part.rate == due else part for part in parts]
    return Fault(*reckoned(changed, order.mode), "GAP_RATE_STALE", rate_text(old))


def rate_of_origin(order: Order, _: random.Random) -> Fault | None:
    if order.state == HOME[0]:
        return None
    return Fault(*reckoned(_at(parts_of(order), HOME[1]), order.mode), "GAP_RATE_OF_ORIGIN", "25")


def no_vat(order: Order, _: random.Random) -> Fault | None:
    return Fault(0, sum(part.amount for part in parts_of(order)), "GAP_NO_VAT")


def no_vat_cheaper(order: Order, _: random.Random) -> Fault | None:
    if order.mode == "excl":
        return None
    tax, total = reckoned(parts_of(order), "incl")
    return Fault(0, total - tax, "GAP_NO_VAT_CHEAPER")


def _less_discount(order: Order, times: int) -> list[Part]:
    """The parts with the order's discount taken so many times more; freight stays as it was split."""
    parts = parts_of(order)
    changed = []
    for part in parts:
        ore = part.amount - times * order.rows[part.row].order_discount
        changed.append(replace(part, amount=ore, taxed=ore))
    return changed


def discount_not_taken(order: Order, _: random.Random) -> Fault | None:
    return Fault(*reckoned(_less_discount(order, -1), order.mode), "GAP_DISCOUNT_NOT_TAKEN")


def discount_twice(order: Order, _: random.Random) -> Fault | None:
    parts = _less_discount(order, 1)
    return Fault(*reckoned(parts, order.mode), "GAP_DISCOUNT_TWICE") if min(p.amount for p in parts) > 0 else None


def discount_after_vat(order: Order, _: random.Random) -> Fault | None:
    parts = [replace(part, taxed=part.amount + order.rows[part.row].order_discount) for part in parts_of(order)]
    return Fault(*reckoned(parts, order.mode), "GAP_DISCOUNT_AFTER_VAT")


def discount_in_other_mode(order: Order, _: random.Random) -> Fault | None:
    parts = []
    for part in parts_of(order):
        share = order.rows[part.row].order_discount
        tax = half_up(vat(share, part.rate, "excl" if order.mode == "incl" else "incl"))
        ore = part.amount - (tax if order.mode == "incl" else -tax)
        parts.append(replace(part, amount=ore, taxed=ore))
    if min(part.amount for part in parts) <= 0:
        return None
    return Fault(*reckoned(parts, order.mode), "GAP_DISCOUNT_OTHER_MODE")


def gift_card(order: Order, _: random.Random) -> Fault | None:
    tax, total = reckoned(parts_of(order), order.mode)
    return Fault(tax, total - order.gift_card, "GAP_GIFT_CARD")


def gift_card_as_discount(order: Order, _: random.Random) -> Fault | None:
    parts = parts_of(order)
    goods = [i for i, part in enumerate(parts) if part.kind == GOODS]
    shares = shared(order.gift_card, [parts[i].amount for i in goods])
    for i, share in zip(goods, shares, strict=True):
        ore = parts[i].amount - share
        parts[i] = replace(parts[i], amount=ore, taxed=ore)
    if min(part.amount for part in parts) <= 0:
        return None
    return Fault(*reckoned(parts, order.mode), "GAP_GIFT_CARD_DISCOUNT")


def one_more(order: Order, chance: random.Random) -> Fault | None:
    """One more of a line without a discount, the freight taxed as before."""
    places = [i for i, r in enumerate(order.rows) if r.kind == GOODS and not r.own_discount and not r.order_discount]
    if not places:
        return None
    place = chance.choice(places)
    parts = [
        replace(p, amount=p.amount + order.rows[place].price, taxed=p.taxed + order.rows[place].price)
        if p.row == place else p
        for p in parts_of(order)
    ]  # fmt: skip
    return Fault(*reckoned(parts, order.mode), "GAP_QUANTITY")


def left_out(order: Order, chance: random.Random) -> Fault | None:
    """A tip or a fee that neither figure counts."""
    places = [i for i, row in enumerate(order.rows) if row.kind in ("tip", "fee")]
    if not places:
        return None
    place = chance.choice(places)
    rest = [part for part in parts_of(order) if part.row != place]
    return Fault(*reckoned(rest, order.mode), "GAP_LINE_NOT_COUNTED")


def line_missing(order: Order, chance: random.Random) -> Fault | None:
    """A line of goods that the file has lost, at a rate that the order has."""
    parts = parts_of(order)
    ore = chance.randrange(500, 40000)
    rate = chance.choice([part.rate for part in parts if part.kind == GOODS])
    return Fault(*reckoned([*parts, Part(99, GOODS, 1, ore, rate, ore)], order.mode), "GAP_LINE_MISSING")


def total_rounded(order: Order, chance: random.Random) -> Fault | None:
    tax, total = reckoned(parts_of(order), order.mode)
    coin = chance.choice((50, 100))
    return Fault(tax, half_up(Fraction(total, coin)) * coin, "GAP_TOTAL_ROUNDED")


def minor_units(order: Order, _: random.Random) -> Fault | None:
    tax, total = reckoned(parts_of(order), order.mode)
    return Fault(100 * tax, 100 * total, "GAP_MINOR_UNITS")


# --- two at once ------------------------------------------------------------------------------------------------------


def untaxed_and_rounded(order: Order, _: random.Random) -> Fault | None:
    tax, total = reckoned(_at(parts_of(order), 0, "shipping"), order.mode)
    rounded = half_up(Fraction(total, 50)) * 50
    alone = freight_untaxed(order, _)
    if rounded == total or (tax, total) == reckoned(parts_of(order), order.mode) or alone is None:
        return None
    return Fault(tax, rounded, "GAP_FREIGHT_UNTAXED", second="GAP_TOTAL_ROUNDED")


def origin_and_gift_card(order: Order, chance: random.Random) -> Fault | None:
    alone = rate_of_origin(order, chance)
    if alone is None or not order.gift_card or alone[:2] == reckoned(parts_of(order), order.mode):
        return None  # Swedish standard rate is the seller's
    return Fault(alone.vat, alone.total - order.gift_card, "GAP_GIFT_CARD", second="GAP_RATE_OF_ORIGIN")


def mode_and_untaxed(order: Order, _: random.Random) -> Fault | None:
    other = "excl" if order.mode == "incl" else "incl"
    tax, total = reckoned(_at(parts_of(order), 0, "shipping"), other)
    if (tax, total) == reckoned(parts_of(order), other):
        return None
    return Fault(tax, total, "GAP_PRICE_MODE", second="GAP_FREIGHT_UNTAXED")


def undiscounted_and_stale(order: Order, _: random.Random) -> Fault | None:
    stale = STATES[order.state].stale
    parts = _less_discount(order, -1)
    due = next((part.rate for part in parts if part.rate in stale), 0)
    if not due or not any(row.order_discount for row in order.rows):
        return None
    changed = [replace(part, rate=stale[due][0][0]) if part.rate == due else part for part in parts]
    return Fault(*reckoned(changed, order.mode), "GAP_DISCOUNT_NOT_TAKEN", second="GAP_RATE_STALE")


def left_out_and_wrong_rate(order: Order, chance: random.Random) -> Fault | None:
    """A tip that the total leaves out, and a line at another rate."""
    tips = [i for i, row in enumerate(order.rows) if row.kind == "tip"]
    if not tips:
        return None
    fault = wrong_rate(order, chance)
    if fault is None:
        return None
    return Fault(fault.vat, fault.total - order.rows[tips[0]].amount, "GAP_LINE_NOT_COUNTED", second="GAP_RATE_WRONG")


KINDS: dict[str, Callable[[Order, random.Random], Fault | None]] = {
    "VAT rounded per line": rounded_per_line,
    "VAT rounded per unit": rounded_per_unit,
    "prices incl. read as excl., or the other way": price_mode,
    "VAT on gross, or in net": vat_the_other_way,
    "no VAT on shipping": freight_untaxed,
    "shipping's VAT not in the VAT figure": freight_vat_untold,
    "shipping at the standard rate": freight_at_standard,
    "another legal rate on a line": wrong_rate,
    "stale rate": stale_rate,
    "seller's rate instead of buyer's": rate_of_origin,
    "no VAT at all": no_vat,
    "no VAT at all, off the price": no_vat_cheaper,
    "discount not taken": discount_not_taken,
    "discount taken twice": discount_twice,
    "discount after VAT": discount_after_vat,
    "discount with VAT where prices are without, or the other way": discount_in_other_mode,
    "gift card off the total": gift_card,
    "gift card as a discount": gift_card_as_discount,
    "one more of a line": one_more,
    "tip or fee left out": left_out,
    "line missing in the file": line_missing,
    "total rounded to 0.50 or 1.00": total_rounded,
    "øre read as kroner": minor_units,
}
PAIRS: dict[str, Callable[[Order, random.Random], Fault | None]] = {
    "no VAT on shipping, and the total rounded to 0.50": untaxed_and_rounded,
    "seller's rate, and a gift card off the total": origin_and_gift_card,
    "price mode, and no VAT on shipping": mode_and_untaxed,
    "discount not taken, and a stale rate": undiscounted_and_stale,
    "tip left out, and another rate on a line": left_out_and_wrong_rate,
}


# --- what no explanation is meant for: nothing should be named --------------------------------------------------------


def vat_by_chance(order: Order, chance: random.Random) -> Fault | None:
    tax, total = reckoned(parts_of(order), order.mode)
    off = chance.randrange(1, tax + 1)
    return Fault(off, total + (off - tax if order.mode == "excl" else 0), "")


def total_by_chance(order: Order, chance: random.Random) -> Fault | None:
    tax, total = reckoned(parts_of(order), order.mode)
    return Fault(tax, chance.randrange(total // 2, 2 * total), "")


def both_by_chance(order: Order, chance: random.Random) -> Fault | None:
    tax, total = reckoned(parts_of(order), order.mode)
    return Fault(chance.randrange(tax // 2, 2 * tax), chance.randrange(total // 2, 2 * total), "")


NOISE: dict[str, Callable[[Order, random.Random], Fault | None]] = {
    "any VAT, the total to match": vat_by_chance,
    "any total": total_by_chance,
    "any VAT and any total": both_by_chance,
}
