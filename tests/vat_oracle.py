"""An independent reading of the VAT rules for goods, in plain conditions, a list of rates and fractions.

Written from the rules, not from the SQL, and without any table of the program. The questions are asked in the order of
the decision table for goods: registered, kind of line, territories, then the way the goods go.
"""

from datetime import date
from fractions import Fraction

from vat_cases import CATEGORIES, Sale

# Standard rates by the first day they hold.
STANDARD = """
AT 2016-01-01 20, BE 2016-01-01 21, BG 2016-01-01 20, CY 2016-01-01 19, CZ 2016-01-01 21, DE 2016-01-01 19,
DE 2020-07-01 16, DE 2021-01-01 19, DK 2016-01-01 25, EE 2016-01-01 20, EE 2024-01-01 22, EE 2025-07-01 24,
EL 2016-01-01 23, EL 2016-06-01 24, ES 2016-01-01 21, FI 2016-01-01 24, FI 2024-09-01 25.5, FR 2016-01-01 20,
HR 2016-01-01 25, HU 2016-01-01 27, IE 2016-01-01 23, IE 2020-09-01 21, IE 2021-03-01 23, IT 2016-01-01 22,
LT 2016-01-01 21, LU 2016-01-01 17, LU 2023-01-01 16, LU 2024-01-01 17, LV 2016-01-01 21, MT 2016-01-01 18,
NL 2016-01-01 21, PL 2016-01-01 23, PT 2016-01-01 23, RO 2016-01-01 20, RO 2017-01-01 19, RO 2025-08-01 21,
SE 2016-01-01 25, SI 2016-01-01 22, SK 2016-01-01 20, SK 2025-01-01 23, XI 2021-01-01 20
"""
REGIONAL = {"madeira": 22, "azores": 16, "jungholz_mittelberg": 19}  # since July 2021
EU_ISO = {
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
}  # fmt: skip
CHECKED = date(2026, 11, 23)


def standard(state: str, day: date) -> Fraction | None:
    """The standard rate of a state on a day; None outside what is known."""
    rows = [row.split() for row in STANDARD.replace("\n", " ").split(",")]
    fitting = [Fraction(rate) for code, first, rate in rows if code == state and date.fromisoformat(first) <= day]
    return fitting[-1] if fitting and day <= CHECKED.replace(year=CHECKED.year + 1) else None


def place(country: str, postcode: str, city: str) -> tuple[str, str, str]:  # noqa: C901, PLR0911, PLR0912 - a question a line
    """(eu | third | unclear, VAT state, region) of an address."""
    letters = postcode.replace(" ", "").upper()
    digits = "".join(c if c.isdigit() else " " for c in letters).split()
    code = digits[0] if digits else ""
    number = int(code) if code else -1
    full = len(code)
    if country == "DK" and ((full == 4 and 3900 <= number <= 3999) or (full == 3 and 100 <= number <= 970)):
        return "third", "GL" if full == 4 else "FO", ""
    if country == "FI" and full == 5 and 22100 <= number <= 22999:
        return "third", "AX", ""
    if country in {"ES", "PT", "FR"} and not code:
        return "unclear", country, ""
    if country == "ES" and full == 5 and code[:2] in {"35", "38", "51", "52"}:
        return "third", "IC" if code[0] == "3" else "EA", ""
    if country == "DE" and code in {"78266", "27498"}:
        return "third", "DE", ""
    if country == "DE" and code in {"87491", "87567", "87568", "87569"}:
        return "eu", "AT", "jungholz_mittelberg"
    if country == "AT" and code in {"6691", "6991", "6992", "6993"}:
        return "eu", "AT", "jungholz_mittelberg"
    if country == "CH" and code == "8238":
        return "third", "DE", ""
    if country == "IT":
        return _italian(code, city)
    if country == "GR":
        return ("third" if code == "63086" else "eu"), "EL", ""
    if country == "FR" and full == 5 and code[:2] in {"97", "98"} and code[:3] != "980":
        return "third", "FR", ""
    if country == "PT" and code[0] == "9":
        return "eu", "PT", "madeira" if code[1] in "01234" else "azores"
    if country == "MC":
        return "eu", "FR", ""
    if country in {"GB", "XI"}:
        return _british(country, letters)
    return ("eu" if country in EU_ISO else "third"), country, ""


def _italian(code: str, city: str) -> tuple[str, str, str]:
    if code in {"22060", "23030"}:
        commune = {"22060": ("campione",), "23030": ("livigno", "trepalle")}[code]
        if not city:
            return "unclear", "IT", ""
        return ("third" if any(name in city.lower() for name in commune) else "eu"), "IT", ""
    if code in {"22061", "23041"}:
        return "third", "IT", ""
    if code == "00120":
        return "third", "VA", ""
    return ("third", "SM", "") if code.startswith("4789") and len(code) == 5 else ("eu", "IT", "")


def _british(country: str, letters: str) -> tuple[str, str, str]:
    if country == "XI" or letters.startswith("BT"):
        return "eu", "XI", ""
    if not letters:
        return "unclear", "GB", ""
    return ("eu", "CY", "") if letters in {"BFPO57", "BFPO58", "BFPO59"} else ("third", "GB", "")


def rate_due(state: str, region: str, category: str | None, day: date) -> Fraction | None:
    """The rate of a category where goods are taxed; None = not known."""
    if category == "newspaper":
        if state == "EE" and day >= date(2024, 1, 1):
            return Fraction(5 if day < date(2025, 1, 1) else 9)
        return Fraction(0) if (state, region) == ("DK", "") else None
    if category == "book":
        known = {"DE": 7, "SE": 6, "IE": 0} if day > date(2021, 1, 1) else {}
        if (state, region) == ("DK", "") and day < date(2026, 1, 1):
            return Fraction(25)
        return Fraction(known[state]) if state in known and not region else None
    if region in REGIONAL:
        return Fraction(REGIONAL[region]) if standard(state, day) is not None else None
    return standard(state, day)


def treatment(sale: Sale) -> tuple[str, str | None, Fraction | None]:  # noqa: PLR0911 - a question a line
    """(treatment or hold code, VAT state, rate) that is due for a sale of goods since July 2021."""
    seller = sale.seller
    if seller.registered is None:
        return "VAT_NOT_CONFIGURED", None, None
    if not seller.registered:
        return "NOT_VAT_REGISTERED", seller.country, Fraction(0)
    if sale.line in {"gift_card_sale", "tip", "rounding"}:
        return "NO_VAT", seller.country, Fraction(0)
    if not sale.to:
        return "COUNTRY_MISSING", None, None
    day = date.fromisoformat(sale.day or "")
    where, state, region = place(sale.to, sale.postcode or "", sale.city or "")
    category = dict(CATEGORIES).get(sale.category or "") if sale.line == "item" else None
    if where == "unclear":
        return "VAT_TERRITORY_UNCLEAR", None, None
    if sale.ship_from not in {None, seller.country}:
        return _from_stock(sale, where, (state, region), category, day)
    if where == "third":
        return "EXPORT", state, Fraction(0)
    if state == seller.country:
        return _domestic(sale, region, category, day)
    return _abroad(sale, state, region, category, day)


def number_of(sale: Sale) -> tuple[str, str]:
    """(none | wrong | unchecked | checked, the state of the number) of the few numbers that the tests use."""
    if not sale.number:
        return "none", ""
    good = {"DE136695976": "DE", "DK13585628": "DK", "EL094259216": "EL", "SE556677889901": "SE"}
    if sale.number not in good or sale.file_status in {"INVALID", "BAD_SYNTAX"}:
        return "wrong", ""
    accepted = sale.seller.accept == "accept" or sale.file_status == "VALID"
    confirmed = sale.seller.accept != "never" and sale.number in sale.seller.approved
    return ("checked" if accepted or confirmed else "unchecked"), good[sale.number]


def _from_stock(  # noqa: C901, PLR0911 - a question a line
    sale: Sale, where: str, to: tuple[str, str], category: str | None, day: date
) -> tuple[str, str | None, Fraction | None]:
    """From a state that is not the seller's and where he has no number; what a consignment is worth is never known."""
    state, region = to
    known, of = number_of(sale)
    if sale.ship_from not in EU_ISO:
        return ("VAT_UNSUPPORTED", None, None) if where == "third" else ("IMPORT_BY_CUSTOMER", state, Fraction(0))
    if where == "third":
        return "VAT_LOCAL_NUMBER_MISSING", None, None
    if state == sale.ship_from:
        is_theirs = known in {"checked", "unchecked"} and of == state
        return ("VAT_UNSUPPORTED" if is_theirs else "VAT_LOCAL_NUMBER_MISSING"), None, None
    if known == "wrong":
        return "VAT_NUMBER_INVALID", None, None
    if known != "none" and of == sale.ship_from:
        return "VAT_NUMBER_OF_ORIGIN", None, None
    if known == "unchecked":
        return "VAT_NUMBER_UNVERIFIED", None, None
    if known == "checked":
        return "VAT_LOCAL_NUMBER_MISSING", None, None
    rate = rate_due(state, region, category, day)
    if sale.seller.oss == "union":
        return ("OSS_UNION", state, rate) if rate is not None else ("VAT_RATE_UNKNOWN", None, None)
    if state != sale.seller.country:
        return "VAT_OSS_MISSING", None, None
    if rate is None:
        return "VAT_RATE_UNKNOWN", None, None
    return "DOMESTIC_ZERO" if rate == 0 else "DOMESTIC", state, rate


def _domestic(sale: Sale, region: str, category: str | None, day: date) -> tuple[str, str | None, Fraction | None]:
    home = sale.seller.country
    known, state = number_of(sale)
    if category == "electronics_rc" and home == "DK" and not sale.seller.mainly_consumers and sale.buyer != "b2c":
        if known == "wrong":
            return "VAT_NUMBER_INVALID", None, None
        if known == "checked" and state == home:
            return "DOMESTIC_REVERSE_CHARGE", home, Fraction(0)
        if known == "unchecked" and state == home:
            return "VAT_NUMBER_UNVERIFIED", None, None
    rate = rate_due(home, region, category, day)
    if rate is None:
        return "VAT_RATE_UNKNOWN", None, None
    return "DOMESTIC_ZERO" if rate == 0 else "DOMESTIC", home, rate


def _abroad(  # noqa: PLR0911 - a question a line
    sale: Sale, state: str, region: str, category: str | None, day: date
) -> tuple[str, str | None, Fraction | None]:
    seller = sale.seller
    known, of = number_of(sale)
    if known == "wrong":
        return "VAT_NUMBER_INVALID", None, None
    if known != "none" and of == seller.country:
        return "VAT_NUMBER_OF_ORIGIN", None, None
    if known == "unchecked":
        return "VAT_NUMBER_UNVERIFIED", None, None
    if known == "checked":
        return "ICS_GOODS", state, Fraction(0)
    if seller.oss == "union":
        rate = rate_due(state, region, category, day)
        return ("OSS_UNION", state, rate) if rate is not None else ("VAT_RATE_UNKNOWN", None, None)
    below = all(amount is not None and Fraction(amount) <= 10000 for amount in (seller.prior, seller.year))
    if not below:
        return "VAT_OSS_MISSING", None, None
    rate = rate_due(seller.country, "", category, day)
    return ("ORIGIN_BELOW_THRESHOLD", seller.country, rate) if rate is not None else ("VAT_RATE_UNKNOWN", None, None)


def half_up(exact: Fraction) -> int:
    """The whole number next to a fraction; halves away from zero."""
    whole = int(abs(exact) + Fraction(1, 2))
    return -whole if exact < 0 else whole
