"""The batch as files that an accountant loads into Uniconta: docs/uniconta-import.md says how.

    debtors_new.csv debtors_update.csv items.csv orders.csv order_lines.csv journal_<name>.csv     what is imported
    mapping_<file>.csv                          beside each: which column number goes to which field, typed once
    manifest.json                               what was written: hashes, row counts, control totals

A file exists only where it has rows. Columns come from `schemas/uniconta/*.toml`, spelling from `[target]`.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib import resources

from etl.errors import EtlError
from etl.store import Store
from etl.targets.uniconta_files.form import ROW_END, Form
from etl.targets.uniconta_files.layout import Layout, layout
from etl.targets.uniconta_files.manifest import control_totals, manifest, mapping_sheet

# Rows that are put together at once: bounds the memory of a large batch.
CHUNK = 100_000
# The tables behind the files, in the order in which they are loaded; each is a query beside this module.
_TABLES = ("debtors", "items", "orders", "order_lines", "journal_lines")


@dataclass(frozen=True, slots=True)
class _File:
    """One output file: the rows first..end (excluded) of the temp table `output_<table>`."""

    name: str
    table: str
    layout_name: str
    first: int
    end: int

    @property
    def layout(self) -> Layout:
        return layout(self.layout_name)


def write(store: Store, batch_id: str, *, plan_hash: str, as_of: date) -> dict[str, bytes]:
    """The batch as files by name: import files, a mapping sheet for each, and the manifest.

    Reads the tables that `etl.targets` names; works in temp tables `output_*`. Amounts keep the sign of
    the tables. Raises EtlError(TARGET_WORD_UNKNOWN) where a word, such as an account type, has no translation.
    """
    form = Form.read(store)
    files: dict[str, bytes] = {}
    facts: dict[str, dict[str, object]] = {}
    for table in _TABLES:
        query = (resources.files(__package__) / f"{table}.sql").read_text("utf-8")
        with store.in_order():
            store.script(f"create or replace temp table output_{table} as {query}")
        for file in _files(store, table):
            _refuse_unknown_words(store, file)
            files[file.name] = _content(store, file, form)
            totals = control_totals(store, f"output_{table}", file.layout, file.first, file.end)
            facts[file.name] = {"entity": file.layout.entity, "rows": file.end - file.first, "sums": totals}
            files[f"mapping_{file.name}"] = mapping_sheet(file.layout, files[file.name], form)
            facts[f"mapping_{file.name}"] = {"rows": len(file.layout.columns)}
        store.script(f"drop table output_{table}")  # the rows of a large batch would fill the memory
    head = {"as_of": as_of.isoformat(), "batch_id": batch_id, "plan_hash": plan_hash, "target": "uniconta_files"}
    files["manifest.json"] = manifest(head, files, facts, form)
    return files


def _files(store: Store, table: str) -> Iterator[_File]:
    """The files that the rows of a table go to, in the order of their names."""
    taken: Counter[str] = Counter()
    parts = store.rows(
        f"select output_part, min(rowid), max(rowid) + 1 from output_{table} group by output_part order by output_part"
    )
    for part, first, end in parts:
        if table == "journal_lines":
            yield _File(_journal_file(part, taken), table, "journal", first, end)
        else:
            yield _File(f"{part}.csv", table, part, first, end)


def _journal_file(journal: str, taken: Counter[str]) -> str:
    """A file name that every system takes, its own for each journal: two that would be one get a number."""
    name = re.sub(r"[^0-9A-Za-z_-]+", "_", journal)
    taken[name.casefold()] += 1
    occurrence = taken[name.casefold()]
    return f"journal_{name}.csv" if occurrence == 1 else f"journal_{name}~{occurrence}.csv"


def _content(store: Store, file: _File, form: Form) -> bytes:
    content = bytearray(form.mark)
    content += form.to_bytes("\x1f".join(column.field for column in file.layout.columns) + ROW_END)
    row = form.row_sql(file.layout)
    for first in range(file.first, file.end, CHUNK):
        text: str = store.value(
            f"select string_agg({row}, chr({ord(ROW_END)}) order by rowid) from output_{file.table}"
            " where rowid >= $1 and rowid < $2",
            [first, min(first + CHUNK, file.end)],
        )
        content += form.to_bytes(text + ROW_END)
    return bytes(content)


def _refuse_unknown_words(store: Store, file: _File) -> None:
    """A word without translation would leave its cell empty, and Uniconta would put its own default there."""
    for column in file.layout.columns:
        if column.kind != "word":
            continue
        unknown = store.value(
            f"select min({column.source}) from output_{file.table} where rowid >= $1 and rowid < $2"
            f" and not list_contains($3::varchar[], lower({column.source}))",
            [file.first, file.end, list(column.words)],
        )
        if unknown is not None:
            raise EtlError("TARGET_WORD_UNKNOWN", field=column.field, value=unknown, expected=", ".join(column.words))
