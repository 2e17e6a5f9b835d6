"""Explanations by the amounts: discounts, gift cards, quantities, and lines that only the file or the total knows."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal

from etl.solver.document import FREIGHT, GOODS, Document, Line, gap, vat_of, with_lines
from etl.solver.variant import Variant, amount_text, line_text, rate_text
from etl.vat import q, spread, vat_in_gross, vat_on_net

_DISCOUNTS: dict[str, Callable[[Line], int]] = {
    "order_discount": lambda line: line.order_discount_ore,
    "discount_amount": lambda line: line.line_discount_ore,
    "order_discount, discount_amount": lambda line: line.order_discount_ore + line.line_discount_ore,
}


def _discounts(document: Document) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The order's discount, the lines' own, and both where there are both: what each line bears of them."""
    seen: set[tuple[int, ...]] = set()
    for name, share in _DISCOUNTS.items():
        shares = tuple(share(line) for line in document.lines)
        if any(shares) and shares not in seen:
            seen.add(shares)
            yield name, shares


def _less(document: Document, shares: tuple[int, ...], times: int = 1) -> Document:
    """The document with its lines lowered by the shares, so many times."""
    pairs = zip(document.lines, shares, strict=True)
    lines = (replace(line, amount_ore=line.amount_ore - times * share) for line, share in pairs)
    return replace(document, lines=tuple(lines))


def discount_not_taken(document: Document) -> Iterator[Variant]:
    """The shop's figures are those before the discount."""
    for name, shares in _discounts(document):
        yield Variant("GAP_DISCOUNT_NOT_TAKEN", _less(document, shares, -1), name, amount_text(sum(shares)))


def discount_twice(document: Document) -> Iterator[Variant]:
    """The shop's figures have the discount once more than the lines that were read."""
    for name, shares in _discounts(document):
        yield Variant("GAP_DISCOUNT_TWICE", _less(document, shares), name, amount_text(sum(shares)))


def discount_after_vat(document: Document) -> Iterator[Variant]:
    """The VAT is that of the amounts before the discount: the discount was taken off what VAT had been added to."""
    for name, shares in _discounts(document):
        lines = tuple(
            replace(line, taxed_ore=line.amount_ore + share) for line, share in zip(document.lines, shares, strict=True)
        )
        changed = replace(document, lines=lines)
        yield Variant("GAP_DISCOUNT_AFTER_VAT", changed, name, amount_text(sum(shares)))


def discount_in_other_mode(document: Document) -> Iterator[Variant]:
    """The discount is stated without VAT while the prices include it, or the other way about."""
    for name, shares in _discounts(document):
        pairs = tuple(zip(document.lines, shares, strict=True))
        if document.mode == "incl":
            more = tuple(vat_on_net(share, line.rate_bp) for line, share in pairs)
        else:
            more = tuple(-vat_in_gross(share, line.rate_bp) for line, share in pairs)
        if any(more):
            yield Variant("GAP_DISCOUNT_OTHER_MODE", _less(document, more), name, amount_text(sum(shares)))


def discount_on_freight(document: Document) -> Iterator[Variant]:
    """The order's discount is spread over goods and freight, not over the goods alone."""
    total = sum(line.order_discount_ore for line in document.lines)
    before = [line.amount_ore + line.order_discount_ore for line in document.lines]
    bearing = [
        max(ore, 0) if line.kind in {GOODS, *FREIGHT} else 0 for line, ore in zip(document.lines, before, strict=True)
    ]
    if not total or not any(line.kind in FREIGHT for line in document.lines) or not sum(bearing):
        return
    shares = spread(total, bearing)
    more = tuple(
        share - line.order_discount_ore for line, share in zip(document.lines, shares, strict=True)
    )  # what each bears beyond its share of today
    yield Variant("GAP_DISCOUNT_ON_FREIGHT", _less(document, more), "order_discount", amount_text(total))


def gift_card_deducted(document: Document) -> Iterator[Variant]:
    """What was paid with a gift card is taken off the total, alone or with its VAT as if it were a discount."""
    card = document.gift_cards_ore
    if not card:
        return
    yield Variant(
        "GAP_GIFT_CARD", replace(document, less_ore=document.less_ore + card), "order_total", amount_text(card)
    )
    goods = [max(line.amount_ore, 0) if line.kind == GOODS else 0 for line in document.lines]
    if sum(goods):
        shares = tuple(spread(card, goods))
        yield Variant("GAP_GIFT_CARD_DISCOUNT", _less(document, shares), "order_discount", amount_text(card))


def quantity_off(document: Document) -> Iterator[Variant]:
    """The figures hold one more or one less of a line than the file says."""
    for place, line in enumerate(document.lines):
        if line.kind != GOODS or line.quantity < 1 or not line.amount_ore:
            continue
        unit = int(q(Decimal(line.amount_ore) / line.quantity, 0))
        steps = (1,) if line.quantity == 1 else (1, -1)
        for step in steps:  # one less of one is a line that does not count
            lines = list(document.lines)
            lines[place] = replace(line, amount_ore=line.amount_ore + step * unit, quantity=line.quantity + step)
            number, told = line_text(line), f"{(line.quantity + step).normalize():f}"
            changed = replace(document, lines=tuple(lines))
            yield Variant("GAP_QUANTITY", changed, number, f"{line.quantity.normalize():f}", told)


def goods_not_counted(document: Document) -> Iterator[Variant]:
    """A line of goods that neither the total nor the VAT counts: one that was struck out."""
    yield from _not_counted(document, is_goods=True)


def charge_not_counted(document: Document) -> Iterator[Variant]:
    """A tip, a fee or freight that neither the total nor the VAT counts."""
    yield from _not_counted(document, is_goods=False)


def _not_counted(document: Document, *, is_goods: bool) -> Iterator[Variant]:
    for line_no, of_line in _by_number(document).items():
        if (of_line[0].kind == GOODS) is is_goods and len(of_line) < len(document.lines):
            rest = tuple(line for line in document.lines if line.line_no != line_no)
            told = amount_text(sum(line.amount_ore for line in of_line))
            changed = replace(document, lines=rest)
            yield Variant("GAP_LINE_NOT_COUNTED", changed, line_text(of_line[0]), told, of_line[0].kind)


def _by_number(document: Document) -> dict[int, list[Line]]:
    numbered: dict[int, list[Line]] = {}
    for line in document.lines:
        numbered.setdefault(line.line_no, []).append(line)
    return numbered


def line_missing(document: Document) -> Iterator[Variant]:
    """The figures hold a line that the file lacks; its amount is the gap, and its rate one that the VAT bears out."""
    open_gap = gap(document)
    if open_gap.vat_ore is None:
        return
    amount = open_gap.total_ore - (open_gap.vat_ore if document.mode == "excl" else 0)
    first = next((line for line in document.lines if line.rate_bp), None)
    if amount <= 0 or first is None:
        return
    for rate in dict.fromkeys(line.rate_bp for line in document.lines if line.rate_bp):
        added = Line(0, GOODS, "", amount, rate, state=first.state)
        changed = replace(document, lines=(*document.lines, added))
        if vat_of(document, amount, rate):
            yield Variant("GAP_LINE_MISSING", changed, "lines", amount_text(amount), rate_text(rate))


def discount_cleared(document: Document, discount_ore: int) -> Document:
    """The document with another order discount than was read, spread over its goods."""
    before = with_lines(
        document,
        lambda line: replace(line, amount_ore=line.amount_ore + line.order_discount_ore, order_discount_ore=0),
    )
    goods = [max(line.amount_ore, 0) if line.kind == GOODS else 0 for line in before.lines]
    if not discount_ore or not sum(goods):
        return before
    shares = spread(discount_ore, goods)
    lines = (
        replace(line, amount_ore=line.amount_ore - share, order_discount_ore=share)
        for line, share in zip(before.lines, shares, strict=True)
    )
    return replace(before, lines=tuple(lines))
