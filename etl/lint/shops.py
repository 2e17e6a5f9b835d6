"""Lint: shops, number ranges, periods, tolerances and what creates records."""

from collections.abc import Collection, Iterator
from decimal import Decimal
from itertools import combinations

from etl import clock
from etl.company import Company
from etl.lint.problem import Path, Problem, nearest

# Above this, a difference is hardly rounding: a hundred lines of a whole øre each.
PLENTY = Decimal("1.00")
# The least room between two number ranges.
ROOM = 10_000


def check(company: Company, contracts: Collection[str]) -> Iterator[Problem]:
    """What is wrong with the parts of company.toml that are neither accounts nor VAT."""
    yield from _shops(company, contracts)
    yield from _numbers(company)
    yield from _bounds(company)
    yield from _groups(company)


def _shops(company: Company, contracts: Collection[str]) -> Iterator[Problem]:
    if not company.shops:
        yield Problem("LINT_NO_SHOP", ("shops",), {})
    seen: set[tuple[str, str]] = set()
    for index, shop in enumerate(company.shops):
        if shop.source not in contracts:
            facts: dict[str, object] = {"value": shop.source, "expected": nearest(shop.source, contracts)}
            yield Problem("LINT_SOURCE_UNKNOWN", ("shops", index, "source"), facts)
        for name, value in (("id", shop.id), ("inbox", shop.inbox)):
            if (name, value) in seen:
                yield Problem("LINT_SHOP_TWICE", ("shops", index, name), {"value": value})
            seen.add((name, value))


def _numbers(company: Company) -> Iterator[Problem]:
    ranges: list[tuple[Path, int]] = [
        (("numbers", name), first) for name, first in company.numbers.model_dump().items()
    ]
    own = enumerate(company.shops)
    ranges += [(("shops", i, "numbers", "sales_order"), s.numbers.sales_order) for i, s in own if s.numbers]
    for (one, first), (other, second) in combinations(ranges, 2):
        if abs(first - second) < ROOM:
            yield Problem("LINT_NUMBERS_OVERLAP", other, {"value": second, "expected": f"{one[-1]} = {first}"})


def _bounds(company: Company) -> Iterator[Problem]:
    locked, today = company.periods.locked_until, clock.as_of(company.company.timezone)
    if locked and locked > today:
        yield Problem("LINT_LOCKED_FUTURE", ("periods", "locked_until"), {"value": locked, "expected": today})
    if (tolerance := company.matching.tolerance) > PLENTY:
        yield Problem("LINT_TOLERANCE_LARGE", ("matching", "tolerance"), {"value": tolerance, "expected": PLENTY})
    if company.documents.book and company.target.kind == "uniconta_files":
        yield Problem("LINT_BOOK_BY_FILE", ("documents", "book"), {})


def _groups(company: Company) -> Iterator[Problem]:
    paths: list[Path] = [("items", "group")] if company.items.create and company.items.group is None else []
    rules = {"b2c": company.debtors.b2c, "b2b": company.debtors.b2b, "ean": company.debtors.ean}
    paths += [("debtors", kind, "group") for kind, r in rules.items() if (r.create or r.collective) and r.group is None]
    for path in paths:
        yield Problem("LINT_CREATE_WITHOUT_GROUP", path, {})
