"""One order decided again on the snapshot, check by check, to see why: the same models as a run, nothing is changed.

The models that make temp tables run as they stand (the temp catalogue is ours, the snapshot is read-only); those that
replace lasting rows are left out, because the snapshot has what they gave.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from etl.store import Model, Store, models
from etl.vat import numbers

_SOURCES = re.compile(r"\b(?:from|join)\s+([a-z_]+(?:\.[a-z_]+)?)")
_NOT_SHOWN = frozenset(
    {"order_key", "payout_key", "line_key", "doc_key", "file_id", "source_record", "place", "subject"}
)
_DECIDE = range(100, 400)
_CHECKS = range(900, 948)
_VAT_NUMBERS_SEEN = "vat_numbers_seen"
# Where company.toml spells a setting otherwise than its table.
_SECTIONS = {"debtor_rules": "debtors", "vat_codes": "vat.codes", "vat_categories": "vat.categories"}
_KEYS = {
    "date_rule": "date",
    "debtor_group": "group",
    "default_item": "default",
    "is_create": "create",
    "item_group": "group",
    "update_rule": "update",
}
_NOT_SETTINGS = frozenset({"messages", "order_states", "run"})


@dataclass(frozen=True, slots=True)
class Trial:
    """One check tried on the order: what it asks, what it saw, and what it found (empty: passed)."""

    check: str
    question: str
    seen: dict[str, str]
    found: list[dict[str, Any]]
    settings: list[str]


def rehearse(store: Store, order_key: int) -> list[Trial]:
    """Run the models on the one order and each check by itself, in their order. Leaves the temp tables to look at."""
    store.rows("create or replace temp table touched_orders as select $1::ubigint as order_key", [order_key])
    store.script("create or replace temp table touched_payouts (payout_key ubigint)")
    store.script_file("findings.sql")
    store.script_file("macros.sql")
    for model in _of(_DECIDE):
        if model.name not in _made_by_replacing():
            store.run_model(model)
        if model.name == _VAT_NUMBERS_SEEN:
            numbers.check(store)
    columns = _columns(store)
    return [_tried(store, model, columns) for model in _of(_CHECKS)]


def settings_of(sql: str, code: str = "") -> list[str]:
    """The settings that a check rests on, as company.toml spells them: its own, else those of what it reads.

    A check that is a union finds several things; `code` narrows it to the part that finds that one.
    """
    parts = [part for part in sql.split("union all by name") if code and f"'{code}'" in part]
    text = "\n".join(parts) or sql
    own = _settings(text)
    if own:
        return own
    read = [_by_name()[name].sql for name in _SOURCES.findall(text) if name in _by_name()]
    if not read and parts:
        return settings_of(sql)
    return sorted({name for source in read for name in settings_of(source)})


def _tried(store: Store, model: Model, columns: dict[str, list[str]]) -> Trial:
    store.script("delete from findings_now")
    store.run_model(model)
    found = store.dicts("select code, effect, field, value_read, expected from findings_now order by place, code")
    settings = settings_of(model.sql, found[0]["code"]) if found else []
    return Trial(f"{model.number}_{model.name}", model.comment, dict(_seen(store, model, columns)), found, settings)


def _seen(store: Store, model: Model, columns: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    """The values of the order that a check names, by table and column."""
    code = re.sub(r"--[^\n]*", "", model.sql)
    words = set(re.findall(r"\w+", code))
    for source in dict.fromkeys(_SOURCES.findall(code)):
        known = columns.get(source, [])
        named = [name for name in known if name in words and name not in _NOT_SHOWN]
        if "order_key" not in known or not named:
            continue
        values = ", ".join(f"string_agg(distinct {n}::varchar, ', ' order by {n}::varchar) as {n}" for n in named)
        row = store.dicts(f"select {values} from {source} where order_key in (select order_key from touched_orders)")[0]
        yield from ((f"{source.rpartition('.')[2]}.{name}", value) for name, value in row.items() if value is not None)


def _columns(store: Store) -> dict[str, list[str]]:
    """The columns of every table, as the models name it: temp tables plainly, the others with their schema."""
    found: dict[str, list[str]] = {}
    for schema, table, column in store.rows("select schema_name, table_name, column_name from duckdb_columns()"):
        found.setdefault(table if schema == "main" else f"{schema}.{table}", []).append(column)
    return found


def _settings(sql: str) -> list[str]:
    """[section] key, for each setting that a text names."""
    words = set(re.findall(r"\w+", sql))
    found = []
    for table in dict.fromkeys(re.findall(r"\bsetting\.(\w+)", sql)):
        if table in _NOT_SETTINGS or table.startswith("vat_r"):
            continue
        section = _SECTIONS.get(table, table)
        keys = [_KEYS.get(name, name) for name in _keys_of(table) if name in words]
        found += [f"[{section}] {key}" for key in keys] or [f"[{section}]"]
    return found


def _keys_of(table: str) -> tuple[str, ...]:
    """The columns of a settings table that has one row; one of many rows is named as a whole."""
    from etl.company.settings import setting_tables  # pydantic is slow to import, and only `why` needs this

    if table in {"payment_methods", "acquirers", "debtor_rules", "shops", "vat_codes", "vat_categories"}:
        return ()
    found = setting_tables(None).get(table)
    return tuple(name for name in found.columns if name not in {"shop", "series"}) if found else ()


@cache
def _by_name() -> dict[str, Model]:
    return {model.name: model for model in models() if model.number in _DECIDE}


@cache
def _made_by_replacing() -> frozenset[str]:
    return frozenset(model.name for model in models() if "\n-- replaces: " in f"\n{model.sql}")


def _of(numbers_wanted: range) -> Iterator[Model]:
    return (model for model in models() if model.number in numbers_wanted)
