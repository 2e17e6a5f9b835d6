"""The values that company.toml takes: their grammar and bounds, and what an error says is expected.

Expectations are written in a notation of no language (`"0.05"`, `a | b`): the sentence around them is the catalogue's.
"""

import datetime as dt
import re
from decimal import Decimal
from difflib import get_close_matches
from typing import Annotated, Literal, NamedTuple, get_args
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from etl.entities import VOCABULARIES

# What a sale is to VAT (architecture §7). HOLD is a verdict and carries no code.
TREATMENTS = (
    "DOMESTIC", "DOMESTIC_ZERO", "DOMESTIC_REVERSE_CHARGE", "OSS_UNION", "OSS_NONUNION", "IOSS",
    "ORIGIN_BELOW_THRESHOLD", "ICS_GOODS", "RC_SERVICE", "EXPORT", "OUTSIDE_SCOPE_SERVICE", "IMPORT_BY_CUSTOMER",
    "MARGIN_SCHEME", "NOT_VAT_REGISTERED", "NO_VAT",
)  # fmt: skip
RESERVED_FOLDERS = ("archive", "rejected")
_AMOUNT = r"\d{1,15}(\.\d{1,2})?"
_RATE = r"\d{1,2}(\.\d{1,4})?"
_EXCHANGE = r"\d{1,6}(\.\d{1,8})?"
_INBOX = r"\.|[^\W_][\w -]{0,60}"


def _wrong(expected: str) -> PydanticCustomError:
    """The error of a value; its text is what was expected, the sentence comes from the catalogue."""
    return PydanticCustomError("expected", "{expected}", {"expected": expected})


def _amount(value: object) -> Decimal:
    """A Decimal from text, by grammar first: Decimal itself also takes 1e2, 1_000, NaN and other scripts' digits."""
    if not isinstance(value, str) or not re.fullmatch(_AMOUNT, value, re.ASCII):
        raise _wrong('"1234.50"')
    return Decimal(value)


def _exchange(value: object) -> Decimal:
    """A rate of exchange from text, by the same grammar as an amount but with up to eight decimals."""
    if not isinstance(value, str) or not re.fullmatch(_EXCHANGE, value, re.ASCII):
        raise _wrong('"7.4415"')
    return Decimal(value)


def _day(value: object) -> dt.date:
    """A day from a TOML date or from text."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    try:
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
            return dt.date.fromisoformat(value)
    except ValueError:
        pass  # a 31st of February is told like any other wrong date
    raise _wrong('"2025-12-31"')


def _pattern(value: str) -> str:
    """A regular expression, short enough to be read."""
    try:
        re.compile(value)
    except re.error:
        raise _wrong('"^B-[0-9]+"') from None
    return value


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        near = get_close_matches(value, available_timezones(), 1)
        raise _wrong(f'"{near[0] if near else "Europe/Copenhagen"}"') from None
    return value


def _date_form(value: str) -> str:
    """A date form of day, month and year, each once."""
    if sorted(re.findall(r"%.", value)) not in (["%Y", "%d", "%m"], ["%d", "%m", "%y"]):
        raise _wrong('"%d-%m-%Y"')
    return value


def _collective(value: str) -> str:
    """An account, or a pattern that gives one account per country."""
    if not re.fullmatch(r"[\w.-]{0,18}", value.replace("{country}", "", 1)):
        raise _wrong('"WEB-{country}"')
    return value


def _register_url(value: str) -> str:
    """An address of HTTPS, or of this machine, without a name or password in it."""
    parts = urlsplit(value)
    is_here = parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if not parts.hostname or parts.username is not None or not (parts.scheme == "https" or is_here):
        raise _wrong('"https://..."')
    return value


def _inbox(value: str) -> str:
    if not re.fullmatch(_INBOX, value) or value in RESERVED_FOLDERS:
        raise _wrong('"." | "shop2"')
    return value


class VatCodeKey(NamedTuple):
    """A key of [vat.codes]: TREATMENT[:COUNTRY[:RATE]]; None = any. Greece is EL, as VAT writes it."""

    treatment: str
    country: str | None = None
    rate: Decimal | None = None

    @classmethod
    def parse(cls, key: str) -> "VatCodeKey":
        """The parts of a key; an unknown treatment or a wrong part is an error that names the nearest right one."""
        treatment, *rest = key.split(":")
        if treatment not in TREATMENTS:
            near = get_close_matches(treatment.upper(), TREATMENTS, 1)
            raise _wrong(near[0] if near else " | ".join(TREATMENTS))
        if not re.fullmatch(rf"[A-Z_]+(:[A-Z]{{2}}(:{_RATE})?)?", key, re.ASCII):
            raise _wrong("TREATMENT[:COUNTRY[:RATE]]")
        country = rest[0].replace("GR", "EL") if rest else None
        return cls(treatment, country, Decimal(rest[1]) if len(rest) > 1 else None)


def _vat_codes(codes: dict[str, str]) -> dict[str, str]:
    """Codes whose keys are read right and say each thing once (25 and 25.0 are one rate)."""
    seen: dict[VatCodeKey, str] = {}
    for key in codes:
        parsed = VatCodeKey.parse(key)
        if parsed in seen:
            raise _wrong(f"{seen[parsed]} = {key}")
        seen[parsed] = key
    return codes


def _vat_code_key(key: str) -> str:
    VatCodeKey.parse(key)
    return key


_PRINTABLE = r"^[^\x00-\x1f\x7f]+$"

Text = Annotated[str, Field(max_length=100, pattern=_PRINTABLE, examples=["Nordlys Butik ApS"])]
Name = Annotated[str, Field(max_length=60, pattern=_PRINTABLE, examples=["shopify_payments"])]
Account = Annotated[str, Field(max_length=20, pattern=r"^[0-9A-Za-z][\w .\-]*$", examples=["5821"])]
Pattern = Annotated[
    str,
    Field(min_length=1, max_length=100, examples=["^B-[0-9]+"], json_schema_extra={"format": "regex"}),
    AfterValidator(_pattern),
]
Item = Annotated[str, Field(max_length=20, pattern=_PRINTABLE, examples=["FRAGT"])]
Source = Annotated[str, Field(max_length=60, pattern=_PRINTABLE, examples=["shopify_orders"])]
Category = Annotated[str, Field(max_length=60, pattern=_PRINTABLE, examples=["book"])]
Sku = Annotated[str, Field(max_length=60, pattern=_PRINTABLE, examples=["GAVE-500"])]
VatCode = Annotated[str, Field(max_length=10, pattern=_PRINTABLE, examples=["U25"])]
Group = Annotated[str, Field(max_length=10, pattern=_PRINTABLE, examples=["B2C"])]
PaymentTerm = Annotated[str, Field(max_length=10, pattern=_PRINTABLE, examples=["KORT"])]
Journal = Annotated[str, Field(max_length=10, pattern=_PRINTABLE, examples=["UDBET"])]
VatNumber = Annotated[str, Field(max_length=20, pattern=r"^[A-Z]{2}[0-9A-Z]+$", examples=["DK13585628"])]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", examples=["DKK"])]
Timezone = Annotated[str, AfterValidator(_timezone), Field(max_length=50, examples=["Europe/Copenhagen"])]
Collective = Annotated[str, AfterValidator(_collective), Field(max_length=27, examples=["WEB-{country}"])]
ShopId = Annotated[str, Field(max_length=30, pattern=r"^[0-9A-Za-z][\w\-]*$", examples=["main"])]
RegisterUrl = Annotated[
    str,
    Field(max_length=200, pattern=r"^[!-~]+$", examples=["https://register.example"]),
    AfterValidator(_register_url),
]
Inbox = Annotated[str, AfterValidator(_inbox), Field(max_length=61, examples=["."])]
DateForm = Annotated[str, AfterValidator(_date_form), Field(max_length=12, examples=["%d-%m-%Y"])]
VatCodes = Annotated[dict[Annotated[str, AfterValidator(_vat_code_key)], VatCode], AfterValidator(_vat_codes)]
Number = Annotated[int, Field(ge=1, le=999_999_999)]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", examples=["DK"])]
Tolerance = Annotated[
    Decimal,
    BeforeValidator(_amount),
    Field(ge=Decimal(0), le=Decimal(10)),
    WithJsonSchema({"type": "string", "pattern": f"^{_AMOUNT}$", "examples": ["0.05"], "x-bounds": "0.00 … 10.00"}),
]
Rounding = Annotated[
    Decimal,
    BeforeValidator(_amount),
    Field(ge=Decimal(0), le=Decimal(1)),
    WithJsonSchema({"type": "string", "pattern": f"^{_AMOUNT}$", "examples": ["0.05"], "x-bounds": "0.00 … 1.00"}),
]
Turnover = Annotated[
    Decimal,
    BeforeValidator(_amount),
    Field(ge=Decimal(0), le=Decimal(10) ** 12),
    WithJsonSchema({"type": "string", "pattern": f"^{_AMOUNT}$", "examples": ["25000"], "x-bounds": "0 … 10^12"}),
]
Rate = Annotated[
    Decimal,
    BeforeValidator(_exchange),
    Field(gt=Decimal(0), le=Decimal(100_000)),
    WithJsonSchema({"type": "string", "pattern": f"^{_EXCHANGE}$", "examples": ["7.4415"], "x-bounds": "> 0 … 100000"}),
]
Day = Annotated[
    dt.date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date", "examples": ["2025-12-31"]})
]
OrderState = Literal[
    "open", "authorized", "part_paid", "paid", "processing", "shipped", "completed",
    "part_refunded", "refunded", "cancelled", "voided", "failed",
]  # fmt: skip
SupplyType = Literal["goods", "eservice", "service", "event", "stream", "margin"]
MatchKey = Literal["customer_no", "email", "vat_number", "ean"]
YesNo = Literal["infer", "yes", "no"]

if set(VOCABULARIES["order_state"]) != set(get_args(OrderState)):
    raise AssertionError("documents.transfer_states and the order states of etl.entities differ")
