"""Lint: the company's own VAT rates: each is told beside what it replaces, and when it was looked up too long ago."""

from collections.abc import Iterator

from etl import clock
from etl.lint.problem import Problem
from etl.vat.overrides import RateOverrides, described, replaced
from etl.vat.rates import FILE, percent


def check(own_rates: RateOverrides) -> Iterator[Problem]:
    """A problem per row of the company's vat_rates.csv, whose line and not company.toml's it names."""
    today = clock.now().date()
    for rate in own_rates.rates:
        place: dict[str, object] = {"file": FILE, "line": rate.line, "key": described(rate), "value": percent(rate)}
        yield Problem("LINT_VAT_RATE_OVERRIDDEN", (), place | {"expected": replaced(rate)})
        if rate.valid_to is None and rate.is_stale(today):
            yield Problem("LINT_VAT_RATE_STALE", (), place | {"expected": rate.checked_on})
