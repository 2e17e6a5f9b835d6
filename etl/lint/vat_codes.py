"""Lint: the VAT codes that orders need and [vat.codes] does not name, with the row of the ERP's table GLVat to create.

A code is proposed for each country, rate and operation; where the ERP's export has one that fits, that one is proposed.
Rows of GLVat hold the field names of Uniconta. `Account` is the accountant's: no account is ever guessed, and a row
without rate or country is told but not written to a file.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from etl.company import Company, VatCodeKey
from etl.lint import treatments
from etl.lint.problem import Problem
from etl.lint.snapshot import ErpVatCode, Snapshot, VatNeed

# Uniconta's limit for the key of GLVat.
CODE_LENGTH = 10
# How a proposed code begins, before country or rate; those of a rate in a state are in the style of U_DE19.
_STEMS = {"OSS_UNION": "U_", "OSS_NONUNION": "N_", "IOSS": "I_", "DOMESTIC": "L_", "ORIGIN_BELOW_THRESHOLD": "F_"}
_WORDS = {
    "DOMESTIC_ZERO": "UNUL", "DOMESTIC_REVERSE_CHARGE": "UOMVDK", "ICS_GOODS": "UEUVARER",
    "RC_SERVICE": "UEUYDELSER", "EXPORT": "UEKSPORT", "OUTSIDE_SCOPE_SERVICE": "UYDUDLAND",
    "IMPORT_BY_CUSTOMER": "UIMPORT", "MARGIN_SCHEME": "UBRUGT", "NOT_VAT_REGISTERED": "UIKKEREG", "NO_VAT": "UMOMS0",
}  # fmt: skip
# Lines of the One Stop Shop's file by how a sale is reported; with another state of dispatch they are not verified.
_MOSS_TYPES = {"union_goods": "001", "union_services": "002", "ioss": "020", "nonunion_services": "030"}


@dataclass(frozen=True, slots=True)
class WantedCode:
    """A VAT code that is missing: who needs it, what in the ERP fits already, and the row to create if nothing does.

    `key` is that of [vat.codes], `setting` the line to paste there. `orders` are those of the last 90 days;
    `amounts_waiting` are the held orders' totals incl. VAT by currency. `existing` are the ERP's codes that fit, and
    `row` the GLVat row by field name, all of it text; None where one fits.
    """

    key: str
    treatment: str
    vat_country: str | None
    vat_rate: Decimal | None
    orders: int
    orders_waiting: int
    amounts_waiting: dict[str, Decimal]
    existing: tuple[str, ...]
    vat_code: str
    setting: str
    row: dict[str, str] | None

    @property
    def can_be_created(self) -> bool:
        """Is enough known for a row that may be loaded into the ERP?"""
        return self.row is not None and bool(self.row["Rate"])


def wanted(company: Company, snapshot: Snapshot) -> list[WantedCode]:
    """The missing codes, those that most orders wait for first. A code that no order needs yet has 0 orders."""
    home = home_state(company)
    needs = [need for need in snapshot.vat_needs if code_for(company.vat.codes, need) is None]
    needs.sort(key=lambda n: (-n.orders_waiting, -n.orders, n.treatment, n.country or "", n.rate))
    met = {need.treatment for need in needs}
    likely = [key for key in _likely(company, home) if not (key.treatment in met and key.country in {None, home})]
    taken = {code.code.upper() for code in snapshot.vat_codes} | {code.upper() for code in company.vat.codes.values()}
    found = []
    for key, need in [(_key(need), need) for need in needs] + [(key, None) for key in likely]:
        one = _wanted(company, snapshot, key, need, taken)
        taken.add(one.vat_code.upper())
        found.append(one)
    return found


def check(company: Company, codes: list[WantedCode], snapshot: Snapshot) -> Iterator[Problem]:
    """Each missing code as a finding, and codes whose sales are reported in several places."""
    for code in codes:
        fields = code.row or {}
        facts: dict[str, object] = {
            "value": code.key,
            "setting": code.setting,
            "orders": code.orders,
            "waiting": code.orders_waiting,
            "amount": amounts_text(code.amounts_waiting),
            "expected": ", ".join(code.existing)
            or "; ".join(f"{n}={v or '?'}" for n, v in fields.items() if _told(n, v)),
        }
        if code.existing:
            yield Problem("LINT_VAT_CODE_FITS", ("vat", "codes"), facts)
        else:
            yield Problem("LINT_VAT_CODE_NEEDED" if code.orders else "LINT_VAT_CODE_MISSING", ("vat", "codes"), facts)
    yield from _reported_twice(company, snapshot)


def code_for(codes: Mapping[str, str], need: VatNeed) -> str | None:
    """The code of [vat.codes] for a need, by the rule of model 326: the longest key that fits; None where none does."""
    parsed = [(VatCodeKey.parse(key), code) for key, code in codes.items()]
    fitting = [
        (sum(part is not None for part in key), code)
        for key, code in parsed
        if key.treatment == need.treatment
        and (key.country is None or need.country is None or key.country == need.country)
        and key.rate in {None, need.rate}
    ]
    return max(fitting)[1] if fitting else None


def home_state(company: Company) -> str:
    """The seller's state as VAT writes it."""
    return treatments.state_of(company.company.country)


def amounts_text(amounts: Mapping[str, Decimal]) -> str:
    """Amounts by currency as people read them."""
    return ", ".join(f"{amount} {currency}".rstrip() for currency, amount in sorted(amounts.items())) or "0"


def _told(field: str, value: str) -> bool:
    return bool(value) or field in {"Vat", "Rate", "Account"}


def _key(need: VatNeed) -> VatCodeKey:
    is_zero = need.treatment in treatments.ZERO_RATED
    return VatCodeKey(need.treatment, None if is_zero else need.country, None if is_zero else need.rate)


def _likely(company: Company, home: str) -> Iterator[VatCodeKey]:
    """The treatments that a company like this is likely to meet and has no code for."""
    have = {VatCodeKey.parse(key) for key in company.vat.codes}
    likely = [VatCodeKey("NO_VAT")]
    if company.vat.registered:
        likely += [VatCodeKey("DOMESTIC", home), VatCodeKey("EXPORT"), VatCodeKey("ICS_GOODS")]
    if company.vat.registered is False:
        likely.append(VatCodeKey("NOT_VAT_REGISTERED"))
    likely += [VatCodeKey("DOMESTIC", treatments.state_of(state)) for state in company.vat.registrations]
    if scheme := treatments.SCHEMES.get(company.vat.oss):
        likely.append(VatCodeKey(scheme))
    for key in dict.fromkeys(likely):
        if not any(
            h.treatment == key.treatment and (key.country is None or h.country in {None, key.country}) for h in have
        ):
            yield key


def _wanted(company: Company, snapshot: Snapshot, key: VatCodeKey, need: VatNeed | None, taken: set[str]) -> WantedCode:
    home = home_state(company)
    at_home = [rate for country, rate in snapshot.standard_rates if country == (key.country or home)]
    if key.treatment == "DOMESTIC" and key.rate is None and len(at_home) == 1:
        key = key._replace(rate=at_home[0])
    existing = tuple(code.code for code in snapshot.vat_codes if _fits(code, key, company, home))
    code = existing[0] if existing else _new_code(key, home, taken)
    row = None if existing else _row(company, snapshot, key, need, code)
    return WantedCode(
        key=treatments.text(key),
        treatment=key.treatment,
        vat_country=key.country,
        vat_rate=None if (rate := treatments.rate(key)) is None else Decimal(treatments.rate_text(rate)),
        orders=need.orders if need else 0,
        orders_waiting=need.orders_waiting if need else 0,
        amounts_waiting=dict(need.waiting_amounts) if need else {},
        existing=existing,
        vat_code=code,
        setting=f'"{treatments.text(key)}" = "{code or "?"}"',
        row=row,
    )


def _fits(code: ErpVatCode, key: VatCodeKey, company: Company, home: str) -> bool:
    """Does the ERP's export say of the code everything that the treatment needs, and is it free to be used for it?"""
    rate = treatments.rate(key)
    if code.is_blocked or rate is None or code.rate != rate or code.operation not in treatments.operations(key, home):
        return False
    if code.operation != treatments.operation(key, home):
        return False
    users = {VatCodeKey.parse(k).treatment for k, used in company.vat.codes.items() if used == code.code}
    if key.treatment in treatments.ONE_STOP_SHOP or (key.country and not treatments.is_at_home(key, home)):
        return code.country == key.country and not users
    return code.country in {None, home} and users.isdisjoint(treatments.ONE_STOP_SHOP)


def _new_code(key: VatCodeKey, home: str, taken: set[str]) -> str:
    """A code that is nobody's yet, at most ten characters; "" where rate or country, its name, are unknown."""
    stem = _WORDS.get(key.treatment)
    if stem is None:
        if key.country is None or key.rate is None:
            return ""
        is_plain = key.treatment == "DOMESTIC" and treatments.is_at_home(key, home)
        stem = ("U" if is_plain else f"{_STEMS[key.treatment]}{key.country}") + _digits(key.rate)
    code, number = stem[:CODE_LENGTH], 1
    while code.upper() in taken:
        number += 1
        code = f"{stem[: CODE_LENGTH - 1 - len(str(number))]}_{number}"
    return code


def _digits(rate: Decimal) -> str:
    """19 -> 19, 7 -> 07, 25.5 -> 255, 4.9 -> 049."""
    whole, _, rest = treatments.rate_text(rate).partition(".")
    return f"{whole:0>2}{rest}"


def _row(company: Company, snapshot: Snapshot, key: VatCodeKey, need: VatNeed | None, code: str) -> dict[str, str]:
    """The row of GLVat. Method and type as the ERP's own domestic code has them; the account stays empty."""
    like = _own_code(company, snapshot)
    rate = treatments.rate(key)
    is_oss = key.treatment in treatments.ONE_STOP_SHOP
    dispatch = _dispatch(company, need) if is_oss else ""
    return {
        "Vat": code,
        "Name": treatments.text(key),
        "VatType": (like and like.vat_type) or ("Sales" if company.target.language == "en" else "Salg"),
        "TypeSales": treatments.operation(key, home_state(company)) or "",
        "Rate": "" if rate is None else treatments.rate_text(rate),
        "Account": "",
        "Method": (like and like.method) or "",
        "VatCountry": (key.country or "") if is_oss else "",
        "RateType": _rate_type(snapshot, key) if is_oss else "",
        "MOSSType": _moss_type(need) if is_oss and not dispatch else "",
        "BusinessCountry": "",
        "ShipmentCountry": dispatch,
        "Id": company.vat.registrations.get(dispatch, "") if dispatch else "",
        "UsedSalesVat": "1" if key.treatment == "MARGIN_SCHEME" else "",
    }


def _own_code(company: Company, snapshot: Snapshot) -> ErpVatCode | None:
    """The code of domestic sales that is in use: the ERP's own words for what we would have to guess."""
    by_code = {code.code: code for code in snapshot.vat_codes}
    home = home_state(company)
    used = [code for key, code in company.vat.codes.items() if _is_domestic(VatCodeKey.parse(key), home)]
    return next((by_code[code] for code in used if code in by_code), None)


def _is_domestic(key: VatCodeKey, home: str) -> bool:
    return key.treatment == "DOMESTIC" and treatments.is_at_home(key, home)


def _dispatch(company: Company, need: VatNeed | None) -> str:
    """The one other country that the goods leave from, by ISO code; "" for home, and where they leave from several."""
    origin = company.vat.ship_from or company.company.country
    countries = {country or origin for country in need.dispatch} if need else {origin}
    only = countries.pop() if len(countries) == 1 else company.company.country
    return "" if only == company.company.country else only


def _rate_type(snapshot: Snapshot, key: VatCodeKey) -> str:
    if key.country is None or key.rate is None or not snapshot.standard_rates:
        return ""
    return "standard" if (key.country, key.rate) in snapshot.standard_rates else "reduced"


def _moss_type(need: VatNeed | None) -> str:
    """The line of the One Stop Shop's file; "" where goods and services share the code, which has room for one."""
    sections = {place.split(" ")[-1] for place in need.places} & _MOSS_TYPES.keys() if need else set()
    return _MOSS_TYPES[sections.pop()] if len(sections) == 1 else ""


def _reported_twice(company: Company, snapshot: Snapshot) -> Iterator[Problem]:
    """Codes of ours for sales that are reported in different places: in the ERP a code has one operation."""
    places: dict[tuple[str, str], set[str]] = {}
    for need in snapshot.vat_needs:
        if code := code_for(company.vat.codes, need):
            places.setdefault((code, need.treatment), set()).update(place for place in need.places if place)
    for (code, treatment), found in places.items():
        if len(found) > 1:
            keys = [k for k, c in company.vat.codes.items() if c == code and VatCodeKey.parse(k).treatment == treatment]
            facts: dict[str, object] = {"value": code, "expected": "; ".join(sorted(found))}
            yield Problem("LINT_VAT_CODE_TWO_PLACES", ("vat", "codes", keys[0]), facts)
