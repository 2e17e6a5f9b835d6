"""Lint: VAT registration and VAT codes, and the row of the ERP's table GLVat to create for one that is missing."""

from collections.abc import Iterator

from etl.company import Company, VatCodeKey
from etl.lint.problem import Problem, missing


def check(company: Company) -> Iterator[Problem]:
    """What is missing or contradicts in [vat] and the company's own VAT number."""
    if company.vat.registered is None:
        yield missing(("vat", "registered"), "vat")
    if company.vat.registered is False and company.vat.oss != "none":
        yield Problem("LINT_OSS_WITHOUT_VAT", ("vat", "oss"), {"value": company.vat.oss})
    if company.vat.registered and company.company.vat_number is None:
        yield missing(("company", "vat_number"), "vat.registered")
    yield from _own_number(company)
    yield from _codes(company)
    yield from _shared(company)


def _own_number(company: Company) -> Iterator[Problem]:
    number, country = company.company.vat_number, company.company.country
    if number is None:
        return
    from stdnum.eu import vat  # only a check of numbers needs it

    prefix = {"GR": "EL"}.get(country, country)
    if not vat.is_valid(number) or not number.startswith(prefix):
        yield Problem("LINT_VAT_NUMBER", ("company", "vat_number"), {"value": number, "expected": country})


def _codes(company: Company) -> Iterator[Problem]:
    """The treatments that a company like this is likely to meet and has no code for."""
    have = {VatCodeKey.parse(key) for key in company.vat.codes}
    country = company.vat.ship_from or company.company.country
    likely = [VatCodeKey("NO_VAT")]
    if company.vat.registered:
        likely += [VatCodeKey("DOMESTIC", country), VatCodeKey("EXPORT"), VatCodeKey("ICS_GOODS")]
    if company.vat.registered is False:
        likely.append(VatCodeKey("NOT_VAT_REGISTERED"))
    for wanted in likely:
        if not any(h.treatment == wanted.treatment and h.country in {None, wanted.country} for h in have):
            yield code_missing(wanted)
    scheme = {"union": "OSS_UNION", "nonunion": "OSS_NONUNION", "ioss": "IOSS"}.get(company.vat.oss)
    if scheme and not any(h.treatment == scheme for h in have):
        yield code_missing(VatCodeKey(scheme))


def code_missing(wanted: VatCodeKey) -> Problem:
    """A VAT code that [vat.codes] lacks, with the GLVat row to create, by the ERP's own field names."""
    parts = (wanted.treatment, wanted.country, f"{wanted.rate.normalize():f}" if wanted.rate is not None else None)
    key = ":".join(part for part in parts if part)
    rate = "0" if wanted.treatment in {"NO_VAT", "EXPORT", "ICS_GOODS", "NOT_VAT_REGISTERED"} else parts[2] or "?"
    fields = {
        "Vat": "?",
        "Name": key,
        "VatType": "Sales",
        "Rate": rate,
        "VatCountry": wanted.country or "",
        "Account": "?",
    }
    row = "; ".join(f"{field}={value}" for field, value in fields.items() if value)
    return Problem("LINT_VAT_CODE_MISSING", ("vat", "codes"), {"value": key, "expected": row})


def _shared(company: Company) -> Iterator[Problem]:
    """An OSS code that is some other treatment's code as well."""
    others = {code: key for key, code in company.vat.codes.items() if not is_oss(key)}
    for key, code in company.vat.codes.items():
        if is_oss(key) and code in others:
            yield Problem("LINT_VAT_CODE_SHARED", ("vat", "codes", key), {"value": code, "expected": others[code]})


def is_oss(key: str) -> bool:
    """Does a key of [vat.codes] belong to a One Stop Shop return?"""
    return VatCodeKey.parse(key).treatment in {"OSS_UNION", "OSS_NONUNION", "IOSS"}
