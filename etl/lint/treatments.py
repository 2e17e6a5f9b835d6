"""What a VAT code of the ERP must be for each treatment: the sales operation, and whether its rate is zero.

Uniconta's operations for sales (its help on VAT operations): S1 Danish VAT, S2 no VAT in Denmark, S3 goods and S4
services to a business in another EU state, S5 EU but not on the sales list, S6 outside the EU, S7 triangular trade, S8
domestic reverse charge, MosEU the Union scheme of the One Stop Shop, Moss its scheme for sellers outside the EU. The
sales list is made of S3, S4 and S7, the One Stop Shop's return of MosEU and Moss: other codes fall out of them.

Two things are not verified and are the accountant's: S2 or S5 for what is declared in another state where the company
is registered, and which operation the import scheme (IOSS) has; none is proposed for it.
"""

from decimal import Decimal

from etl.company import VatCodeKey

# Their rate is zero in every state, so that one code serves them all.
ZERO_RATED = frozenset((
    "DOMESTIC_ZERO", "DOMESTIC_REVERSE_CHARGE", "ICS_GOODS", "RC_SERVICE", "EXPORT", "OUTSIDE_SCOPE_SERVICE",
    "IMPORT_BY_CUSTOMER", "MARGIN_SCHEME", "NOT_VAT_REGISTERED", "NO_VAT",
))  # fmt: skip
ONE_STOP_SHOP = frozenset({"OSS_UNION", "OSS_NONUNION", "IOSS"})
SCHEMES = {"union": "OSS_UNION", "nonunion": "OSS_NONUNION", "ioss": "IOSS"}
_OPERATIONS = {
    "DOMESTIC_ZERO": "S2",
    "DOMESTIC_REVERSE_CHARGE": "S8",
    "OSS_UNION": "MosEU",
    "OSS_NONUNION": "Moss",
    "ORIGIN_BELOW_THRESHOLD": "S1",
    "ICS_GOODS": "S3",
    "RC_SERVICE": "S4",
    "EXPORT": "S6",
    "OUTSIDE_SCOPE_SERVICE": "S6",
    "IMPORT_BY_CUSTOMER": "S2",
    "MARGIN_SCHEME": "S1",
    "NOT_VAT_REGISTERED": "S2",
    "NO_VAT": "S2",
}
# Others that are no contradiction: no list would be wrong by them, or which one is right is not verified.
_ALSO = {
    "DOMESTIC_ZERO": {"S1"},
    "OUTSIDE_SCOPE_SERVICE": {"S2"},
    "IMPORT_BY_CUSTOMER": {"S6"},
    "MARGIN_SCHEME": {"S2"},
    "NOT_VAT_REGISTERED": {"S1"},
    "NO_VAT": {"S1"},
}
KNOWN_OPERATIONS = frozenset({*(f"S{number}" for number in range(1, 9)), "MosEU", "Moss"})


def state_of(country: str) -> str:
    """The state of an ISO code as VAT writes it: Greece is EL."""
    return {"GR": "EL"}.get(country, country)


def is_at_home(key: VatCodeKey, home: str) -> bool:
    """Is it a treatment of VAT in the seller's own state? `home` as VAT writes it."""
    return key.treatment in {"DOMESTIC", "ORIGIN_BELOW_THRESHOLD"} and key.country in {None, home}


def operation(key: VatCodeKey, home: str) -> str | None:
    """The sales operation of the code to create; None where it is not known."""
    if key.treatment == "DOMESTIC":
        return "S1" if is_at_home(key, home) else "S5"
    return _OPERATIONS.get(key.treatment)


def operations(key: VatCodeKey, home: str) -> frozenset[str]:
    """The operations that do not contradict the treatment; empty where nothing can be said."""
    best = operation(key, home)
    if best is None:
        return frozenset()
    also = {"S2"} if key.treatment == "DOMESTIC" and not is_at_home(key, home) else _ALSO.get(key.treatment, set())
    return frozenset({best, *also})


def rate(key: VatCodeKey) -> Decimal | None:
    """The rate in percent that the code must have; None where the key does not say it or the ERP works it out."""
    if key.treatment == "MARGIN_SCHEME":
        return None
    return Decimal(0) if key.treatment in ZERO_RATED else key.rate


def text(key: VatCodeKey) -> str:
    """The key as it stands in [vat.codes]: OSS_UNION:DE:19."""
    written = None if key.rate is None or key.country is None else rate_text(key.rate)
    return ":".join(part for part in (key.treatment, key.country, written) if part)


def rate_text(rate: Decimal) -> str:
    """A rate as people write it: 25, 25.5."""
    return f"{rate.normalize():f}"
