"""VAT numbers and GLNs: what can be known offline.

A number that is well formed and has the right check digits is FORMAT_OK. Whether it is *valid* only the register
knows: VALID and INVALID come from a file or from the register (`etl.vat_registers`), never from here. Greece writes EL,
Northern Ireland XI; shops write GR and GB. Monaco's numbers are French ones.

Every member state's own rule is applied: form and check digits, the variants of ES (DNI, NIE, CIF), IE (before and
since 2013), LT (9 and 12 digits), BG (9 and 10), CZ (8 to 10), BE (9 and 10), NL (both rules). No number for a sale
within the EU, and so BAD_SYNTAX, with the reason in `problem`:

    SCHEME      EU..., IM..., IN...: a seller's number in the One Stop Shop, never a buyer's
    NOT_EU      of a country outside the EU. Great Britain's (GB...) too: since 2021 only XI numbers are EU numbers,
                and those for goods alone
    NO_STATE    without the letters of a state, and the buyer's country has no EU numbers or is not known
    FORM        not as the state writes its numbers: length, letters, signs that are no part of one
    CHECK_DIGIT the check digit is wrong: a digit was mistyped

A Danish CVR number that fails its check digit is FORMAT_OK with `is_check_digit_ok` False: such numbers are in use
(official example invoices carry two), so it is a warning and never a block.

>>> status("DE 136.695.976", None)
Checked(status='FORMAT_OK', vat_country='DE', normalised='DE136695976', is_check_digit_ok=True, problem=None)
>>> status("094259216", "GR").normalised
'EL094259216'
>>> status("DE136695975", None).problem, status("EU372022452", None).problem, status("GB432525179", "GB").problem
('CHECK_DIGIT', 'SCHEME', 'NOT_EU')
>>> status(" ", "DE").status
'NONE'
>>> status("16356706", "DK").status, status("16356706", "DK").is_check_digit_ok
('FORMAT_OK', False)
"""

import re
import unicodedata
from typing import NamedTuple

from etl.store import Store

# The prefixes of the member states' numbers, and of Northern Ireland for goods.
PREFIXES = frozenset((
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK", "XI",
))  # fmt: skip
SCHEMES = frozenset({"EU", "IM", "IN"})
PROBLEMS = ("SCHEME", "NOT_EU", "NO_STATE", "FORM", "CHECK_DIGIT")
# Numbers people do have and that are no EU numbers; letters of another beginning may be a part of the number itself.
_OUTSIDE = re.compile(r"(GB|CHE|NO|IS|US|TR|UA|RS)[0-9]")
_PREFIX_OF_COUNTRY = {"GR": "EL", "MC": "FR"}
# What people put between the digits. Anything else is not taken out: without it the number would be another one.
_SEPARATORS = re.compile(r"[\s.,\-_/:;'()\u2010-\u2015\u2019\u200b\ufeff]")
_POSSIBLE = re.compile(r"[0-9A-Z+*]+")
_LABEL = re.compile(r"^(CVR|VAT|MOMS)(NR|NO|ID)?")
_GLN_DIGITS = 13


class Checked(NamedTuple):
    """What a VAT number is: `status` is one of NONE, BAD_SYNTAX, FORMAT_OK; `problem` says why it is BAD_SYNTAX.

    State, normalised number and check digit are known only with FORMAT_OK.
    """

    status: str
    vat_country: str | None = None
    normalised: str | None = None
    is_check_digit_ok: bool | None = None
    problem: str | None = None


def status(number: str | None, country: str | None) -> Checked:
    """What is known offline of `number`; `country` (ISO) is the buyer's, for numbers written without a prefix."""
    cleaned = _SEPARATORS.sub("", unicodedata.normalize("NFKC", number or ""))
    if cleaned.isascii():
        cleaned = _LABEL.sub("", cleaned.upper())
    if not cleaned:
        return Checked("NONE")
    if not _POSSIBLE.fullmatch(cleaned):
        return Checked("BAD_SYNTAX", problem="FORM")
    prefix = _PREFIX_OF_COUNTRY.get(cleaned[:2], cleaned[:2])
    if prefix in SCHEMES:
        return Checked("BAD_SYNTAX", problem="SCHEME")
    if prefix in PREFIXES:
        return _validated(prefix, cleaned[2:])
    home = _PREFIX_OF_COUNTRY.get(country or "", country or "")
    if home in PREFIXES:
        return _validated(home, cleaned)
    is_outside = _OUTSIDE.match(cleaned) or country == "GB"
    return Checked("BAD_SYNTAX", problem="NOT_EU" if is_outside else "NO_STATE")


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
        return Checked("BAD_SYNTAX", problem="CHECK_DIGIT")
    except ValidationError:
        return Checked("BAD_SYNTAX", problem="FORM")


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
    is_check_digit_ok boolean, problem varchar
)
"""
_INSERT = """
insert into vat_number_checks
select unnest($numbers), unnest($countries), unnest($statuses), unnest($states), unnest($normalised), unnest($digits),
    unnest($problems)
"""


def check(store: Store) -> None:
    """Fill temp table `vat_number_checks`: one row per distinct (vat_number, country) of temp table `vat_numbers_seen`.

    Columns: vat_number and country as they were read (country may be null), status, vat_country (EL, XI), normalised
    (with its prefix, without blanks), is_check_digit_ok (false: a CVR to warn about), problem (why it is BAD_SYNTAX).
    Empty when no number was seen.
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
            "problems": [c.problem for c in checked],
        },
    )
