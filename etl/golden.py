"""What becomes of one file, as data: for `etl accept`, and for the tests that compare it with what was worked out.

The file goes the way of every file (identify, read, conform, stage) into a database in memory, under the contracts
given. Values are texts as they are staged: amounts with two decimals, days and moments in the time zone asked for.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from etl import conform, contracts, identify, readers, staging
from etl.contracts import Contract
from etl.entities import ENTITIES
from etl.errors import FileRejected, UsageError
from etl.store import Store

SUFFIX = ".expected.json"
TIMEZONE = "Europe/Copenhagen"
# What lies beside samples and is none.
_NO_SAMPLES = {".json", ".md"}
Expectation = dict[str, Any]


@contextmanager
def scratch() -> Iterator[Store]:
    """An empty database in memory, in which many files may be tried one after another."""
    with Store.open(None) as store:
        store.script_file("macros.sql")
        store.script_file("tables.sql")
        staging.create_tables(store)
        yield store


def expectation(
    path: Path, known: Mapping[str, Contract], *, timezone: str = TIMEZONE, store: Store | None = None
) -> Expectation:
    """What becomes of a file: its source, its rows, rejects, skipped rows and control totals; or why it is refused.

    A `store` of `scratch` is as it was before when this returns: to try many files in one is quicker.
    """
    if store is None:
        with scratch() as own:
            return expectation(path, known, timezone=timezone, store=own)
    with store.undone():
        try:
            found = identify.identify(path, known)
            read = readers.read(store, path, found)
        except FileRejected as refused:
            source = {"source": refused.facts["value"]} if refused.code == "FILE_REFUSED" else {}
            return source | {"refused": refused.code}
        staging.corrections.links(store, found)
        conform.conform(store, found, timezone=timezone)
        staging.stage(store, staging.LoadFile(1, "main", found.contract.source, read.record_count), found)
        return _told(store, found.contract)


def _told(store: Store, contract: Contract) -> Expectation:
    columns = ", ".join(f'"{column.name}"::varchar as "{column.name}"' for column in ENTITIES[contract.entity].columns)
    rows = store.dicts(f"select source_record, {columns} from staging.{contract.entity} order by source_record")
    rejects = store.dicts(
        "select source_record, reason_code, column_name, value_read from staging.rejects order by source_record"
    )
    skipped = store.rows("select distinct source_record from staging.skipped order by source_record")
    controls = store.dicts(
        "select control, group_name, records, breaks, value_read::varchar as value_read,"
        " expected::varchar as expected, difference::varchar as difference from staging.controls order by all"
    )
    told: Expectation = {"source": contract.source, "rows": [_filled(row) for row in rows]}
    also = {"rejects": [_filled(r) for r in rejects], "skipped": [r for (r,) in skipped], "controls": controls}
    return told | {name: value for name, value in also.items() if value}


def _filled(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def expected_of(sample: Path) -> Path:
    """Where the expectation of a sample lies."""
    return sample.with_name(sample.stem + SUFFIX)


def accept(case: Path, workspace: Path | None, *, overwrite: bool, timezone: str = TIMEZONE) -> list[dict[str, Any]]:
    """Write the expectations of a sample, or of all samples of a folder, beside them.

    One that is there stays as it is unless `overwrite`; its reasons (`why`) always stay. Returns, for each sample, its
    file, whether it was written, and what differs from before. Raises UsageError(GOLDEN_MISSING) where there is none.
    """
    listed = [case] if case.is_file() else sorted(case.glob("*"))
    samples = [path for path in listed if path.is_file() and path.suffix not in _NO_SAMPLES]
    if not samples:
        raise UsageError("GOLDEN_MISSING", value=str(case))
    known = contracts.load(workspace)
    with scratch() as store:
        told = [(sample, expectation(sample, known, timezone=timezone, store=store)) for sample in samples]
    return [_accept(sample, found, overwrite=overwrite) for sample, found in told]


def _accept(sample: Path, found: Expectation, *, overwrite: bool) -> dict[str, Any]:
    place = expected_of(sample)
    before: Expectation = json.loads(place.read_text("utf-8")) if place.exists() else {}
    told = {"why": before.get("why", [])} | found
    changed = differences(before, told) if before else []
    is_written = not before or (overwrite and bool(changed))
    if is_written:
        place.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return {"file": str(sample), "written": is_written, "differs": changed}


def differences(expected: Expectation, told: Expectation) -> list[str]:
    """What differs, a line each; of control totals only what the expectation names."""
    found = [
        f"{name}: {expected.get(name)!r} / {told.get(name)!r}"
        for name in ("source", "refused", "skipped")
        if (name != "source" or not expected.get("refused") or told.get("source"))
        and expected.get(name) != told.get(name)
        and (expected.get(name) or told.get(name))
    ]
    for name in ("rows", "rejects"):
        found += _of_rows(name, expected.get(name, []), told.get(name, []))
    return found + _of_controls(expected.get("controls", []), told.get("controls", []))


def _of_rows(name: str, expected: list[dict[str, Any]], told: list[dict[str, Any]]) -> list[str]:
    """Rows are compared by their ordinal; every filled column counts."""
    before, after = ({row["source_record"]: row for row in rows} for rows in (expected, told))
    found = []
    for record in sorted(before.keys() | after.keys()):
        one, other = before.get(record, {}), after.get(record, {})
        columns = one.keys() & other.keys() if name == "rejects" and one and other else one.keys() | other.keys()
        differing = [c for c in sorted(columns) if _plain(one.get(c)) != _plain(other.get(c))]
        found += [f"{name} {record}: {c}: {one.get(c)!r} / {other.get(c)!r}" for c in differing]
    return found


def _plain(value: object) -> str:
    """A value as it is compared: a fraction of a second without the zeros at its end."""
    text = str(value)
    return text.rstrip("0").rstrip(".") if re.search(r":\d\d\.\d+$", text) else text


def _of_controls(expected: list[dict[str, Any]], told: list[dict[str, Any]]) -> list[str]:
    remaining = list(told)
    found = []
    for control in expected:
        same = [t for t in remaining if all(str(t.get(name)) == str(value) for name, value in control.items())]
        if same:
            remaining.remove(same[0])
        else:
            found.append(f"controls: {control!r} / {told!r}")
    return found + [f"controls: {c!r} differs" for c in remaining if c["breaks"] and not expected]
