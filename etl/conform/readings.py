"""What each canonical column is read from, and the SQL that makes its value and says what is wrong with it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from etl.conform.amounts import (
    DECIMALS,
    MINOR_EXAMPLE,
    Grammar,
    expected_sql,
    inferred,
    literal,
    minor_sql,
    number_sql,
    proof_sql,
    reason_sql,
    tidied,
)
from etl.conform.dates import Times, times_of
from etl.conform.texts import (
    is_word_sql,
    joined_sql,
    matched_sql,
    negated_sql,
    number_text_sql,
    sum_sql,
    unless_lost_sql,
)
from etl.conform.words import attribute_sql, date_example, is_in_range, moment_sql, text_sql, unquoted_sql, word_sql
from etl.contracts import Bound, Contract, Identified, bound, folded
from etl.contracts.model import REST
from etl.contracts.writing import Reading as SourceReading
from etl.contracts.writing import Writing
from etl.entities import VOCABULARIES, Column
from etl.store import Store

LONGEST_SHOWN = 200
_TIMES = ("moment", "date")
_SHEETS = ("xlsx", "workbook")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a canonical column is read: the header as the file writes it, and the text as SQL over `raw_records`.

    A sum has the cells that count in `plus` and those taken off in `less`; its text follows from their grammar.
    """

    column: Column
    header: str
    raw: str
    plus: tuple[str, ...] = ()
    less: tuple[str, ...] = ()

    @property
    def cells(self) -> tuple[str, ...]:
        """The texts whose writing proves the decimal sign."""
        return (*self.plus, *self.less) or (self.raw,)


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
    contract, writing = identified.contract, identified.writing
    places = list(_places(identified))
    grammars = _grammars(store, writing, places)
    times = times_of(store, identified, [place.raw for place in places if place.column.type in _TIMES])
    readings = []
    for place in places:
        grammar = grammars.get(place.column.name, Grammar("."))
        summed = _summed(place, grammar)
        grammar = grammar if summed is place else Grammar(".")
        readings.append(_reading(contract, summed, grammar, times, timezone, minor_units=writing.minor_units))
    return readings


def _summed(place: Place, grammar: Grammar) -> Place:
    """A sum's place with its text: the exact sum, with a point; any other place as it is."""
    if not (place.plus or place.less):
        return place
    return replace(place, raw=sum_sql(place.plus, place.less, DECIMALS[place.column.type], grammar))


def _places(identified: Identified) -> Iterator[Place]:
    contract, header = identified.contract, identified.header
    found = bound(contract, header)
    for column in contract.record.columns:
        where = found.get(column.name, Bound(()))
        texts = [f"c{position + 1}" for position in where.plus]
        positions = list(where.positions)
        if contract.attributes and column.name in contract.attributes.keys:
            lines = [p for p, name in enumerate(header) if folded(name) == folded(contract.attributes.column)][:1]
            texts += [attribute_sql(f"c{position + 1}", contract.attributes.keys[column.name]) for position in lines]
            positions += lines
        if column.name in contract.constants:
            texts.append(literal(contract.constants[column.name]))
        if texts or where.less:
            shown = header[positions[0]] if positions else column.name
            yield _place(identified, column, shown, texts, where)


def _place(identified: Identified, column: Column, shown: str, texts: list[str], where: Bound) -> Place:
    """The place of a column: its text out of one cell or several, as the contract says."""
    contract, writing = identified.contract, identified.writing
    reading = contract.columns.get(column.name)
    is_sheet = identified.dialect.kind in _SHEETS
    said = [unless_lost_sql(text) if is_sheet and column.type == "text" else text for text in texts]
    if column.type != "text":
        said = [number_text_sql(is_word_sql(text, writing.empty), writing.strip) for text in said]
    if reading and reading.is_sum:
        less = [number_text_sql(is_word_sql(f"c{p + 1}", writing.empty), writing.strip) for p in where.less]
        return Place(column, shown, "null", tuple(said), tuple(less))
    own, others = said[: len(where.plus)], said[len(where.plus) :]
    if reading and own:
        own = [_own(reading, own, column, where)]
    tidy = text_sql if column.type == "text" else tidied
    both = [*own, *others]  # what the cells say, else attributes and constants
    return Place(column, shown, both[0] if len(both) == 1 else f"coalesce({', '.join(map(tidy, both))})")


def _own(reading: SourceReading, texts: list[str], column: Column, where: Bound) -> str:
    """The text of the column's own cells: the first filled, or all of them, and the part of it that is wanted."""
    tidy = text_sql if column.type == "text" else tidied
    raw = texts[0] if len(texts) == 1 else f"coalesce({', '.join(map(tidy, texts))})"
    if reading.join:
        raw = joined_sql(texts)
    if reading.pattern:
        raw = matched_sql(raw, reading.pattern)
    if reading.negative_when and where.sign:
        sign = f"coalesce({', '.join(tidied(f'c{p + 1}') for p in where.sign)})"
        raw = negated_sql(raw, sign, reading.negative_when.words, reading.negative_when.positive)
    return raw


def _grammars(store: Store, writing: Writing, places: list[Place]) -> dict[str, Grammar]:
    """How each number column is written: as the contract says, or as the file proves."""
    numbers = [place for place in places if place.column.type in DECIMALS]
    if writing.decimal != "infer":
        return {place.column.name: Grammar(writing.decimal, writing.thousands) for place in numbers}
    if not numbers:
        return {}
    cells = [(place.column.name, cell) for place in numbers for cell in place.cells]
    proofs = store.rows(f"select {', '.join(proof_sql(cell) for _, cell in cells)} from raw_records")[0]
    proven: dict[str, tuple[bool, bool]] = {}
    for (name, _), point, comma in zip(cells, proofs[0::2], proofs[1::2], strict=True):
        before = proven.get(name, (False, False))
        proven[name] = (before[0] or bool(point), before[1] or bool(comma))
    return dict(zip(proven, inferred(list(proven.values())), strict=True))


def _reading(
    contract: Contract, place: Place, grammar: Grammar, times: Times, timezone: str, *, minor_units: bool
) -> Reading:
    """The reading of one column by its type."""
    column, kind = place.column, place.column.type
    text = f'"read {column.name}"'
    if kind in DECIMALS and minor_units and (kind == "amount" or column.name == "unit_price"):
        value = minor_sql(text, column.sql_type)
        return Reading(column, place.header, place.raw, value, "'AMOUNT_INVALID'", literal(MINOR_EXAMPLE))
    if kind in DECIMALS:
        value = number_sql(text, column.sql_type, DECIMALS[kind], grammar)
        reason = reason_sql(place.raw, DECIMALS[kind], grammar)
        return Reading(column, place.header, place.raw, value, reason, expected_sql(place.raw, kind, grammar))
    if kind in _TIMES:
        formats = times.formats(is_moment=kind == "moment")
        expected = literal(date_example(formats) if times.is_proven else times.both)
        value = moment_sql(text, formats, timezone) if times.is_proven else "null::timestamp"
        reason = "'DATE_INVALID'" if times.is_proven else "'DATE_AMBIGUOUS'"
        return Reading(column, place.header, place.raw, value, reason, expected)
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
