"""What each canonical column is read from, and the SQL that makes its value and says what is wrong with it."""

from collections.abc import Iterator
from dataclasses import dataclass

from etl.conform.amounts import (
    DECIMALS,
    Grammar,
    expected_sql,
    inferred,
    literal,
    number_sql,
    proof_sql,
    reason_sql,
    tidied,
)
from etl.conform.words import attribute_sql, date_example, is_in_range, moment_sql, text_sql, unquoted_sql, word_sql
from etl.contracts import Contract, Identified, bind, folded
from etl.contracts.model import REST, Csv
from etl.entities import VOCABULARIES, Column
from etl.store import Store

LONGEST_SHOWN = 200
_TIMES = ("moment", "date")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a canonical column is read: the header as the file writes it, and the text as SQL over `raw_records`."""

    column: Column
    header: str
    raw: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The SQL of one canonical column.

    `raw` is the text as it stands, over `raw_records`, called `raw_name` from there on; `value` is over `raw_name`
    and is called `name`. `reason` and `expected`, over `raw_records` again, are for a text that has no value.
    """

    column: Column
    header: str
    raw: str
    value: str
    reason: str = "'VALUE_UNKNOWN'"
    expected: str = "null"

    @property
    def raw_name(self) -> str:
        """What the text is called."""
        return f'"read {self.column.name}"'

    @property
    def name(self) -> str:
        """What the value is called."""
        return f'"{self.column.name}"'

    @property
    def is_text(self) -> bool:
        """Is it a column in which any text is right?"""
        return self.column.type == "text"

    @property
    def is_filled(self) -> str:
        """SQL: does the cell say anything?"""
        return f"{self.name if self.is_text else self.raw_name} is not null"

    @property
    def is_wrong(self) -> str:
        """SQL: has the cell a text that means nothing? Where it is most often decided comes first."""
        no_value = f"{self.name} is null"
        if self.column.type in _TIMES:
            no_value = f"{is_in_range(self.name)} is not true"
        return f"{self.raw_name} is not null and {no_value} and {tidied(self.raw_name)} is not null"

    @property
    def kept(self) -> str:
        """SQL of the value as it is kept: a moment that nobody can mean is none, a date is the day of its moment."""
        if self.column.type not in _TIMES:
            return self.name
        cast = "::date" if self.column.type == "date" else ""
        return f"case when {is_in_range(self.name)} then {self.name}{cast} end as {self.name}"


def readings_of(store: Store, identified: Identified, timezone: str) -> list[Reading]:
    """A reading for each canonical column that the file, an attribute or a constant fills, in the entity's order."""
    contract = identified.contract
    places = list(_places(identified))
    grammars = _grammars(store, contract, places)
    return [_reading(contract, place, grammars.get(place.column.name, Grammar(".")), timezone) for place in places]


def _places(identified: Identified) -> Iterator[Place]:
    contract, header = identified.contract, identified.header
    bound = bind(contract, header)
    names = [folded(name) for name in header]
    attributes = contract.attributes
    lines = [p for p, name in enumerate(names) if attributes and name == folded(attributes.column)][:1]
    for column in contract.record.columns:
        positions = list(bound.get(column.name, ()))
        texts = [f"c{position + 1}" for position in positions]
        if attributes and column.name in attributes.keys:
            texts += [attribute_sql(f"c{position + 1}", attributes.keys[column.name]) for position in lines]
            positions += lines
        if column.name in contract.constants:
            texts.append(literal(contract.constants[column.name]))
        if texts:
            tidy = text_sql if column.type == "text" else tidied
            raw = texts[0] if len(texts) == 1 else f"coalesce({', '.join(map(tidy, texts))})"
            yield Place(column, header[positions[0]] if positions else column.name, raw)


def _grammars(store: Store, contract: Contract, places: list[Place]) -> dict[str, Grammar]:
    """How each number column is written: as the contract says, or as the file proves."""
    form = contract.csv or Csv()
    numbers = [place for place in places if place.column.type in DECIMALS]
    if form.decimal != "infer":
        return {place.column.name: Grammar(form.decimal, form.thousands) for place in numbers}
    if not numbers:
        return {}
    proofs = store.rows(f"select {', '.join(proof_sql(place.raw) for place in numbers)} from raw_records")[0]
    grammars = inferred(list(zip(proofs[0::2], proofs[1::2], strict=True)))
    return {place.column.name: grammar for place, grammar in zip(numbers, grammars, strict=True)}


def _reading(contract: Contract, place: Place, grammar: Grammar, timezone: str) -> Reading:
    """The reading of one column by its type."""
    column, kind = place.column, place.column.type
    text = f'"read {column.name}"'
    if kind in DECIMALS:
        value = number_sql(text, column.sql_type, DECIMALS[kind], grammar)
        reason = reason_sql(place.raw, DECIMALS[kind], grammar)
        return Reading(column, place.header, place.raw, value, reason, expected_sql(place.raw, kind, grammar))
    if kind in _TIMES:
        form = contract.csv or Csv()
        both = (form.moment_formats, form.date_formats)
        formats = [f for group in (both if kind == "moment" else reversed(both)) for f in group]
        expected = literal(date_example(formats))
        value = moment_sql(text, formats, timezone)
        return Reading(column, place.header, place.raw, value, "'DATE_INVALID'", expected)
    words, rest = contract.words(column.name), contract.values.get(column.name, {}).get(REST)
    if kind == "boolean" or kind in VOCABULARIES:
        value = word_sql(text, words, otherwise=literal(rest) if rest else "null")
        known = literal(", ".join(words)[:LONGEST_SHOWN])
        return Reading(column, place.header, place.raw, f"({value})::{column.sql_type}", expected=known)
    return Reading(column, place.header, place.raw, _text_value(contract, place, text))


def _text_value(contract: Contract, place: Place, text: str) -> str:
    """The value of a text column: clean, without a spreadsheet's apostrophe, in our word where the contract has one."""
    name = place.column.name
    words, rest = contract.words(name), contract.values.get(name, {}).get(REST)
    cleaned = text if place.raw.startswith("coalesce") else text_sql(text)
    if name.endswith(("postcode", "phone")):
        cleaned = unquoted_sql(cleaned)
    return word_sql(cleaned, words, otherwise=literal(rest) if rest else cleaned) if words or rest else cleaned
