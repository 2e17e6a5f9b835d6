"""Whether the cells of a column can be what a name says: the second kind of evidence.

Nothing here proves a meaning by itself but where a kind belongs to one column alone: the only addresses of mail in a
file of orders, the only codes of currencies.
"""

from decimal import Decimal

from etl.conform.amounts import DECIMALS
from etl.entities import ENTITIES, VOCABULARIES, Column
from etl.learn.profile import Profile
from etl.learn.words import Words

_PROSE, _MOST_BLANKS = 60, 2
_SHORTEST_ID = 4
_WHOLE = 100
_RATES = frozenset(map(Decimal, (5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 19, 20, 21, 22, 23, 24, 25, 27)))
# By the end of a column's name, the kind that its cells must have.
_NEEDS = {
    "email": "email",
    "currency": "currency",
    "vat_number": "vat_number",
    "postcode": "postcode",
}
_IDS = ("_no", "_id", "sku", "item", "barcode", "ean")
_TEXTS = ("name", "company", "address", "address2", "city", "description", "text", "method", "group", "counterparty")

_EMPTY_TOO = ("email", "phone", "postcode", "country", "vat_number", "_ean", "_reference")


def fits(canonical: Column, profile: Profile) -> bool:  # noqa: PLR0911 - one line for each kind
    """Can the cells be that? An empty column can be a text that says nothing here, such as a second line of address."""
    if profile.is_empty:
        return canonical.type == "text" and canonical.name.endswith(_TEXTS + _EMPTY_TOO)
    kinds = profile.kinds
    if canonical.type in DECIMALS:
        return "number" in kinds and not profile.is_long_number and _is_of_size(canonical, profile)
    if canonical.type in {"moment", "date"}:
        return "date" in kinds
    if canonical.type == "boolean":
        return "boolean" in kinds
    if canonical.type in VOCABULARIES:
        return bool({"words", "id"} & kinds or not kinds) and not kinds & {"date", "email", "number"}
    need = next((kind for end, kind in _NEEDS.items() if canonical.name.endswith(end)), None)
    if need:
        return need in kinds
    return _is_text_like(canonical.name, profile)


def _is_of_size(canonical: Column, profile: Profile) -> bool:
    """A rate is written in percent; whole numbers that are all rates are no amounts of VAT."""
    values = {value for value in profile.values if value}
    if canonical.name == "vat_rate":
        return all(1 <= value <= _WHOLE for value in values)
    if canonical.name in {"vat_amount", "order_vat"} and values:
        return not values <= _RATES or profile.has_decimals
    return True


def _is_text_like(name: str, profile: Profile) -> bool:
    kinds = profile.kinds
    if kinds & {"date", "time"} or ("email" in kinds and not name.endswith("_no")):
        return False
    if name.endswith("transaction_id") and max(map(len, profile.words)) < _SHORTEST_ID:
        return False
    if name.endswith(_IDS):
        is_prose = any(len(cell) > _PROSE or cell.count(" ") > _MOST_BLANKS for cell in profile.words)
        return not is_prose and not (profile.has_decimals and "number" in kinds)
    if name.endswith("country"):
        return "country" in kinds
    if name.endswith(_TEXTS):
        return "number" not in kinds
    return True


def only_kind(canonical: Column, profile: Profile, columns: list[Profile]) -> bool:
    """Is it the only column of the file that can be of the kind that this one needs?"""
    if canonical.type in {"moment", "date"}:
        return len([c for c in columns if "date" in c.kinds]) == 1
    need = next((kind for end, kind in _NEEDS.items() if canonical.name.endswith(end)), None)
    if need not in {"email", "currency"}:
        return False
    return [c for c in columns if need in c.kinds] == [profile]


def known_words(canonical: Column, profile: Profile, words: Words) -> dict[str, str]:
    """The words of a column that have a meaning for us, folded, and ours for them."""
    table = {"order_state": words.states, "payout_line_type": words.line_types}.get(canonical.type, {})
    return {word.casefold(): table[word.casefold()] for word in profile.words if word.casefold() in table}


def says_known_words(canonical: Column, profile: Profile, words: Words) -> bool:
    """Are all words of a column of kinds ones that we know?"""
    known = known_words(canonical, profile, words)
    return bool(known) and known.keys() == {word.casefold() for word in profile.words}


def column_of(entity: str, name: str) -> Column:
    """A canonical column by its name."""
    found = ENTITIES[entity].column(name)
    if found is None:
        raise ValueError(f"{entity} has no {name}")
    return found
