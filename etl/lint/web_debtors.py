"""Lint: debtors that would make sales fall out of the ERP's One Stop Shop report or of its sales list (uniconta.md §4).

The report takes invoice lines whose debtor is in an EU country other than the company's, and silently leaves out a
debtor whose country is wrong or the company's own. The sales list reads the VAT number from the debtor's card. So a
debtor that collects consumers is one per country, and every business buyer has a debtor of its own.
"""

import re
from collections.abc import Iterator

from etl.company import Company
from etl.company.model import DebtorRule, Debtors
from etl.lint.problem import Path, Problem
from etl.lint.snapshot import ErpDebtor, Snapshot
from etl.lint.treatments import ONE_STOP_SHOP, state_of
from etl.lint.vat_codes import home_state
from etl.vat.numbers import PREFIXES

KINDS = ("b2c", "b2b", "ean")
# Debtors named in one finding; the rest are counted.
SHOWN = 5


def check(company: Company, snapshot: Snapshot) -> Iterator[Problem]:
    """What is wrong with the collective debtors of the settings, and with the EU debtors of the ERP's export."""
    rules = dict(_rules(company))
    has_oss = company.vat.oss != "none" or any(need.treatment in ONE_STOP_SHOP for need in snapshot.vat_needs)
    for path, rule in rules.items():
        if rule.create or not rule.collective:
            continue  # a rule that creates never comes to its collective debtor
        facts: dict[str, object] = {"value": rule.collective}
        if "b2b" in path:
            yield Problem("LINT_COLLECTIVE_BUSINESS", (*path, "collective"), facts)
        elif has_oss and "{country}" not in rule.collective:
            yield Problem("LINT_COLLECTIVE_MIXED", (*path, "collective"), facts)
        yield from _wrong_country(company, snapshot, path, rule.collective)
    groups = {rule.group for path, rule in rules.items() if "b2c" not in path}
    business = groups - {rule.group for path, rule in rules.items() if "b2c" in path} - {None}
    yield from _off_the_list(company, snapshot, business)


def _rules(company: Company) -> Iterator[tuple[Path, DebtorRule]]:
    """Every debtor rule, the company's and what a shop sets in its place, by where it stands in company.toml."""
    for kind in KINDS:
        yield ("debtors", kind), getattr(company.debtors, kind)
    for index, shop in enumerate(company.shops):
        for kind in shop.debtors.model_fields_set if shop.debtors else ():
            yield ("shops", index, "debtors", kind), _merged(company.debtors, shop.debtors, kind)


def _merged(general: Debtors, own: Debtors | None, kind: str) -> DebtorRule:
    """The shop's rule of a kind: the company's, with the keys that the shop sets."""
    rule: DebtorRule = getattr(general, kind)
    set_by_shop: DebtorRule = getattr(own, kind)
    return rule.model_copy(update={name: getattr(set_by_shop, name) for name in set_by_shop.model_fields_set})


def _wrong_country(company: Company, snapshot: Snapshot, path: Path, collective: str) -> Iterator[Problem]:
    """Debtors of the ERP that are our collective debtor of one country and are registered in another, or in none."""
    before, _, after = collective.partition("{country}")
    if "{country}" not in collective:
        return
    account = re.compile(f"{re.escape(before)}([A-Z]{{2}}){re.escape(after)}")
    home = home_state(company)
    for debtor in snapshot.debtors:
        found = account.fullmatch(debtor.account)
        if found and (debtor.country or home) != (country := state_of(found[1])):
            facts: dict[str, object] = {"value": debtor.account, "found": debtor.country or "?", "expected": country}
            yield Problem("LINT_COLLECTIVE_COUNTRY", (*path, "collective"), facts)


def _off_the_list(company: Company, snapshot: Snapshot, groups: set[str | None]) -> Iterator[Problem]:
    """Business debtors in the EU that the sales list cannot name: no VAT number, or a number and no such country."""
    home = home_state(company)
    business = [debtor for debtor in snapshot.debtors if debtor.group in groups]
    lacking = {
        "LINT_DEBTOR_WITHOUT_NUMBER": [d.account for d in business if _lacks_number(d, home)],
        "LINT_DEBTOR_WITHOUT_COUNTRY": [d.account for d in business if _lacks_country(d, home)],
    }
    for code, accounts in lacking.items():
        if accounts:
            shown = ", ".join(sorted(accounts)[:SHOWN]) + (" …" if len(accounts) > SHOWN else "")
            yield Problem(code, ("debtors", "b2b"), {"value": len(accounts), "expected": shown})


def _lacks_number(debtor: ErpDebtor, home: str) -> bool:
    is_abroad = debtor.country in PREFIXES and debtor.country != home
    return is_abroad and not debtor.vat_number and not debtor.company_reg_no


def _lacks_country(debtor: ErpDebtor, home: str) -> bool:
    """Has it another state's VAT number, and a country that is not in the EU or none?"""
    state = state_of((debtor.vat_number or "").strip()[:2].upper())
    is_abroad = state in PREFIXES and state != home
    return is_abroad and (debtor.country in {None, home} or debtor.country not in PREFIXES)
