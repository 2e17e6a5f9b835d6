"""Lint: how the shops round VAT, and how much of the turnover has become rounding (vat.md §4.2 (3) and (9))."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from etl import clock
from etl.company import Company
from etl.lint.problem import Path, Problem

if TYPE_CHECKING:
    from etl.store import Store

# So many documents make a proposal, and so many make a share worth telling.
MOST_LIKELY, SOME = 20, 10
DAYS = 30
# Rounding above this many percent of the turnover, or in more than one document of so many, is no coincidence.
MOST_PERCENT = Decimal("0.1")
ONE_OF = 5

_METHODS = (
    "select shop, documents, fits_best, chosen,"
    " case chosen when 'line' then matches_l when 'unit' then matches_u when 'carried' then matches_m"
    " else matches_c end,"
    " greatest(matches_c, matches_l, matches_u, matches_m) from review.vat_methods order by shop, source"
)
_ROUNDING = (
    "select source, sum(documents), sum(rounded_documents), sum(rounding_amount), sum(turnover) from review.rounding"
    " where day > $1 group by source order by source"
)


def check(company: Company, store: "Store | None") -> Iterator[Problem]:
    """What the documents so far say of the settings by which totals are worked out; nothing without a database."""
    if store is None:
        return
    views = {name for (name,) in store.rows("select view_name from duckdb_views() where schema_name = 'review'")}
    if "vat_methods" in views:
        yield from _methods(company, store)
    if "rounding" in views:
        yield from _rounding(store, clock.as_of(company.company.timezone))


def _methods(company: Company, store: "Store") -> Iterator[Problem]:
    """Another way of rounding explains every order of a shop, and the one in use does not."""
    places: dict[str, Path] = {shop.id: ("shops", index, "vat_method") for index, shop in enumerate(company.shops)}
    for shop, documents, best, chosen, by_chosen, by_best in store.rows(_METHODS):
        if documents >= MOST_LIKELY and by_best == documents and by_chosen < documents:
            facts: dict[str, object] = {"value": f"{shop}: {chosen} ({by_chosen}/{documents})", "expected": best}
            yield Problem("LINT_VAT_METHOD", places.get(shop, ("shops",)), facts)


def _rounding(store: "Store", today: date) -> Iterator[Problem]:
    """The last thirty days had more rounding than rounding makes."""
    for source, documents, rounded, amount, turnover in store.rows(_ROUNDING, [today - timedelta(days=DAYS)]):
        if documents < SOME:
            continue
        if ONE_OF * rounded > documents or 100 * amount > MOST_PERCENT * turnover:
            told = f"{source}: {rounded}/{documents}, {amount}"
            yield Problem("LINT_ROUNDING_MUCH", ("documents", "tolerance"), {"value": told, "expected": turnover})
