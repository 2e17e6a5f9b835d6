"""What company.toml lacks or contradicts, in words and with its line: `etl lint`.

The model (`etl.company`) refuses what cannot be read; here stands what can be read and is still not enough or not
sound. A finding never stops a run: what needs a missing answer is held by itself, with its own reason.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from etl import messages
from etl.company import Company, dotted, line_of
from etl.lint import accounts, erp, shops, vat
from etl.lint.problem import Problem

if TYPE_CHECKING:
    from etl.store import Store

_RANK: dict[messages.Severity, int] = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class LintFinding:
    """One thing to put right: the setting, its line (the table's, where the key is not there), and the sentences."""

    code: str
    severity: messages.Severity
    key: str
    line: int
    message: str
    next_step: str


def lint(company: Company | None, store: "Store | None", contracts: Collection[str]) -> list[LintFinding]:
    """Findings, the worst first and then by line. `contracts` are the names of the sources (a mapping by name will do).

    `store` brings what only the database knows: the ERP's snapshot, and what was sent; without it those are left out.
    """
    if company is None:
        return [_finding(None, Problem("CONFIG_MISSING", (), {"path": "."}))]
    findings = [_finding(company, problem) for problem in _problems(company, store, contracts)]
    return sorted(findings, key=lambda f: (_RANK[f.severity], f.line, f.code, f.message))


def _problems(company: Company, store: "Store | None", contracts: Collection[str]) -> Iterator[Problem]:
    snapshot = erp.Snapshot.read(store)
    yield from shops.check(company, contracts)
    yield from vat.check(company)
    yield from accounts.check(company, has_snapshot=snapshot.is_complete)
    yield from erp.check(company, snapshot)


def _finding(company: Company | None, problem: Problem) -> LintFinding:
    key = dotted(problem.path)
    line = line_of(company.text, problem.path) if company else 1
    message = messages.render(
        problem.code, company.company.language if company else "da", **{"key": key, "line": line, **problem.facts}
    )
    severity = messages.catalogue()[problem.code].severity
    return LintFinding(problem.code, severity, key, line, message.text, message.next_step)
