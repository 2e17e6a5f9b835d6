"""From text to types: `raw_records` under a contract becomes `conformed`, and what does not fit `conform_rejects`.

The SQL is generated from the contract, so that a hundred thousand rows never travel through Python. A value that does not
fit rejects its row, with the header as the file writes it, what was read and what was expected; the first such value of a row
stands for the row, which therefore has exactly one fate. Rejected rows are not in `conformed`; the rejects carry the order
number (`order_no`) and the payout (`payout_id`) as they were read, so that the whole order or payout can be held.
"""

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
from etl.conform.words import (
    attribute_sql,
    date_example,
    is_in_range,
    moment_sql,
    text_sql,
    unquoted_sql,
    word_sql,
)
from etl.contracts import Contract, Identified, bind, folded
from etl.contracts.model import REST, Csv
from etl.entities import VOCABULARIES, Column
from etl.store import Store

_LONGEST_SHOWN = 200
_TIMES = ("moment", "date")


@dataclass(frozen=True, slots=True)
class Conformed:
    """How many rows are in `conformed` and how many in `conform_rejects`."""

    rows: int
    rejected: int


@dataclass(frozen=True, slots=True)
class _Reading:
    """One canonical column that the file (or a constant) fills: its SQL, from the text of the cell to the value.

    `raw` is the text as it stands, over the columns of `raw_records`; `value` is over the alias `raw_name`.
    """

    column: Column
    header: str
    raw: str
    value: str
    reason: str = "'VALUE_UNKNOWN'"
    expected: str = "null"

    @property
    def raw_name(self) -> str:
        return f'"read {self.column.name}"'

    @property
    def name(self) -> str:
        return f'"{self.column.name}"'

    @property
    def is_text(self) -> bool:
        """A text is never wrong."""
        return self.column.type == "text"


def conform(store: Store, identified: Identified, *, timezone: str) -> Conformed:
    """Make `conformed` (source_record and every canonical column, NULL where the source has none) and `conform_rejects`.

    `conform_rejects`: source_record, reason_code, column_name, value_read, expected, order_no, payout_id. Moments are in
    `timezone`. `raw_records` is used up.
    """
    contract = identified.contract
    readings = _readings(store, identified, timezone)
    inner = ", ".join(f"{reading.raw} as {reading.raw_name}" for reading in readings)
    values = ", ".join(f"{reading.value} as {reading.name}" for reading in readings)
    raw_names = ", ".join(reading.raw_name for reading in readings if not reading.is_text)
    kept = ", ".join(_kept(reading) for reading in readings)
    extra = _extra(contract, identified.header)
    with store.in_file_order():
        store.script(
            f"create or replace temp table conform_cells as with read as (select source_record, {inner}{extra}"
            f" from raw_records), valued as (select source_record, {', '.join(filter(None, (values, raw_names)))}"
            f"{', extra' if extra else ''} from read) select source_record, {kept}, {_fault(contract, readings)} as fault"
            f"{', extra' if extra else ''} from valued"
        )
    rejected = _reject(store, readings)
    _show(store, contract, readings, has_rejects=rejected > 0, has_extra=bool(extra))
    store.script("drop table raw_records")
    return Conformed(int(store.value("select count(*) from conform_cells")) - rejected, rejected)


def _readings(store: Store, identified: Identified, timezone: str) -> list[_Reading]:
    """A reading for every canonical column that has a place in the file, an attribute or a constant, in entity order."""
    contract, header = identified.contract, identified.header
    places = bind(contract, header)
    folded_header = [folded(name) for name in header]
    attributes = contract.attributes
    lines = folded(attributes.column) if attributes else None
    lines_at = folded_header.index(lines) if lines in folded_header else None
    found: list[tuple[Column, str, str]] = []
    for column in contract.record.columns:
        positions = list(places.get(column.name, ()))
        texts = [f"c{position + 1}" for position in positions]
        if attributes and lines_at is not None and column.name in attributes.keys:
            texts.append(attribute_sql(f"c{lines_at + 1}", attributes.keys[column.name]))
            positions.append(lines_at)
        if column.name in contract.constants:
            texts.append(literal(contract.constants[column.name]))
        if texts:
            tidy = text_sql if column.type == "text" else tidied
            raw = texts[0] if len(texts) == 1 else f"coalesce({', '.join(map(tidy, texts))})"
            found.append((column, header[positions[0]] if positions else column.name, raw))
    grammars = _grammars(store, contract, found)
    return [_reading(contract, *place, grammars.get(place[0].name, Grammar(".")), timezone) for place in found]


def _grammars(store: Store, contract: Contract, found: list[tuple[Column, str, str]]) -> dict[str, Grammar]:
    """How each number column is written: as the contract says, or as the file proves."""
    form = contract.csv or Csv()
    numbers = [(column, raw) for column, _, raw in found if column.type in DECIMALS]
    if form.decimal != "infer":
        return {column.name: Grammar(form.decimal, form.thousands) for column, _ in numbers}
    if not numbers:
        return {}
    proofs = store.rows(f"select {', '.join(proof_sql(raw) for _, raw in numbers)} from raw_records")[0]
    pairs = list(zip(proofs[0::2], proofs[1::2], strict=True))
    return {column.name: grammar for (column, _), grammar in zip(numbers, inferred(pairs), strict=True)}


def _reading(contract: Contract, column: Column, header: str, raw: str, grammar: Grammar, timezone: str) -> _Reading:
    """The reading of one column by its type."""
    text = f'"read {column.name}"'
    kind = column.type
    if kind in DECIMALS:
        decimals = DECIMALS[kind]
        value = number_sql(text, column.sql_type, decimals, grammar)
        reason, expected = reason_sql(raw, decimals, grammar), expected_sql(raw, kind, grammar)
        return _Reading(column, header, raw, value, reason, expected)
    if kind in _TIMES:
        form = contract.csv or Csv()
        first, second = (form.moment_formats, form.date_formats)[:: 1 if kind == "moment" else -1]
        value = moment_sql(text, (*first, *second), timezone)
        return _Reading(column, header, raw, value, "'DATE_INVALID'", literal(date_example(first or second)))
    words, rest = contract.words(column.name), contract.values.get(column.name, {}).get(REST)
    if kind == "boolean" or kind in VOCABULARIES:
        value = word_sql(text, words, otherwise=literal(rest) if rest else "null")
        known = literal(", ".join(words)[:_LONGEST_SHOWN])
        return _Reading(column, header, raw, f"({value})::{column.sql_type}", expected=known)
    cleaned = text if raw.startswith("coalesce") else text_sql(text)
    if column.name.endswith(("postcode", "phone")):
        cleaned = unquoted_sql(cleaned)
    if words or rest:
        cleaned = word_sql(cleaned, words, otherwise=literal(rest) if rest else cleaned)
    return _Reading(column, header, raw, cleaned)


def _kept(reading: _Reading) -> str:
    """The value as it is kept: a moment that nobody can mean is none, a date is the day of its moment."""
    if reading.column.type not in _TIMES:
        return reading.name
    cast = "::date" if reading.column.type == "date" else ""
    return f"case when {is_in_range(reading.name)} then {reading.name}{cast} end as {reading.name}"


def _fault(contract: Contract, readings: list[_Reading]) -> str:
    """The number of the first reading that is wrong, negative where it is missing; NULL for a good row."""
    start = contract.csv.block_start if contract.csv else None
    starts = next((f"{r.raw_name if not r.is_text else r.name} is not null" for r in readings if r.column.name == start), "true")
    cases = []
    for number, reading in enumerate(readings, 1):
        if not reading.is_text:
            wrong = f"{reading.name} is null"
            if reading.column.type in _TIMES:
                wrong = f"{is_in_range(reading.name)} is not true"
            cases.append(f"when {reading.raw_name} is not null and {wrong} and {tidied(reading.raw_name)} is not null then {number}")
        if reading.column.name in contract.record.required:
            cases.append(f"when {reading.name} is null then {-number}")
        elif reading.column.name in contract.required:
            cases.append(f"when {starts} and {reading.name} is null then {-number}")
    return f"case {' '.join(cases)} end" if cases else "null::integer"


def _extra(contract: Contract, header: tuple[str, ...]) -> str:
    """The unmapped columns worth keeping, as one JSON text."""
    names = [folded(name) for name in header]
    kept = [name for name in (contract.extra.columns if contract.extra else ()) if folded(name) in names]
    pairs = ", ".join(f"{literal(name)}, c{names.index(folded(name)) + 1}" for name in kept)
    return f", json_object({pairs})::varchar as extra" if kept else ""


def _reject(store: Store, readings: list[_Reading]) -> int:
    """Fill `conform_rejects`; the number of its rows. Only the faults that occur cost anything."""
    store.script(
        "create or replace temp table conform_rejects (source_record bigint, reason_code varchar, column_name varchar,"
        " value_read varchar, expected varchar, order_no varchar, payout_id varchar)"
    )
    keys = {r.column.name: text_sql(r.raw) for r in readings if r.column.name in {"order_no", "payout_id"}}
    for (fault,) in store.rows("select distinct fault from conform_cells where fault is not null order by fault"):
        reading = readings[abs(fault) - 1]
        reason, expected = ("'VALUE_MISSING'", "null") if fault < 0 else (reading.reason, reading.expected)
        store.rows(
            f"insert into conform_rejects select source_record, {reason}, $1, left({reading.raw}, {_LONGEST_SHOWN}),"
            f" {expected}, {keys.get('order_no', 'null')}, {keys.get('payout_id', 'null')} from raw_records"
            " where source_record in (select source_record from conform_cells where fault = $2)",
            [reading.header, fault],
        )
    return int(store.value("select count(*) from conform_rejects"))


def _show(store: Store, contract: Contract, readings: list[_Reading], *, has_rejects: bool, has_extra: bool) -> None:
    """Make the view `conformed`: the good rows with every column of the entity."""
    filled = {reading.column.name for reading in readings}
    columns = ", ".join(
        f'"{c.name}"' if c.name in filled else f'null::{c.sql_type} as "{c.name}"' for c in contract.record.columns
    )
    where = " where fault is null" if has_rejects else ""
    extra = ", extra" if has_extra else ""
    store.script(f"create or replace temp view conformed as select source_record, {columns}{extra} from conform_cells{where}")
