"""Lint: the settings against what the ERP's export shows, and against what was sent already."""

from collections.abc import Iterator

from etl.company import Company
from etl.lint.problem import Path, Problem, nearest
from etl.lint.shops import ROOM
from etl.lint.snapshot import Snapshot

# Longer accounts are no numbers of a range.
MAX_DIGITS = 18
# A category that decides who accounts for the VAT, not its rate, so that it is in no rate row.
REVERSE_CHARGE_CATEGORY = "electronics_rc"


def check(company: Company, snapshot: Snapshot) -> Iterator[Problem]:
    """What the ERP does not have, what is in use there, and what may not change any more."""
    known_shops = {shop.id for shop in company.shops}
    for shop in snapshot.sent_shops:
        if shop not in known_shops:
            yield Problem("LINT_SHOP_CHANGED", ("shops",), {"value": shop})
    if snapshot.accounts:
        yield from _not_in_erp(_ledger_accounts(company), snapshot.accounts, "uniconta_accounts")
    if snapshot.items and not company.items.create:
        yield from _not_in_erp(_special_items(company), snapshot.items, "uniconta_items")
    if snapshot.vat_codes:
        codes = frozenset(code.code for code in snapshot.vat_codes if not code.is_blocked)
        yield from _not_in_erp(_vat_codes(company), codes, "uniconta_vat_codes")
    yield from _numbers_in_use(company, snapshot)
    if snapshot.vat_categories:
        for word, category in company.vat.categories.items():
            if category not in snapshot.vat_categories | {REVERSE_CHARGE_CATEGORY}:
                facts: dict[str, object] = {"value": category, "expected": nearest(category, snapshot.vat_categories)}
                yield Problem("LINT_VAT_CATEGORY_UNKNOWN", ("vat", "categories", word), facts)


def _not_in_erp(used: Iterator[tuple[Path, str | None]], known: frozenset[str], export: str) -> Iterator[Problem]:
    for path, value in used:
        if value and value not in known:
            yield Problem("LINT_NOT_IN_ERP", path, {"value": value, "expected": export})


def _ledger_accounts(company: Company) -> Iterator[tuple[Path, str | None]]:
    for name, account in company.accounts.model_dump().items():
        yield ("accounts", name), account
    for name, acquirer in company.acquirers.items():
        for key in ("receivable", "fees", "bank"):
            yield ("acquirers", name, key), getattr(acquirer, key)


def _special_items(company: Company) -> Iterator[tuple[Path, str | None]]:
    for key in ("default", "shipping", "discount", "fee", "gift_card", "tip", "refund", "rounding"):
        yield ("items", key), getattr(company.items, key)
    methods = [*company.payment_methods.values(), *(m for s in company.shops for m in s.payment_methods.values())]
    if any(method.is_cash for method in methods):
        yield ("items", "cash_rounding"), company.items.cash_rounding


def _vat_codes(company: Company) -> Iterator[tuple[Path, str | None]]:
    for key, code in company.vat.codes.items():
        yield ("vat", "codes", key), code
    for name, acquirer in company.acquirers.items():
        yield ("acquirers", name, "fee_vat_code"), acquirer.fee_vat_code


def _numbers_in_use(company: Company, snapshot: Snapshot) -> Iterator[Problem]:
    first = company.numbers.debtor
    others = {debtor.account for debtor in snapshot.debtors} - snapshot.own_debtors
    foreign = [a for a in others if a.isascii() and a.isdigit() and len(a) <= MAX_DIGITS]
    taken = [a for a in foreign if first <= int(a) < first + ROOM]
    if taken:
        facts: dict[str, object] = {"value": first, "expected": min(taken, key=int)}
        yield Problem("LINT_NUMBERS_IN_USE", ("numbers", "debtor"), facts)
