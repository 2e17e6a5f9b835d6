"""Explanations by how the shop reckons: price mode, where it rounds, and in which unit it writes."""

from collections.abc import Iterator
from dataclasses import replace

from etl.solver.document import Document, Method, Mode, figures, with_lines
from etl.solver.variant import Variant, amount_text

COINS = (50, 100)  # the nearest half krone (cash), and whole units of the currency
MINOR = 100
_METHODS: dict[Method, str] = {
    "rate": "GAP_ROUNDED_PER_RATE",
    "line": "GAP_ROUNDED_PER_LINE",
    "unit": "GAP_ROUNDED_PER_UNIT",
}


def prices_other_way(document: Document) -> Iterator[Variant]:
    """Prices that were taken to include VAT are without it, or the other way about."""
    other: Mode = "excl" if document.mode == "incl" else "incl"
    yield Variant("GAP_PRICE_MODE", replace(document, mode=other), "prices_include_vat", document.mode, other)


def vat_crossed(document: Document) -> Iterator[Variant]:
    """VAT worked out on top of amounts that include it, or out of amounts that do not."""
    code = "GAP_VAT_ON_GROSS" if document.mode == "incl" else "GAP_VAT_IN_NET"
    yield Variant(code, replace(document, is_vat_crossed=True), "order_vat")


def rounded_otherwise(document: Document) -> Iterator[Variant]:
    """VAT rounded once for each rate, on each line, or on each unit and multiplied: the ways the shop is not set to.

    A shop that carries what rounding leaves from line to line comes to the same sum as once for each rate.
    """
    for method, code in _METHODS.items():
        if method != document.method and (method != "unit" or any(line.quantity > 1 for line in document.lines)):
            yield Variant(code, replace(document, method=method), "order_vat", document.method, method)


def total_rounded(document: Document) -> Iterator[Variant]:
    """The total rounded to the nearest half or whole unit of the currency, without a line that says so."""
    exact = figures(document).total_ore
    for coin in COINS:
        changed = replace(document, coin_ore=coin)
        if figures(changed).total_ore != exact:
            yield Variant("GAP_TOTAL_ROUNDED", changed, "order_total", amount_text(exact), amount_text(coin))


def minor_units(document: Document) -> Iterator[Variant]:
    """Øre read as kroner: in the shop's total, in its VAT, in both, or in the lines."""
    for name, vat_times, total_times in (
        ("order_total", 1, MINOR),
        ("order_vat", MINOR, 1),
        ("order_total, order_vat", MINOR, MINOR),
    ):
        changed = replace(document, vat_times=vat_times, total_times=total_times)
        yield Variant("GAP_MINOR_UNITS", changed, name)
    if all(line.amount_ore % MINOR == 0 for line in document.lines):
        smaller = with_lines(document, lambda line: replace(line, amount_ore=line.amount_ore // MINOR))
        yield Variant("GAP_MINOR_UNITS", smaller, "unit_price, line_amount")
