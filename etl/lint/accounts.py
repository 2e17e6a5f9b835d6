"""Lint: accounts, payment methods and acquirers: who is paid how, once, and on which account (accounting.md §2, §6)."""

from collections.abc import Iterator

from etl.company import Company
from etl.company.model import Acquirer, PaymentMethod
from etl.lint.problem import Path, Problem, missing, nearest, needed_later


def check(company: Company, *, has_snapshot: bool) -> Iterator[Problem]:
    """What is missing or contradicts among accounts, payment methods and acquirers."""
    if company.erp.without_snapshot is None and not has_snapshot:
        yield missing(("erp", "without_snapshot"), "uniconta_debtors, uniconta_items")
    yield from _accounts(company)
    methods = _methods(company)
    if not methods:
        yield Problem("LINT_NO_PAYMENT_METHOD", ("payment_methods",), {})
    for path, method in methods.items():
        yield from _payment_method(company, path, method)
    yield from _terms(company)
    for name, acquirer in company.acquirers.items():
        yield from _acquirer(company, name, acquirer)


def _methods(company: Company) -> dict[Path, PaymentMethod]:
    """Every payment method, the company's and those of single shops, by its place in company.toml."""
    general: dict[Path, PaymentMethod] = {("payment_methods", n): m for n, m in company.payment_methods.items()}
    return general | {
        ("shops", index, "payment_methods", name): method
        for index, shop in enumerate(company.shops)
        for name, method in shop.payment_methods.items()
    }


def _accounts(company: Company) -> Iterator[Problem]:
    """Accounts that are needed now (by what is set up), and those that some lines will need one day."""
    a = company.accounts
    uses_gift_cards = bool(company.items.gift_card_skus) or any(m.is_gift_card for m in _methods(company).values())
    in_transit = [n for n, q in company.acquirers.items() if q.payout_to == "in_transit"]
    needed = {
        "error": (a.error, "acquirers" if company.acquirers else ""),
        "difference": (a.difference, "matching.tolerance" if company.acquirers and company.matching.tolerance else ""),
        "gift_cards": (a.gift_cards, "gift_card_skus, is_gift_card" if uses_gift_cards else ""),
        "cash_rounding": (a.cash_rounding, "is_cash" if any(m.is_cash for m in _methods(company).values()) else ""),
        "in_transit": (a.in_transit, f"acquirers.{in_transit[0]}.payout_to" if in_transit else ""),
    }
    for name, (account, needed_by) in needed.items():
        if account is None and needed_by:
            yield missing(("accounts", name), needed_by)
    later = {"disputes": (a.disputes, "chargeback"), "reserve": (a.reserve, "reserve_hold")}
    later |= {"exchange_difference": (a.exchange_difference, "exchange_rate")}
    for name, (account, cause) in later.items():
        if account is None and company.acquirers:
            yield needed_later(("accounts", name), cause)
    if a.gift_cards is None and not uses_gift_cards:
        yield needed_later(("accounts", "gift_cards"), "gift_card_sale")


def _payment_method(company: Company, path: Path, method: PaymentMethod) -> Iterator[Problem]:
    known = list(company.acquirers)
    if method.acquirer is not None and method.acquirer not in company.acquirers:
        facts: dict[str, object] = {"value": method.acquirer, "expected": nearest(method.acquirer, known)}
        yield Problem("LINT_ACQUIRER_UNKNOWN", (*path, "acquirer"), facts)
    if method.register_ == "none":
        return
    if method.acquirer is None and not (method.is_gift_card and method.register_ == "payment_term"):
        facts = {"value": method.register_, "expected": ", ".join(known)}
        yield Problem("LINT_ACQUIRER_EMPTY", (*path, "register"), facts)
    if method.register_ == "payment_term":
        expected = _offset(company, method) or f"acquirers.{method.acquirer or '…'}.receivable"
        code = "LINT_TERM_OFFSET" if method.payment_term else "LINT_TERM_EMPTY"
        yield Problem(code, (*path, "payment_term"), {"value": method.payment_term, "expected": expected})


def _terms(company: Company) -> Iterator[Problem]:
    """A payment term posts the payment by its one offset account: for one acquirer, and for no other mechanism."""
    methods = _methods(company)
    by_term = {
        m.payment_term: (path[-1], m)
        for path, m in reversed(methods.items())
        if m.register_ == "payment_term" and m.payment_term
    }
    for place, method in methods.items():
        if method.payment_term not in by_term:
            continue
        first_name, first = by_term[method.payment_term]
        path: Path = (*place, "payment_term")
        if method.register_ != "payment_term":
            facts: dict[str, object] = {"value": method.payment_term, "expected": first_name}
            yield Problem("LINT_TWO_MECHANISMS", path, facts)
        elif _offset(company, method) != _offset(company, first):
            facts = {"value": method.payment_term, "expected": f"{first_name}, {place[-1]}"}
            yield Problem("LINT_TERM_SHARED", path, facts)


def _offset(company: Company, method: PaymentMethod) -> str | None:
    """The account that a payment by this method lands on, and so the offset account of its payment term."""
    if method.is_gift_card:
        return company.accounts.gift_cards
    acquirer = company.acquirers.get(method.acquirer or "")
    return acquirer.receivable if acquirer else None


def _acquirer(company: Company, name: str, acquirer: Acquirer) -> Iterator[Problem]:
    path: Path = ("acquirers", name)
    needed = ["receivable", "fees", "fee_vat", "journal"]
    if acquirer.payout_to == "bank":
        needed.append("bank")
    if acquirer.fee_vat not in {None, "exempt"}:
        needed.append("fee_vat_code")
    for key in needed:
        if getattr(acquirer, key) is None:
            yield missing((*path, key), f"acquirers.{name}")
    if all(method.acquirer != name for method in _methods(company).values()):
        yield Problem("LINT_ACQUIRER_UNUSED", path, {"value": name})
