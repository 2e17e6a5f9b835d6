"""Explanations by the rate: another rate, or none, on all lines, on some, or on the freight."""

from collections.abc import Iterator
from dataclasses import replace

from etl.solver.document import FREIGHT, GOODS, Document, Line, figures, with_lines
from etl.solver.variant import Variant, line_text, rate_text

_MOST_NAMED = 5  # lines that a sentence names


def rate_stated(document: Document) -> Iterator[Variant]:
    """The rates that the file itself states for its lines, where they are not those that are due.

    Freight without a stated rate stays at what is due, or goes with the goods that it follows.
    """
    off = [line for line in document.lines if line.shop_bp is not None and line.shop_bp != line.rate_bp]
    if not off:
        return
    told = {line.rate_bp: line.shop_bp for line in document.lines if line.shop_bp is not None}
    words = (
        ", ".join(line_text(line) for line in off),
        _rates_text(line.shop_bp or 0 for line in off),
        _rates_text(line.rate_bp for line in off),
    )
    yield Variant("GAP_RATE_STATED", with_lines(document, lambda line: _at(line, line.shop_bp)), *words)
    following = with_lines(
        document, lambda line: _at(line, told.get(line.rate_bp) if line.shop_bp is None else line.shop_bp)
    )
    yield Variant("GAP_RATE_STATED", following, *words)


def _at(line: Line, rate: int | None) -> Line:
    return line if rate is None else replace(line, rate_bp=rate)


def wrong_rate(document: Document) -> Iterator[Variant]:
    """Another legal rate of the state on all that has the rate due, or on its goods alone.

    Where the file states a line's rate there is nothing to guess: `rate_stated` has it.
    """
    for of_rate in _guessed(document).values():
        goods = [i for i in of_rate if document.lines[i].kind == GOODS]
        yield from _at_other_rates(document, of_rate)
        if goods and goods != of_rate:
            yield from _at_other_rates(document, goods)


def wrong_rate_of_a_line(document: Document) -> Iterator[Variant]:
    """Another legal rate of the state on one line of goods among several of its rate."""
    for of_rate in _guessed(document).values():
        goods = [i for i in of_rate if document.lines[i].kind == GOODS]
        for place in goods if len(goods) > 1 else []:
            yield from _at_other_rates(document, [place])


def _guessed(document: Document) -> dict[int, list[int]]:
    """The places of the taxed lines whose rate the file does not state, by the rate due."""
    found: dict[int, list[int]] = {}
    for place, line in enumerate(document.lines):
        if line.rate_bp and line.shop_bp is None:
            found.setdefault(line.rate_bp, []).append(place)
    return found


def _at_other_rates(document: Document, places: list[int]) -> Iterator[Variant]:
    first = document.lines[places[0]]
    numbers = ", ".join(dict.fromkeys(line_text(document.lines[i]) for i in places[:_MOST_NAMED]))
    more = f", ... ({len(places)})" if len(places) > _MOST_NAMED else ""
    for rate in first.rates.legal:
        if rate not in (first.rate_bp, 0):
            changed = _set_rate(document, frozenset(places), rate)
            yield Variant("GAP_RATE_WRONG", changed, numbers + more, rate_text(rate), _due(first.state, first.rate_bp))


def stale_rate(document: Document) -> Iterator[Variant]:
    """The rate that was in force before the last change, on all that has the rate."""
    due = {(line.state, line.rate_bp): line for line in document.lines if line.rate_bp}
    for (state, rate), line in due.items():
        for old, until in line.rates.stale.get(rate, ()):
            places = _having(document, state, rate)
            changed = _set_rate(document, places, old)
            yield Variant("GAP_RATE_STALE", changed, until, rate_text(old), _due(state, rate))


def home_rate(document: Document) -> Iterator[Variant]:
    """The standard rate of the seller's own state where the buyer's is due, or none at all."""
    yield from _rate_of(document, document.home, "GAP_RATE_OF_ORIGIN")


def buyer_rate(document: Document) -> Iterator[Variant]:
    """The standard rate of the buyer's state where the seller's is due, or none at all."""
    yield from _rate_of(document, document.abroad, "GAP_RATE_OF_DESTINATION")


def _rate_of(document: Document, state: tuple[str, int] | None, code: str) -> Iterator[Variant]:
    if state is None:
        return
    name, rate = state
    taxable = {"item", *FREIGHT}
    places = frozenset(
        i for i, line in enumerate(document.lines) if line.kind in taxable and (line.state != name or not line.rate_bp)
    )
    if any(document.lines[i].rate_bp != rate for i in places):
        due = _rates_text(document.lines[i].rate_bp for i in places)
        yield Variant(code, _set_rate(document, places, rate), name, rate_text(rate), due)


def no_vat(document: Document) -> Iterator[Variant]:
    """No VAT at all; where prices include it, the shop may have taken it off the price."""
    if not any(line.rate_bp for line in document.lines):
        return
    due = _rates_text(line.rate_bp for line in document.lines if line.rate_bp)
    untaxed = with_lines(document, lambda line: replace(line, rate_bp=0))
    yield Variant("GAP_NO_VAT", untaxed, "order_vat", "0", due)
    if document.mode == "incl":
        cheaper = replace(untaxed, less_ore=untaxed.less_ore + figures(document).vat_ore)
        yield Variant("GAP_NO_VAT_CHEAPER", cheaper, "order_vat", "0", due)


def freight_without_vat(document: Document) -> Iterator[Variant]:
    """No VAT on the shipping, or on the fees."""
    for kind in sorted(FREIGHT):
        taxed = [line for line in document.lines if line.kind == kind and line.rate_bp]
        if taxed:
            changed = _set_rate(document, _of_kind(document, kind), 0)
            yield Variant("GAP_FREIGHT_UNTAXED", changed, kind, "0", _rates_text(line.rate_bp for line in taxed))


def freight_vat_untold(document: Document) -> Iterator[Variant]:
    """The shipping's VAT is charged, but the order's VAT figure leaves it out (prices excl. VAT; else it is as 0 %)."""
    if document.mode == "excl":
        for kind in sorted(FREIGHT):
            if any(line.kind == kind and line.rate_bp for line in document.lines):
                untold = _of_kind(document, kind)
                lines = (replace(line, is_vat_told=i not in untold) for i, line in enumerate(document.lines))
                changed = replace(document, lines=tuple(lines))
                yield Variant("GAP_FREIGHT_VAT_UNTOLD", changed, kind)


def freight_at_one_rate(document: Document) -> Iterator[Variant]:
    """Shipping and fees at the standard rate, or at the rate of most of the goods, instead of following the goods."""
    freight = [line for line in document.lines if line.kind in FREIGHT and line.rate_bp]
    if not freight:
        return
    places = frozenset(i for i, line in enumerate(document.lines) if line in freight)
    due = _rates_text(line.rate_bp for line in freight)
    for rate in dict.fromkeys([max(freight[0].rates.legal, default=0), _main_rate(document)]):
        if rate and any(line.rate_bp != rate for line in freight):
            yield Variant("GAP_FREIGHT_RATE", _set_rate(document, places, rate), "shipping", rate_text(rate), due)


def _main_rate(document: Document) -> int:
    sums: dict[int, int] = {}
    for line in document.lines:
        if line.kind == GOODS:
            sums[line.rate_bp] = sums.get(line.rate_bp, 0) + line.amount_ore
    return max(sums, key=lambda rate: sums[rate], default=0)


def _of_kind(document: Document, kind: str) -> frozenset[int]:
    return frozenset(i for i, line in enumerate(document.lines) if line.kind == kind)


def _having(document: Document, state: str, rate: int) -> frozenset[int]:
    return frozenset(i for i, line in enumerate(document.lines) if (line.state, line.rate_bp) == (state, rate))


def _set_rate(document: Document, places: frozenset[int], rate: int) -> Document:
    lines = (replace(line, rate_bp=rate) if i in places else line for i, line in enumerate(document.lines))
    return replace(document, lines=tuple(lines))


def _due(state: str, rate: int) -> str:
    return f"{state} {rate_text(rate)}".strip()


def _rates_text(rates: Iterator[int]) -> str:
    return " / ".join(rate_text(rate) for rate in sorted(set(rates), reverse=True))
