"""What a column's name says: the first kind of evidence.

A name is compared with what the shipped contracts call their columns, and with the words of `words.toml`. `known`: the
name stands for exactly one column. `hint`: it could be one of several, or it says only of what kind it is. A name that
a single contract uses in its own way (a comment that holds an order number) is a hint too: two systems have to agree,
or the word has to be one that people use for it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from etl.contracts import Contract
from etl.contracts.model import Reading
from etl.learn.words import Words, key_of, phrase_of

NEAR = 0.86
OF_ITS_KIND = "a word of its kind"
LOOKS = "looks like it"
# Of these kinds a name that ends so is a hint: "Creation Date".
_ENDS = ("date", "fee", "line_type", "state")
_SHORT = 5


@dataclass(frozen=True, slots=True)
class Said:
    """What a name says: the columns it may stand for, whether that is known or a hint, and who calls it so.

    `part`: the name is only a part of the column (`first_name`, `last_name` of `customer_name`).
    """

    columns: frozenset[str] = frozenset()
    is_known: bool = False
    source: str = ""
    part: str = ""

    @property
    def is_of_many_systems(self) -> bool:
        """Do systems call several columns so?"""
        return len(self.columns) > 1 and self.source not in {LOOKS, OF_ITS_KIND}


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one entity's columns: by key, the column and the systems that call it so."""

    entity: str
    words: Words
    systems: Mapping[str, Mapping[str, frozenset[str]]]

    def said_by(self, header: str) -> Said:
        """What a header says. Of an XML path the last name counts, and the last two together."""
        steps = [step.lstrip("@") for step in header.split("/") if step not in {"..", "."}]
        found = [self._said("/".join(steps[-count:])) for count in range(1, min(3, len(steps)) + 1)]
        known = [said for said in found if said.is_known]
        if known:
            return known[-1] if len({said.columns for said in known}) > 1 else known[0]
        return next((said for said in found if said.columns), Said())

    def _said(self, name: str) -> Said:
        key = key_of(name)
        if own := self.words.own.get(self.entity, {}).get(key):
            return Said(frozenset({own}), is_known=True, source="a word for it")
        if self.entity == "orders" and key in self.words.parties and (party := self._of_party(key)):
            return party
        if kinds := {c for kind, keys in self.words.kinds.items() if key in keys for c in self._of_kind(kind)}:
            return Said(frozenset(kinds | self.systems.get(key, {}).keys()), source=OF_ITS_KIND)
        return self._of_systems(key) if key in self.systems else self._near(name, key)

    def _of_party(self, key: str) -> Said | None:
        """A field of an address. One without a party is the buyer's, if no party has it: only a hint here."""
        party, field = self.words.parties[key]
        part = field if field in {"first_name", "middle_name", "last_name"} else ""
        column = self.words.party_columns.get((party or "billing", "name" if part else field))
        return Said(frozenset({column}), bool(party), "a party and a field", part) if column else None

    def _of_systems(self, key: str) -> Said:
        meanings = self.systems[key]
        everyone = sorted({system for systems in meanings.values() for system in systems})
        source = f"{', '.join(everyone[:3])} call{'s' if len(everyone) == 1 else ''} it so"
        if len(meanings) > 1:
            return Said(frozenset(meanings), source=source)
        column, systems = next(iter(meanings.items()))
        words = self.words.vocabulary.get(f"{self.entity}.{column}", frozenset())
        is_sensible = any(len(word) > _SHORT and word in key for word in words - self.words.hints)
        return Said(frozenset({column}), key not in self.words.hints and (len(systems) > 1 or is_sensible), source)

    def _near(self, name: str, key: str) -> Said:
        """Names that look like one of ours, hold one of ours whole, or end with a word of a kind."""
        words = phrase_of(name).split()
        phrases = self.words.own.get(self.entity, {})
        near = {phrases[phrase] for phrase in get_close_matches(key, phrases, 5, NEAR)}
        held = {phrases[part] for part in _parts(words) if part in phrases and part not in self.words.hints}
        ends = {c for kind in _ENDS if words and words[-1] in self.words.kinds[kind] for c in self._of_kind(kind)}
        return Said(frozenset(near | held | ends), source=LOOKS)

    def _of_kind(self, kind: str) -> tuple[str, ...]:
        return _KINDS.get((self.entity, kind), ())


def _parts(words: list[str]) -> Iterator[str]:
    """Runs of one to three words that are not the whole name."""
    for size in (3, 2, 1):
        if len(words) > size:
            yield from ("".join(words[start : start + size]) for start in range(len(words) - size + 1))


# What a name of a kind may be, by entity; the first is what it is where it is the only column of that kind.
_KINDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("orders", "date"): ("order_date",),
    ("orders", "amount"): ("order_total", "line_amount"),
    ("orders", "state"): ("state",),
    ("payouts", "date"): ("occurred_at", "payout_date"),
    ("payouts", "amount"): ("gross_amount", "net_amount", "payout_amount"),
    ("payouts", "line_type"): ("line_type",),
    ("payouts", "fee"): ("fee_amount",),
    ("payments", "date"): ("paid_at",),
    ("payments", "amount"): ("amount",),
    ("bank_entries", "date"): ("entry_date", "value_date"),
    ("bank_entries", "amount"): ("amount",),
}


def names_of(entity: str, known: Mapping[str, Contract], words: Words) -> Names:
    """The names of an entity's columns, from all contracts of it and from the words."""
    found: dict[str, dict[str, set[str]]] = {}
    for contract in known.values():
        if contract.entity != entity or contract.system == "generic":
            continue
        for canonical, reading in contract.columns.items():
            for key in _keys(reading):
                found.setdefault(key, {}).setdefault(canonical, set()).add(contract.system)
    return Names(
        entity, words, {key: {c: frozenset(s) for c, s in meanings.items()} for key, meanings in found.items()}
    )


def _keys(reading: Reading) -> Iterator[str]:
    """The names that by themselves mean the column: no parts of sums and of joins, none that a pattern cuts."""
    if reading.is_sum or reading.join or reading.pattern or reading.negative_when:
        return
    names = reading.names[:1] if reading.by_value else reading.names
    for name in names:
        steps = [step for step in re.sub(r"\[[^\]]*\]", "", name).split("/") if step not in {"..", "."}]
        if steps and not name.startswith("#"):
            yield key_of(steps[-1])
            yield key_of("/".join(steps[-2:]))
