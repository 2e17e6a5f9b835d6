"""Lint: the codes of [vat.codes] against what the ERP's export says of them: operation, rate, country, VAT account."""

from collections.abc import Iterator

from etl.company import Company, VatCodeKey
from etl.lint import treatments
from etl.lint.problem import Problem
from etl.lint.snapshot import ErpVatCode, Snapshot
from etl.lint.vat_codes import home_state


def check(company: Company, snapshot: Snapshot) -> Iterator[Problem]:
    """What contradicts. Nothing is said of what the export leaves out, nor of a code that it does not have."""
    codes = {code.code: code for code in snapshot.vat_codes if not code.is_blocked}
    home = home_state(company)
    for name, code in company.vat.codes.items():
        if code in codes:
            for field, found, expected in _contradictions(VatCodeKey.parse(name), codes[code], home):
                facts: dict[str, object] = {"value": code, "field": field, "found": found, "expected": expected}
                yield Problem("LINT_VAT_CODE_WRONG", ("vat", "codes", name), facts)
    yield from _vat_accounts(company, codes, home)


def _contradictions(key: VatCodeKey, code: ErpVatCode, home: str) -> Iterator[tuple[str, str, str]]:
    """The fields of GLVat that are not as the treatment needs them: name, what is there, what is needed."""
    allowed = treatments.operations(key, home)
    if code.operation and allowed and code.operation not in allowed:
        yield "TypeSales", code.operation, " / ".join(sorted(allowed))
    rate = treatments.rate(key)
    if code.rate is not None and rate is not None and code.rate != rate:
        yield "Rate", treatments.rate_text(code.rate), treatments.rate_text(rate)
    elif code.rate == 0 and rate is None and key.treatment == "DOMESTIC":
        yield "Rate", "0", "> 0"
    country = home if treatments.is_at_home(key, home) else key.country
    has_country = key.treatment == "DOMESTIC" or key.treatment in treatments.ONE_STOP_SHOP
    if has_country and code.country and country and code.country != country:
        yield "VatCountry", code.country, country


def _vat_accounts(company: Company, codes: dict[str, ErpVatCode], home: str) -> Iterator[Problem]:
    """Codes of the One Stop Shop without a VAT account of their own (accounting.md §11).

    Danish are the codes that [vat.codes] uses at home, and those that the ERP calls so (operation S1).
    """
    used = {code: VatCodeKey.parse(key) for key, code in company.vat.codes.items()}
    domestic = {
        code.account: code.code
        for code in sorted(codes.values(), key=lambda code: code.code in used)
        if code.account and not _is_oss(used.get(code.code)) and _is_domestic(code, used.get(code.code), home)
    }
    has_accounts = any(code.account for code in codes.values())
    for name, code in company.vat.codes.items():
        erp = codes.get(code)
        if erp is None or not _is_oss(VatCodeKey.parse(name)):
            continue
        other = domestic.get(erp.account or "")
        if other and other != code:
            yield Problem("LINT_VAT_ACCOUNT_SHARED", ("vat", "codes", name), {"value": code, "expected": other})
        elif has_accounts and not erp.account:
            yield Problem("LINT_VAT_ACCOUNT_MISSING", ("vat", "codes", name), {"value": code})


def _is_oss(key: VatCodeKey | None) -> bool:
    return key is not None and key.treatment in treatments.ONE_STOP_SHOP


def _is_domestic(code: ErpVatCode, key: VatCodeKey | None, home: str) -> bool:
    return code.operation == "S1" or (key is not None and treatments.is_at_home(key, home))
