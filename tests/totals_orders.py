"""Orders of every kind, made up at random: the same ones for the same seed."""

import random
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from math import ceil

from totals_oracle import Line, Order, Shop

Price = Callable[[random.Random], Fraction]
KINDS = (
    Shop(), Shop(), Shop(), Shop(is_apart=True), Shop(tolerance=100), Shop(tolerance=0), Shop(method="line"),
    Shop(method="line", is_apart=True), Shop(method="unit"), Shop(method="unit", tolerance=100, is_apart=True),
    Shop(freight="main_rate"), Shop(freight="standard_rate"),
)  # fmt: skip
LARGEST = 10**12  # an amount beyond ten thousand million is no line any more

# What the generated shops sell at: one rate, or the rates of one state; ties fall at 4, 12 and 20 %.
RATES = ([2500], [2500], [2500], [1900, 700], [2550, 1400, 1350], [2500, 0], [0], [2000, 400], [1200], [480, 2300])


def generated(seed: str, count: int) -> list[Order]:
    """Orders of every kind; the same ones for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - no secret, and the same again for the same seed
    return [_order(chance) for _ in range(count)]


def _order(chance: random.Random) -> Order:
    rates = chance.choice(RATES)
    price = chance.choice([_small, _usual, _usual, _usual, _big, _fine])
    goods = [_item(chance, price, rates) for _ in range(chance.choice([1, 1, 2, 2, 3, 5, 8]))]
    if len(goods) > 1 and chance.random() < 0.1:  # a return among the goods
        goods[-1] = replace(goods[-1], quantity=-min(goods[-1].quantity, Fraction(1)), discount=0)
    rest = [_other(chance, kind, rates) for kind in chance.choice(OTHERS)]
    lines = [*goods, *rest]
    chance.shuffle(lines)
    positive = sum(line.amount for line in goods if line.amount > 0)
    if sum(line.amount for line in goods) * 4 < positive or (not positive and len(rates) > 1):
        return _order(chance)  # a return of nearly all; or nothing that freight could be split over
    share = chance.choice([0, 0, 0, 10, 25, 33, 50])
    order = Order(
        is_incl=chance.random() < 0.6,
        lines=tuple(lines),
        discount=min(sum(line.amount for line in goods) * share // 100, LARGEST),
        is_public=chance.random() < 0.05,
        shop=chance.choice(KINDS),
    )
    return _told(chance, _without_decimals(order) if chance.random() < 0.05 else order)


def _without_decimals(order: Order) -> Order:
    """The order in a currency that has none: whole prices, quantities and discounts."""
    lines = tuple(
        replace(
            line,
            price=Fraction(100 * ceil(line.price)),
            quantity=Fraction(ceil(line.quantity) or -1),
            discount=line.discount // 100 * 100,
        )
        for line in order.lines
    )
    return replace(order, lines=lines, discount=order.discount // 100 * 100, minor=100)


OTHERS: list[list[str]] = [
    [],
    [],
    ["shipping"],
    ["shipping"],
    ["shipping", "fee"],
    ["gift_card_sale"],
    ["tip", "shipping"],
]


def _small(chance: random.Random) -> Fraction:
    return Fraction(chance.randint(1, 60))


def _usual(chance: random.Random) -> Fraction:
    return Fraction(chance.randint(100, 200_000))


def _big(chance: random.Random) -> Fraction:
    return Fraction(chance.randint(10**9, 10**11))


def _fine(chance: random.Random) -> Fraction:
    return Fraction(chance.randint(100, 1_000_000), 100)


def _item(chance: random.Random, price: Price, rates: list[int]) -> Line:
    most = 9 if price is _big else 50
    quantity = chance.choice(
        [Fraction(1), Fraction(chance.randint(1, most)), Fraction(chance.randint(100, 9999), 1000)]
    )
    line = Line("item", chance.choice(rates), price(chance), quantity)
    return replace(line, discount=line.amount * chance.choice([0, 0, 0, 10, 20, 33, 100]) // 100)


def _other(chance: random.Random, kind: str, rates: list[int]) -> Line:
    rate = None if kind in {"gift_card_sale", "tip"} else max(rates)
    return Line(kind, rate, Fraction(chance.randint(1, 20_000)))


def _told(chance: random.Random, order: Order) -> Order:
    """The order with the shop's VAT and total: by one of the methods, and now and then wrong."""
    ways = [order.taxes, order.taxes, order.canonical, order.per_line, order.per_unit, order.carried]
    right = sum(chance.choice(ways).values())
    off = chance.choice([0] * 10 + [1, -1, 2, -3, 5, -6, 8, 12, -100, 2500])
    tax = None if chance.random() < 0.05 else right + off * order.minor
    of_total = chance.choice([0] * 12 + [1, -1, 4, -5, 6, -9, 250])
    total = sum(part.amount for part in order.sold) + (0 if order.is_incl else right if tax is None else tax)
    total += of_total * order.minor
    if chance.random() < 0.04:
        order, total = replace(order, is_cash=True), 50 * round(total / 50)
    order = replace(order, shop_vat=tax, shop_total=total)
    return _with_lines_told(chance, order) if chance.random() < 0.25 else order


def _with_lines_told(chance: random.Random, order: Order) -> Order:
    """The order with the VAT of each line, now and then one of another rate."""
    told = [
        sum(order.tax(p.amount, p.rate) for p in order.sold if p.line == place) for place in range(len(order.lines))
    ]
    if chance.random() < 0.3:
        place = chance.randrange(len(told))
        told[place] = order.tax(order.lines[place].amount, chance.choice([2400, 2600, 1900, 500]))
    return replace(order, line_vats=tuple(told), shop_vat=order.shop_vat if chance.random() < 0.5 else sum(told))


def at_wrong_rate(seed: str, count: int) -> list[Order]:
    """Orders whose shop took another rate, a point or more from the one due, on 5.00 net or more per rounded amount."""
    chance = random.Random(seed)  # noqa: S311 - no secret, and the same again for the same seed
    return [_at_wrong_rate(chance) for _ in range(count)]


def _at_wrong_rate(chance: random.Random) -> Order:
    rates = chance.choice([rates for rates in RATES if rates != [0]])
    due = chance.choice([rate for rate in rates if rate])
    wrong = chance.choice([due - 100, due + 100, due + 100, due - 150, 0, 2700, 2100, 1600])
    is_incl = chance.random() < 0.5
    lines = [
        Line("item", chance.choice([due, *rates]), Fraction(chance.randint(1, 50_000)))
        for _ in range(chance.randint(0, 7))
    ]
    order = Order(is_incl, (*lines, Line("item", due, Fraction(0))))
    if abs(wrong - due) < 100:
        return _at_wrong_rate(chance)
    net = 500 * len(lines) + 500
    gross = -(-net * (10000 + due) // 10000) if is_incl else net
    missing = max(gross - sum(line.amount for line in lines if line.rate == due), 0) + chance.choice([0, 0, 1, 7, 1234])
    order = replace(order, lines=(*lines, Line("item", due, Fraction(missing))))
    told = [replace(line, rate=wrong) if line.rate == due else line for line in order.lines]
    seen = replace(order, lines=tuple(told))
    tax = sum(chance.choice([seen.canonical, seen.per_line]).values())
    total = sum(line.amount for line in order.lines) + (0 if is_incl else tax)
    return replace(order, shop_vat=tax, shop_total=total, shop=chance.choice(KINDS))
