"""What company.toml lacks or contradicts, in words and with its line: `etl lint`.

The model (`etl.company`) refuses what cannot be read; here stands what can be read and is still not enough or not
sound. A finding never stops a run: what needs a missing answer is held by itself, with its own reason.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from etl import messages
from etl.company import Company, dotted, line_of
from etl.lint import accounts, erp, erp_codes, rates, shops, threshold, totals, vat, vat_codes, web_debtors
from etl.lint.problem import Problem
from etl.lint.snapshot import Snapshot
from etl.lint.vat_codes import WantedCode
from etl.vat.overrides import NONE, RateOverrides

if TYPE_CHECKING:
    from etl.store import Store

_RANK: dict[messages.Severity, int] = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class LintFinding:
    """One thing to put right: the setting, its line (the table's, where the key is not there), and the sentences.

    `line` is of `file`: company.toml, or the company's own vat_rates.csv.
    """

    code: str
    severity: messages.Severity
    key: str
    line: int
    message: str
    next_step: str
    file: str = "company.toml"


@dataclass(frozen=True, slots=True)
class Linted:
    """What `etl lint` says: findings, the worst first and then by line, and the VAT codes that are missing."""

    findings: list[LintFinding]
    vat_codes: list[WantedCode]


def lint(
    company: Company | None, store: "Store | None", contracts: Collection[str], own_rates: RateOverrides = NONE
) -> list[LintFinding]:
    """The findings alone, see `look`."""
    return look(company, store, contracts, own_rates).findings


def look(
    company: Company | None, store: "Store | None", contracts: Collection[str], own_rates: RateOverrides = NONE
) -> Linted:
    """Look through the settings. `contracts` are the names of the sources (a mapping by name will do).

    `store` brings what only the database knows: the ERP's snapshot, what was sent, what orders need; without it those
    are left out. `own_rates` is the company's vat_rates.csv.
    """
    if company is None:
        return Linted([_finding(None, Problem("CONFIG_MISSING", (), {"path": "."}))], [])
    snapshot = Snapshot.read(store, company)
    codes = vat_codes.wanted(company, snapshot)
    problems = [
        *_problems(company, snapshot, contracts, codes),
        *rates.check(own_rates),
        *totals.check(company, store),
        *threshold.check(store),
    ]
    findings = [_finding(company, problem) for problem in problems]
    return Linted(sorted(findings, key=lambda f: (_RANK[f.severity], f.line, f.code, f.message)), codes)


def _problems(
    company: Company, snapshot: Snapshot, contracts: Collection[str], codes: list[WantedCode]
) -> Iterator[Problem]:
    yield from shops.check(company, contracts)
    yield from vat.check(company, snapshot)
    yield from vat_codes.check(company, codes, snapshot)
    yield from accounts.check(company, has_snapshot=snapshot.is_complete)
    yield from erp.check(company, snapshot)
    yield from erp_codes.check(company, snapshot)
    yield from web_debtors.check(company, snapshot)


def _finding(company: Company | None, problem: Problem) -> LintFinding:
    key = dotted(problem.path)
    line = int(str(problem.facts.get("line") or (line_of(company.text, problem.path) if company else 1)))
    message = messages.render(
        problem.code, company.company.language if company else "da", **{"key": key, "line": line, **problem.facts}
    )
    severity = messages.catalogue()[problem.code].severity
    file = str(problem.facts.get("file", "company.toml"))
    return LintFinding(problem.code, severity, key, line, message.text, message.next_step, file)
