"""What a row of a file is: the entity whose columns the file has most of, or a question where two come near.

A file is tried as each entity. It can only be one of which it has what makes that entity: an order has a number, an
amount and lines; a bank's entry a day, an amount, and a text or a balance.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from etl.contracts import Contract
from etl.learn.columns import Answers
from etl.learn.findings import Guess, Question
from etl.learn.guess import guess
from etl.learn.names import names_of
from etl.learn.profile import Profiles
from etl.learn.words import Words

# Of each group one column should be there, found or asked for.
_MAKES: dict[str, tuple[tuple[str, ...], ...]] = {
    "orders": (
        ("order_no",),
        ("order_total", "unit_price", "line_amount"),
        ("sku", "description", "quantity", "unit_price", "line_amount"),
    ),
    "payouts": (
        ("gross_amount", "net_amount", "payout_amount"),
        ("fee_amount", "payout_id", "payout_date", "line_type", "transaction_id"),
    ),
    "payments": (("order_no",), ("amount",), ("paid_at", "payment_method", "transaction_id")),
    "bank_entries": (("entry_date",), ("amount",), ("text", "balance_amount", "reference")),
    "products": (("sku",), ("name", "barcode"), ("price", "cost_price", "barcode", "group")),
    "customers": (("customer_no", "email", "name"), ("email", "address", "postcode", "phone", "vat_number")),
    "stock": (("sku",), ("on_hand", "available")),
}
# Whose files never have these, tried as that entity.
_NEVER: dict[str, tuple[str, tuple[str, ...]]] = {
    "customers": ("orders", ("order_total", "unit_price", "quantity", "order_no")),
    "orders": ("payouts", ("payout_id",)),
    "payments": ("payouts", ("payout_id",)),
    "payouts": ("orders", ("sku",)),
}
# What hardly any other entity has counts twice.
_TELLS: dict[str, tuple[str, ...]] = {
    "orders": ("sku", "unit_price", "order_total", "shipping_name"),
    "payouts": ("payout_id", "payout_date", "payout_amount", "fee_amount", "net_amount"),
    "bank_entries": ("balance_amount", "value_date"),
    "products": ("price", "cost_price", "barcode"),
    "customers": (),
    "stock": ("on_hand", "available"),
    "payments": ("paid_at", "gift_card_no"),
}
_LEAD, _SHARE, _FEW, _MANY = 2, 4, 4, 12


@dataclass(frozen=True, slots=True)
class Choice:
    """The file as the likeliest entity; `question` where it could as well be another."""

    guess: Guess
    question: Question | None


def choose(profiles: Profiles, known: Mapping[str, Contract], words: Words, answers: Answers, rows: str = "") -> Choice:
    """What the rows of a file are. An answer decides. `rows`: of XML, the path of a record's rows."""
    if answers.get("entity") in _MAKES:
        return Choice(guess(profiles, names_of(answers["entity"], known, words), words, answers, rows), None)
    guesses = {entity: guess(profiles, names_of(entity, known, words), words, answers, rows) for entity in _MAKES}
    filled = len([p for p in profiles if not p.is_empty])
    columns = {entity: _columns(one, profiles) for entity, one in guesses.items()}
    has_packed = bool(profiles.of_kind("pairs"))
    scores: dict[str, Fraction] = {
        entity: columns[entity] * _made(entity, guesses, has_packed=has_packed) for entity in _MAKES
    }
    ranked = sorted(_MAKES, key=lambda entity: (-scores[entity], -columns[entity]))
    best, second = ranked[0], scores[ranked[1]]
    is_plain = columns[best] >= _FEW or 2 * columns[best] > filled
    is_whole = best != "orders" or _made(best, guesses, has_packed=has_packed) == 1 or columns[best] > _MANY
    if is_plain and is_whole and scores[best] - second >= max(Fraction(_LEAD), scores[best] / _SHARE):
        return Choice(guesses[best], None)
    told = ", ".join(f"{entity} ({columns[entity]})" for entity in ranked if columns[entity])
    return Choice(guesses[best], Question("entity", "what is one row of the file?", tuple(ranked), told))


def _said(one: Guess) -> frozenset[str]:
    """The columns that the file has, for certain or perhaps."""
    asked = {q.key.removeprefix("columns.") for q in one.questions if q.key.startswith("columns.")}
    return frozenset(one.found.keys() | (asked - one.unfounded))


def _made(entity: str, guesses: Mapping[str, Guess], *, has_packed: bool) -> Fraction:
    """How much the file has of what makes that entity, from 0 to 1. Lines may be packed in cells of `key:value`."""
    other, never = _NEVER.get(entity, ("orders", ()))
    if any(column in guesses[other].found for column in never):
        return Fraction(0)
    said = _said(guesses[entity])
    there = [any(column in said for column in group) for group in _MAKES[entity]]
    there[-1] |= entity == "orders" and has_packed
    return Fraction(sum(there), len(there))


def _columns(one: Guess, profiles: Profiles) -> int:
    """How many columns of the file it reads for certain, the empty ones left out, those that tell it counted twice."""
    empty = {p.name for p in profiles if p.is_empty}
    filled = {c: set(found.headers) - empty for c, found in one.found.items()}
    telling = [c for c in _TELLS[one.entity] if filled.get(c)]
    return len(set().union(*filled.values())) + len(telling)
