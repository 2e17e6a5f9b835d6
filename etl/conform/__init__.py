"""From text to types: `raw_records` under a contract becomes `conformed`, and what does not fit `conform_rejects`.

The SQL is generated from the contract, so that a hundred thousand rows never travel through Python. A value that does
not fit rejects its row, with the header as the file writes it, what was read and what was expected; the first such
value of a row stands for the row, which therefore has exactly one fate. Rejected rows are not in `conformed`; the
rejects carry the order number (`order_no`) and the payout (`payout_id`) as they were read, so that the whole order or
payout is held.
"""

from dataclasses import dataclass

from etl.conform.amounts import literal, tidied
from etl.conform.filling import fill_down
from etl.conform.readings import LONGEST_SHOWN, Reading, readings_of
from etl.conform.texts import LOST
from etl.conform.words import text_sql
from etl.contracts import Contract, Identified, folded
from etl.contracts.model import REST
from etl.readers.grid import wanted_columns
from etl.store import Store

__all__ = ["Conformed", "conform"]


@dataclass(frozen=True, slots=True)
class Conformed:
    """How many rows are in `conformed` and how many in `conform_rejects`."""

    rows: int
    rejected: int


def conform(store: Store, identified: Identified, *, timezone: str) -> Conformed:
    """Make `conformed` and `conform_rejects` of `raw_records`, which is used up.

    `conformed`: source_record and every column of the entity, NULL where the source has none; moments in `timezone`.
    `conform_rejects`: source_record, reason_code, column_name, value_read, expected, order_no, payout_id.
    """
    contract = identified.contract
    fill_down(store, identified)
    _skip(store, identified)
    readings = readings_of(store, identified, timezone)
    extra = _extra(contract, identified.header)
    read = ", ".join(["source_record", *(f"{r.raw} as {r.raw_name}" for r in readings), *extra])
    raw_names = [r.raw_name for r in readings if not r.is_text]
    also = ["extra"] if extra else []
    valued = ", ".join(["source_record", *(f"{r.value} as {r.name}" for r in readings), *raw_names, *also])
    kept = ", ".join(["source_record", *(r.kept for r in readings), *also, f"{_fault(contract, readings)} as fault"])
    store.script(
        f"create or replace temp table conform_cells as with read as (select {read} from raw_records),"
        f" valued as (select {valued} from read) select {kept} from valued"
    )
    _rest(store, identified, readings)
    rejected = _reject(store, readings)
    _show(store, contract, {r.column.name for r in readings}, also, has_rejects=rejected > 0)
    store.script("drop table raw_records")
    return Conformed(int(store.value("select count(*) from conform_cells")) - rejected, rejected)


def _skip(store: Store, identified: Identified) -> None:
    """Take the rows that are no records out of `raw_records` into `conform_skipped`: (source_record, column, value).

    The word `*` is any that stands there, the empty word is none.
    """
    store.script(
        "create or replace temp table conform_skipped (source_record bigint, column_name varchar, value_read varchar)"
    )
    names = [folded(name) for name in identified.header]
    for header, words in identified.contract.skip.items():
        if folded(header) in names:
            cell = f"c{names.index(folded(header)) + 1}"
            listed = ", ".join(literal(folded(word)) for word in words)
            is_skipped = f"coalesce(lower({tidied(cell)}), '') in ({listed})"
            if REST in words:
                is_skipped = f"{tidied(cell)} is not null"
            store.script(
                f"insert into conform_skipped select source_record, {literal(header)}, {cell} from raw_records"
                f" where {is_skipped}; delete from raw_records where {is_skipped}"
            )


def _rest(store: Store, identified: Identified, readings: list[Reading]) -> None:
    """Make `conform_rest`: the words that the contract takes by its `*`, and the cells whose digits a sheet lost."""
    store.script(
        "create or replace temp table conform_rest (source_record bigint, column_name varchar, value_read varchar)"
    )
    for reading in readings:
        name = reading.column.name
        if REST in identified.contract.values.get(name, {}):
            known = ", ".join(literal(word) for word in identified.contract.words(name)) or "''"
            store.script(
                f"insert into conform_rest select source_record, {literal(name)}, {tidied(reading.raw)}"
                f" from raw_records where {tidied(reading.raw)} is not null"
                f" and lower({tidied(reading.raw)}) not in ({known})"
            )
    if identified.dialect.kind in {"xlsx", "workbook"}:
        for position in wanted_columns(identified):
            header = literal(identified.header[position])
            store.script(
                f"insert into conform_rest select source_record, 'precision', {header} from raw_records"
                f" where starts_with(c{position + 1}, {literal(LOST)})"
            )


def _fault(contract: Contract, readings: list[Reading]) -> str:
    """SQL: the number of the first reading that is wrong, negative where it is missing; NULL for a good row."""
    start = contract.block_start
    starts = next((r.is_filled for r in readings if r.column.name == start), "true")
    cases = []
    for number, reading in enumerate(readings, 1):
        if not reading.is_text:
            cases.append(f"when {reading.is_wrong} then {number}")
        if reading.column.name in contract.record.required:
            cases.append(f"when {reading.name} is null then {-number}")
        elif reading.column.name in contract.required:
            cases.append(f"when {starts} and {reading.name} is null then {-number}")
    return f"case {' '.join(cases)} end" if cases else "null::integer"


def _extra(contract: Contract, header: tuple[str, ...]) -> list[str]:
    """SQL: the unmapped columns worth keeping, as one JSON text; nothing where the contract names none."""
    names = [folded(name) for name in header]
    kept = [name for name in (contract.extra.columns if contract.extra else ()) if folded(name) in names]
    pairs = ", ".join(f"{literal(name)}, c{names.index(folded(name)) + 1}" for name in kept)
    return [f"json_object({pairs})::varchar as extra"] if kept else []


def _reject(store: Store, readings: list[Reading]) -> int:
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
            f"insert into conform_rejects select source_record, {reason}, $1, left({reading.raw}, {LONGEST_SHOWN}),"
            f" {expected}, {keys.get('order_no', 'null')}, {keys.get('payout_id', 'null')} from raw_records"
            " where source_record in (select source_record from conform_cells where fault = $2)",
            [reading.header, fault],
        )
    return int(store.value("select count(*) from conform_rejects"))


def _show(store: Store, contract: Contract, filled: set[str], also: list[str], *, has_rejects: bool) -> None:
    """Make the view `conformed`: the good rows with every column of the entity."""
    columns = [
        f'"{c.name}"' if c.name in filled else f'null::{c.sql_type} as "{c.name}"' for c in contract.record.columns
    ]
    where = " where fault is null" if has_rejects else ""
    listed = ", ".join(["source_record", *columns, *also])
    store.script(f"create or replace temp view conformed as select {listed} from conform_cells{where}")
