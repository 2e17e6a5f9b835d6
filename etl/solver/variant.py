"""What an explanation gives: the document as the shop would have had it, and the words for a person."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import NamedTuple

from etl.solver.document import Document, Line


class Variant(NamedTuple):
    """One way the shop may have worked.

    `code`: its sentence in the catalogue, which `field`, `value` and `expected` are filled into.
    """

    code: str
    document: Document
    field: str = ""
    value: str = ""
    expected: str = ""


Explanation = Callable[[Document], Iterator[Variant]]


def rate_text(rate_bp: int) -> str:
    """A rate as people write it: 2500 is 25, 2550 is 25.5."""
    return f"{Decimal(rate_bp).scaleb(-2).normalize():f}"


def amount_text(ore: int) -> str:
    """An amount as people write it."""
    return str(Decimal(ore).scaleb(-2))


def line_text(line: Line) -> str:
    """A line by its number and name, such as `2 (BOOK-1)`."""
    return f"{line.line_no} ({line.name})" if line.name else str(line.line_no)
