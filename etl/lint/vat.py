"""Lint: VAT registration, schemes and numbers, and keys of [vat.codes] that these settings can never use."""

from collections.abc import Iterator
from decimal import Decimal

from etl.company import Company, VatCodeKey
from etl.lint import treatments
from etl.lint.problem import Problem, missing
from etl.lint.snapshot import Snapshot
from etl.lint.vat_codes import home_state
from etl.vat.numbers import PREFIXES, Checked, status


def check(company: Company, snapshot: Snapshot) -> Iterator[Problem]:
    """What is missing or contradicts in [vat] and the company's own VAT numbers."""
    if company.vat.registered is None:
        yield missing(("vat", "registered"), "vat")
    if company.vat.registered and company.company.vat_number is None:
        yield missing(("company", "vat_number"), "vat.registered")
    yield from _schemes(company)
    yield from _numbers(company)
    yield from _shared(company)
    yield from _wide(company)
    yield from _unused(company, snapshot)


def _schemes(company: Company) -> Iterator[Problem]:
    """One Stop Shop schemes that a seller of this place cannot be in, and an origin without registration."""
    oss, home, origin = company.vat.oss, home_state(company), _origin(company)
    if company.vat.registered is False and oss != "none":
        yield Problem("LINT_OSS_WITHOUT_VAT", ("vat", "oss"), {"value": oss})
    if oss == "nonunion" and home in PREFIXES:
        yield Problem("LINT_OSS_SCHEME", ("vat", "oss"), {"value": oss, "expected": home})
    if oss == "union" and home not in PREFIXES and origin not in PREFIXES:
        yield Problem("LINT_OSS_SCHEME", ("vat", "oss"), {"value": oss, "expected": home})
    if oss == "ioss" and origin in PREFIXES:
        yield Problem("LINT_IOSS_FROM_EU", ("vat", "oss"), {"value": oss, "expected": origin})
    if origin != home and origin in PREFIXES and origin not in _registrations(company):
        yield Problem("LINT_REGISTRATION_MISSING", ("vat", "ship_from"), {"value": origin})


def _numbers(company: Company) -> Iterator[Problem]:
    """Own VAT numbers that are not such, and registrations that can never count."""
    number, home = company.company.vat_number, home_state(company)
    if number and home in PREFIXES and not _passes(status(number, None), home):
        facts: dict[str, object] = {"value": number, "expected": company.company.country}
        yield Problem("LINT_VAT_NUMBER", ("company", "vat_number"), facts)
    for country, own in company.vat.registrations.items():
        state = treatments.state_of(country)
        path = ("vat", "registrations", country)
        if state == home or state not in PREFIXES:
            yield Problem("LINT_REGISTRATION_UNUSED", path, {"value": country})
        elif not _passes(status(own, None), state):
            yield Problem("LINT_VAT_NUMBER", path, {"value": own, "expected": country})


def _passes(checked: Checked, state: str) -> bool:
    """Has the number the form, the check digits and the prefix of the state?"""
    return checked.vat_country == state and checked.is_check_digit_ok is True


def _shared(company: Company) -> Iterator[Problem]:
    """An OSS code that is some other treatment's code as well."""
    others = {code: key for key, code in company.vat.codes.items() if not _is_oss(key)}
    for key, code in company.vat.codes.items():
        if _is_oss(key) and code in others:
            yield Problem("LINT_VAT_CODE_SHARED", ("vat", "codes", key), {"value": code, "expected": others[code]})


def _wide(company: Company) -> Iterator[Problem]:
    """OSS codes for several countries or rates: the ERP works out the return from the code's own country and rate."""
    places: dict[str, set[VatCodeKey]] = {}
    for key, code in company.vat.codes.items():
        if _is_oss(key):
            places.setdefault(code, set()).add(VatCodeKey.parse(key))
    for name, code in company.vat.codes.items():
        if _is_oss(name) and (VatCodeKey.parse(name).rate is None or len(places[code]) > 1):
            yield Problem("LINT_VAT_CODE_WIDE", ("vat", "codes", name), {"value": code})


def _unused(company: Company, snapshot: Snapshot) -> Iterator[Problem]:
    """Keys that no order can come to with these settings, each with the setting or fact that shuts it out."""
    for name in company.vat.codes:
        if cause := _shut_out(VatCodeKey.parse(name), company, snapshot):
            yield Problem("LINT_VAT_CODE_UNUSED", ("vat", "codes", name), {"value": cause})


def _shut_out(key: VatCodeKey, company: Company, snapshot: Snapshot) -> str | None:
    """Why a key is never used; None where it may be."""
    vat, home = company.vat, home_state(company)
    scheme = next((word for word, treatment in treatments.SCHEMES.items() if treatment == key.treatment), None)
    with_rate = key.treatment == "DOMESTIC" or _is_oss(key.treatment)
    rates = {rate for country, rate in snapshot.vat_rates if country == key.country}
    chosen = [name for name in ("established_elsewhere", "destination_from_first_sale") if getattr(vat, name)]
    causes = (
        (vat.registered is False and key.treatment not in {"NOT_VAT_REGISTERED", "NO_VAT"}, "vat.registered = false"),
        (vat.registered is True and key.treatment == "NOT_VAT_REGISTERED", "vat.registered = true"),
        (scheme is not None and vat.oss != scheme, f"vat.oss = {vat.oss}"),
        (scheme is not None and key.country is not None and key.country not in PREFIXES, f"{key.country} ∉ EU"),
        (key.treatment == "ORIGIN_BELOW_THRESHOLD" and vat.oss == "union", "vat.oss = union"),
        (
            key.treatment == "ORIGIN_BELOW_THRESHOLD" and bool(chosen),
            "".join(f"vat.{name} = true" for name in chosen[:1]),
        ),
        (
            key.treatment == "DOMESTIC_REVERSE_CHARGE" and vat.sells_mainly_to_consumers,
            "vat.sells_mainly_to_consumers = true",
        ),
        (key.treatment == "DOMESTIC_REVERSE_CHARGE" and home != "DK", f"company.country = {company.company.country}"),
        (
            key.treatment == "DOMESTIC" and key.country not in {None, home, *_registrations(company)},
            f"vat.registrations: {key.country}?",
        ),
        (with_rate and bool(rates) and key.rate is not None and key.rate not in rates, _rates_text(key, rates)),
    )
    return next((cause for is_so, cause in causes if is_so), None)


def _rates_text(key: VatCodeKey, rates: set[Decimal]) -> str:
    return f"{key.country}: {', '.join(treatments.rate_text(rate) for rate in sorted(rates))}"


def _registrations(company: Company) -> set[str]:
    """The states of the registrations, as VAT writes them."""
    return {treatments.state_of(country) for country in company.vat.registrations}


def _origin(company: Company) -> str:
    """The state that the goods leave from, as VAT writes it."""
    return treatments.state_of(company.vat.ship_from or company.company.country)


def _is_oss(key: str) -> bool:
    """Does a key of [vat.codes] belong to a One Stop Shop return?"""
    return VatCodeKey.parse(key).treatment in treatments.ONE_STOP_SHOP
