"""The words of `words.toml`, and names in the form in which they are compared.

>>> key_of("Order no."), key_of("orderNo"), key_of("Pris (DKK)"), key_of("Email *")
('orderno', 'orderno', 'pris', 'email')
"""

import csv
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

_CAMEL = re.compile(r"(?<=[^\W\d_A-ZÆØÅÄÖÜ])(?=[A-ZÆØÅÄÖÜ])|(?<=[A-ZÆØÅÄÖÜ])(?=[A-ZÆØÅÄÖÜ][a-zæøåäöü])")
# A currency, a time zone or a format behind a name is not part of it.
_ASIDE = re.compile(r"\((?:[A-Z]{3}|[^()]*\d[^()]*|[dDmMyY./ -]{6,}|[xyz,. ]+)\)")


def phrase_of(name: str) -> str:
    """A column's name as lower-case words, without signs and without what stands behind it in parentheses."""
    words = re.sub(r"[\W_]+", " ", _CAMEL.sub(" ", _ASIDE.sub(" ", name)))
    return " ".join(words.split()).casefold()


def key_of(name: str) -> str:
    """A name as it is compared: its words without the blanks between them."""
    return phrase_of(name).replace(" ", "")


@dataclass(frozen=True, slots=True)
class Words:
    """What the words of `words.toml` say; every phrase by its key.

    `own`: by entity, what a name is. `parties`: the party and the field that a name speaks of
    (no party: the field alone); `party_columns`: the column of an order where that is kept. `hints`: names that say too
    little. `kinds`: what a name of a kind may be called (date, amount, fee ...).
    """

    own: Mapping[str, Mapping[str, str]]
    vocabulary: Mapping[str, frozenset[str]]
    parties: Mapping[str, tuple[str, str]]
    party_columns: Mapping[tuple[str, str], str]
    hints: frozenset[str]
    kinds: Mapping[str, frozenset[str]]
    records: frozenset[str]
    states: Mapping[str, str]
    line_types: Mapping[str, str]
    strip: tuple[str, ...]
    empty: frozenset[str]
    countries: frozenset[str]
    currencies: frozenset[str]


@cache
def load_words() -> Words:
    """The words, read once."""
    said = tomllib.loads((resources.files("etl.learn") / "words.toml").read_text("utf-8"))
    entities = {name: table for name, table in said.items() if name in _ENTITIES}
    own = {
        entity: {key_of(p): c for c, phrases in table.items() for p in phrases} for entity, table in entities.items()
    }
    own["orders"] = _qualified(said["qualified"]) | own["orders"]
    vocabulary = {
        f"{entity}.{canonical}": _tokens([canonical, *phrases])
        for entity, table in entities.items()
        for canonical, phrases in table.items()
    }
    party_columns = {(party, field): c for party, table in said["party_columns"].items() for field, c in table.items()}
    return Words(
        own=own,
        vocabulary=vocabulary,
        parties=_parties(said),
        party_columns=party_columns,
        hints=_keys(said["hints"]["words"]),
        kinds={kind: _keys(phrases) for kind, phrases in said["hints"]["of"].items()},
        records=_keys(said["records"]["words"]),
        states=_folded(said["state_words"]),
        line_types=_folded(said["line_type_words"]),
        strip=tuple(said["signs"]["strip"]),
        empty=frozenset(said["signs"]["empty"]),
        countries=_column("countries.csv", "iso2", "iso3", "name_en", "name_da", "name_de"),
        currencies=_column("currencies.csv", "currency"),
    )


_ENTITIES = ("orders", "payouts", "payments", "bank_entries", "products", "customers", "stock")


def _keys(phrases: Iterable[str]) -> frozenset[str]:
    return frozenset(map(key_of, phrases))


def _qualified(said: Mapping[str, Any]) -> dict[str, str]:
    """`orderstatus`, `lineitemprice`, `ordertotalamount`: a word that says whose, and what it is."""
    return {
        key_of(one) + key_of(field): column
        for table in said.values()
        for column, fields in table["fields"].items()
        for one in table["words"]
        for field in fields
    }


def _folded(table: Mapping[str, str]) -> dict[str, str]:
    return {theirs.casefold(): ours for theirs, ours in table.items()}


def _tokens(phrases: Iterable[str]) -> frozenset[str]:
    return frozenset(word for phrase in phrases for word in phrase_of(phrase).split())


def _parties(said: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """`billingcity` and `citybilling`, for every word of a party and a field: the party and the field."""
    found = {}
    for party, names in said["parties"].items():
        for field, fields in said["fields"].items():
            for one in map(key_of, names):
                for other in map(key_of, fields):
                    found[one + other] = found[other + one] = (party, field)
    found |= {key_of(name): ("", field) for field, fields in said["fields"].items() for name in fields}
    return found


def _column(file: str, *names: str) -> frozenset[str]:
    """All texts of some columns of a table of `etl.vat`, folded."""
    text = (resources.files("etl.vat") / file).read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    return frozenset(row[name].casefold() for row in rows for name in names if row[name])
