"""VAT numbers and GLNs: what can be known offline.

A number that is well formed and has the right check digits is FORMAT_OK. Whether it is *valid* only the register
knows: VALID and INVALID come from a file, never from here. Numbers of the one-stop-shop schemes (EU..., IM..., IN...)
belong to sellers and are refused. Greece writes EL, Northern Ireland XI; shops write GR and GB.

A Danish CVR number that fails its check digit is FORMAT_OK with `is_check_digit_ok` False: such numbers are in use
(official example invoices carry two), so it is a warning and never a block.

>>> status("DE 136.695.976", None)
Checked(status='FORMAT_OK', vat_country='DE', normalised='DE136695976', is_check_digit_ok=True)
>>> status("094259216", "GR").normalised
'EL094259216'
>>> status("DE136695975", None).status, status("EU372022452", None).status, status(" ", "DE").status
('BAD_SYNTAX', 'BAD_SYNTAX', 'NONE')
>>> status("16356706", "DK").status, status("16356706", "DK").is_check_digit_ok
('FORMAT_OK', False)
"""

import re
from typing import NamedTuple

from etl.store import Store

# The prefixes of the member states' numbers, and of Northern Ireland for goods.
PREFIXES = frozenset((
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK", "XI",
))  # fmt: skip
SCHEMES = frozenset({"EU", "IM", "IN"})
_PREFIX_OF_COUNTRY = {"GR": "EL", "MC": "FR"}
_NOT_OF_THE_NUMBER = re.compile(r"[^0-9A-Z+*]")
_LABEL = re.compile(r"^(CVR|VAT|MOMS)(NR|NO|ID)?")
_GLN_DIGITS = 13


class Checked(NamedTuple):
    """What a VAT number is: `status` is one of NONE, BAD_SYNTAX, FORMAT_OK; the rest is known only with FORMAT_OK."""

    status: str
    vat_country: str | None = None
    normalised: str | None = None
    is_check_digit_ok: bool | None = None


def status(number: str | None, country: str | None) -> Checked:
    """What is known offline of `number`; `country` (ISO) is the buyer's, for numbers written without a prefix."""
    cleaned = _NOT_OF_THE_NUMBER.sub("", (number or "").upper())
    cleaned = _LABEL.sub("", cleaned)
    if not cleaned:
        return Checked("NONE")
    prefix = _PREFIX_OF_COUNTRY.get(cleaned[:2], cleaned[:2])
    if prefix in SCHEMES:
        return Checked("BAD_SYNTAX")
    if prefix in PREFIXES:
        return _validated(prefix, cleaned[2:])
    home = _PREFIX_OF_COUNTRY.get(country or "", country or "")
    return _validated(home, cleaned) if home in PREFIXES else Checked("BAD_SYNTAX")


def _validated(prefix: str, rest: str) -> Checked:
    """The number of a state, tried by the state's own rule."""
    from stdnum.eu import vat
    from stdnum.exceptions import InvalidChecksum, ValidationError

    number = prefix + rest
    try:
        return Checked("FORMAT_OK", prefix, vat.validate(number), is_check_digit_ok=True)
    except InvalidChecksum:
        if prefix == "DK":
            return Checked("FORMAT_OK", prefix, number, is_check_digit_ok=False)
    except ValidationError:
        pass
    return Checked("BAD_SYNTAX")


def is_gln(text: str | None) -> bool:
    """Whether `text` is a GLN: thirteen digits of which the last is the right check digit."""
    digits = (text or "").strip()
    if len(digits) != _GLN_DIGITS or not (digits.isascii() and digits.isdigit()):
        return False
    from stdnum import ean

    return bool(ean.is_valid(digits))


_CHECKS = """
create or replace temp table vat_number_checks (
    vat_number varchar, country varchar, status varchar, vat_country varchar, normalised varchar,
    is_check_digit_ok boolean
)
"""
_INSERT = """
insert into vat_number_checks
select unnest($numbers), unnest($countries), unnest($statuses), unnest($states), unnest($normalised), unnest($digits)
"""


def check(store: Store) -> None:
    """Fill temp table `vat_number_checks`: one row per distinct (vat_number, country) of temp table `vat_numbers_seen`.

    Columns: vat_number and country as they were read (country may be null), status, vat_country (EL, XI), normalised
    (with its prefix, without blanks), is_check_digit_ok (false: a CVR to warn about). Empty when no number was seen.
    """
    store.script(_CHECKS)
    seen = store.rows("select distinct vat_number, country from vat_numbers_seen where trim(vat_number) <> ''")
    if not seen:
        return
    checked = [status(number, country) for number, country in seen]
    store.rows(
        _INSERT,
        {
            "numbers": [number for number, _ in seen],
            "countries": [country for _, country in seen],
            "statuses": [c.status for c in checked],
            "states": [c.vat_country for c in checked],
            "normalised": [c.normalised for c in checked],
            "digits": [c.is_check_digit_ok for c in checked],
        },
    )
