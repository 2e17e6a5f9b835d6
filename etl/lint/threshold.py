"""Lint: how near the EUR 10,000 are at which sales to consumers in other EU states carry those states' VAT."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from etl.lint.problem import Problem

if TYPE_CHECKING:
    from etl.store import Store

_IS_THERE = "select count(*) from duckdb_views() where schema_name = 'review' and view_name = 'oss_threshold'"


def check(store: "Store | None") -> Iterator[Problem]:
    """From 80 percent of the limit on, while no One Stop Shop is joined (`review.oss_threshold`)."""
    if store is None or not store.value(_IS_THERE):
        return
    for row in store.dicts("select * from review.oss_threshold where is_warning"):
        code = "THRESHOLD_PASSED" if row["status"] == "above" else "THRESHOLD_NEAR"
        facts = {"value": row["running_eur"], "expected": row["limit_eur"], "field": row["share"]}
        yield Problem(code, ("vat", "oss"), facts)
