"""How right `etl learn` is: a draft, made while the contracts of the file's system are hidden, against the shipped one.

A column of ours is right where the draft reads it from what the shipped contract reads it from (where that cuts a
pattern out of a text, or joins several: where the texts are the same on every row that has one). It is asked where the
draft has a question about it, left where it has nothing, and wrong in every other case, a column that the shipped
contract does not read among them.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from etl import contracts, identify, learn, readers
from etl.contracts import Bound, Contract, Identified, bound, folded
from etl.entities import ENTITIES
from etl.errors import FileRejected
from etl.learn.findings import Found

TRUTH: dict[str, Any] = tomllib.loads((Path(__file__).parent / "learn_truth.toml").read_text("utf-8"))
OUTCOMES = RIGHT, ASKED, LEFT, WRONG = ("right", "asked", "left", "wrong")


@dataclass(frozen=True, slots=True)
class Measure:
    """One file: what it is, whether that had to be asked, and the outcome of each column."""

    file: str
    entity: str
    is_entity_asked: bool
    outcomes: dict[str, str]
    questions: int
    wrong: list[str] = field(default_factory=list)

    @property
    def counts(self) -> Counter[str]:
        return Counter(self.outcomes.values())


@cache
def known() -> dict[str, Contract]:
    return contracts.load()


def hidden_from(system: str) -> dict[str, Contract]:
    """All contracts but those of a system and its house."""
    hidden = {system, *TRUTH["hide"].get(system, ())}
    return {name: contract for name, contract in known().items() if contract.system not in hidden}


def truth_of(path: Path) -> Identified | None:
    """What the file is by the shipped contracts; None where none reads it as a table or as XML."""
    try:
        found = identify.identify(path, known())
    except FileRejected:
        return None
    if found.contract.system in {"generic", "Uniconta"} or found.contract.reader:
        return None
    try:
        count = sum(1 for _ in readers.rows(path, found))
    except FileRejected:
        return None
    return found if count else None


def measured(path: Path, name: str) -> Measure:
    """Learn the file without its contracts, telling only what a row is if that is asked, and compare."""
    truth = truth_of(path)
    assert truth, "no shipped contract reads it"
    others = hidden_from(truth.contract.system)
    learned = learn.learn(path, others)
    assert learned.already is None, "its contract is not hidden"
    asked_entity = learned.entity is None and any(q.key == "entity" for q in learned.questions)
    if asked_entity:
        learned = learn.learn(path, others, answers={"entity": truth.contract.entity})
    outcomes, wrong = _outcomes(learned, truth, path, TRUTH.get(name, {}))
    entity = learned.entity or learned.guess.entity
    if learned.entity and entity != truth.contract.entity:
        wrong.append(f"entity: {entity} / {truth.contract.entity}")
    return Measure(name, entity, asked_entity, outcomes, len(learned.questions), wrong)


def _outcomes(
    learned: learn.Learned, truth: Identified, path: Path, by_hand: Mapping[str, Any]
) -> tuple[dict[str, str], list[str]]:
    open_keys = {q.key for q in learned.questions}
    asked = {key.removeprefix("columns.") for key in open_keys if key.startswith("columns.")}
    kinds = {column.name: column.type for column in ENTITIES[truth.contract.entity].columns}
    found = learned.guess.found if learned.entity else {}
    if "minor_units" in open_keys:  # then no amount is written
        asked |= {canonical for canonical in found if kinds.get(canonical) == "amount"}
        found = {canonical: one for canonical, one in found.items() if canonical not in asked}
    places = bound(truth.contract, truth.header)
    outcomes, wrong = {}, []
    for canonical in dict.fromkeys((*places, *found)):
        if canonical not in found:
            is_asked = canonical in asked or learned.entity is None
            outcomes[canonical] = ASKED if is_asked else LEFT
            continue
        one = found[canonical]
        also = {**by_hand.get("also", {}), **by_hand.get("or", {})}.get(canonical)
        is_right = one.headers == (also,) or (
            canonical in places and _is_same(one, canonical, places[canonical], truth, path, learned)
        )
        outcomes[canonical] = RIGHT if is_right else WRONG
        wrong += [] if is_right else [f"{canonical}: {one.headers} / {places.get(canonical)}; {one.evidence}"]
    return outcomes, wrong


def _is_same(one: Found, canonical: str, place: Bound, truth: Identified, path: Path, learned: learn.Learned) -> bool:
    """Does the draft read the column from where the shipped contract does?"""
    reading = truth.contract.columns[canonical]
    names = _names(truth, learned_record(learned))
    plus, less = ([names[position] for position in positions] for positions in (place.plus, place.less))
    mine = [_absolute(learned_record(learned), header) for header in one.plus]
    taken = [_absolute(learned_record(learned), header) for header in one.less]
    if sorted(mine) == sorted(plus) and sorted(taken) == sorted(less) and one.pattern == reading.pattern:
        return True
    if reading.by_value and not reading.pattern:
        return len(mine) == 1 and not taken and mine[0] in plus
    if (reading.pattern or reading.join) and set(mine) <= set(plus) and not taken:
        return _same_texts(one, canonical, place, truth, path, [names.index(name) for name in mine])
    return False


def learned_record(learned: learn.Learned) -> str:
    """The record's path in a draft of XML, else nothing."""
    found = re.search(r'^record = "([^"]+)"', learned.text, re.MULTILINE)
    return found[1] if found else ""


def _names(truth: Identified, drafted: str) -> list[str]:
    """The headers as they are compared; a source that knows several paths of its record is read by the draft's."""
    records = truth.contract.xml.record if truth.dialect.kind == "xml" and truth.contract.xml else ("",)
    record = drafted if drafted in records else records[0]
    return [_absolute(record, name) for name in truth.header]


def _absolute(record: str, name: str) -> str:
    """A header as it is compared; an XML path from the root on."""
    if not record:
        return folded(name)
    parts = record.split("/")
    for step in name.split("/"):
        if step == "..":
            parts.pop()
        elif step != ".":
            parts.append(step)
    return "/".join(parts)


def _same_texts(one: Found, canonical: str, place: Bound, truth: Identified, path: Path, mine: list[int]) -> bool:
    """Is what the draft reads the text of the shipped contract, on every row where that has one?"""
    reading = truth.contract.columns[canonical]
    pairs = [
        (_cut(_joined(row.cells, place.plus), reading.pattern), _cut(_joined(row.cells, mine), one.pattern))
        for row in readers.rows(path, truth)
    ]
    said = [(theirs, ours) for theirs, ours in pairs if theirs]
    return bool(said) and all(theirs == ours for theirs, ours in said)


def _joined(cells: list[str], positions: tuple[int, ...] | list[int]) -> str:
    return " ".join(cells[position].strip() for position in positions if cells[position].strip())


def _cut(text: str, pattern: str | None) -> str:
    if not pattern:
        return text
    found = re.search(pattern, text)
    return found[1] if found else ""
