"""The search: each explanation alone, then a line that is missing, then pairs; what closes both gaps to 0.00 is named.

The simple ones come first, and pairs are tried only where nothing simple closes. Of a pair the second is applied to
what the first gave, in the order of `EXPLANATIONS`: amounts, price mode, rates, rounding. Two explanations that each
concern one line are never paired: with enough lines some two of them always come near. An order of many lines is not
asked line by line, which would take too long. Nothing here is random and nothing depends on time, so the same document
has the same answer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from etl.solver import amounts, pricing, rates
from etl.solver.document import Document, Gap, gap
from etl.solver.variant import Explanation, Variant

EXPLANATIONS: tuple[Explanation, ...] = (
    amounts.discount_not_taken,
    amounts.discount_twice,
    amounts.discount_in_other_mode,
    amounts.discount_on_freight,
    amounts.gift_card_deducted,
    amounts.quantity_off,
    amounts.goods_not_counted,
    amounts.charge_not_counted,
    amounts.discount_after_vat,
    pricing.prices_other_way,
    rates.rate_stated,
    rates.home_rate,
    rates.buyer_rate,
    rates.stale_rate,
    rates.wrong_rate,
    rates.wrong_rate_of_a_line,
    rates.no_vat,
    rates.freight_at_one_rate,
    rates.freight_without_vat,
    rates.freight_vat_untold,
    pricing.vat_crossed,
    pricing.rounded_otherwise,
    pricing.total_rounded,
    pricing.minor_units,
)
# Those that concern one line each: there are as many of them as lines.
OF_A_LINE = frozenset({amounts.quantity_off, amounts.goods_not_counted, rates.wrong_rate_of_a_line})
# Lines up to which they are tried alone, and in pairs.
MOST_LINES_ALONE, MOST_LINES_IN_PAIRS = 60, 8


class Way(NamedTuple):
    """One explanation, or two that only close together, and the gap they close."""

    variants: tuple[Variant, ...]
    gap: Gap


class Solution(NamedTuple):
    """What was found. `gap`: what was to be explained. `is_all_tried`: it was short enough for every pair."""

    ways: tuple[Way, ...]
    gap: Gap
    is_all_tried: bool = True


def solve(documents: Sequence[Document]) -> Solution:
    """The explanations of one order, which is given once for each price mode that its file leaves possible.

    The documents state the same figures. Where one of them ties already there is nothing to explain.
    """
    start = min((gap(document) for document in documents), key=lambda open_gap: not open_gap.is_closed)
    if start.is_closed:
        return Solution((), start)
    known = [f for f in EXPLANATIONS if len(documents) == 1 or f is not pricing.prices_other_way]
    lines = len(documents[0].lines)
    alone, paired = _for(known, lines, MOST_LINES_ALONE), _for(known, lines, MOST_LINES_IN_PAIRS)
    for ways in (_singles(documents, alone), _singles(documents, [amounts.line_missing]), _pairs(documents, paired)):
        found = _closing(ways)
        if found:
            return Solution(found, start)
    return Solution((), start, len(paired) == len(known))


def _for(families: Sequence[Explanation], lines: int, most: int) -> list[Explanation]:
    """The explanations that an order of so many lines is asked."""
    return [family for family in families if lines <= most or family not in OF_A_LINE]


def _closing(ways: Iterator[Way]) -> tuple[Way, ...]:
    """The ways that close both gaps, each told once."""
    told: dict[tuple[tuple[str, ...], ...], Way] = {}
    for way in ways:
        if gap(way.variants[-1].document).is_closed:
            words = tuple((v.code, v.field, v.value, v.expected) for v in way.variants)
            told.setdefault(words, way)
    return tuple(told.values())


def _singles(documents: Sequence[Document], families: Sequence[Explanation]) -> Iterator[Way]:
    for document in documents:
        open_gap = gap(document)
        for explanation in families:
            for variant in explanation(document):
                yield Way((variant,), open_gap)


def _pairs(documents: Sequence[Document], families: Sequence[Explanation]) -> Iterator[Way]:
    """Pairs of two families, in their order, but not of two that concern a line each."""
    for document in documents:
        open_gap = gap(document)
        for place, explanation in enumerate(families):
            rest = [f for f in families[place + 1 :] if not {f, explanation} <= OF_A_LINE]
            for first in explanation(document):
                yield from (Way((first, second), open_gap) for later in rest for second in later(first.document))


def in_both_modes(document: Document) -> tuple[Document, Document]:
    """The document as it is with prices incl. and with prices excl. VAT, for a file that leaves it open."""
    return replace(document, mode="incl"), replace(document, mode="excl")
