"""The door to DuckDB: open, transactions, models, the Arrow door, CSV. The only module that imports duckdb.

The database is a cache of archive and ledger. One process writes it, for as long as a run takes; people read the
snapshot.
"""

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from etl.errors import UsageError

if TYPE_CHECKING:
    import polars as pl

# No extension is ever fetched and none is needed; see docs/decisions.md.
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_persistent_secrets": "false",
    "python_enable_replacements": "false",
    "memory_limit": "600MB",
    # Rows know their place in the file by source_record; only `in_order` relies on the order of a table.
    "preserve_insertion_order": "false",
}
# Files that DuckDB 1.5 tools open too.
STORAGE_VERSION = "v1.5.0"
# Core tables whose open rows (not sent) a run makes anew: as temp tables `open_<name>` first, since most are sent at
# once and would otherwise be written twice.
OPEN_TABLES = ("documents", "document_lines", "vat_decisions", "payouts", "payout_matches", "journal_lines")
# What a statement that cannot run raises; people's own SQL and old snapshots may.
DatabaseError = duckdb.Error
ENGINE = duckdb.__version__
MODELS = resources.files("etl") / "models"
REVIEW_VIEWS = range(800, 900)
_REPLACES = re.compile(r"^-- replaces: (?P<table>[\w.]+) by (?P<key>\w+)(?: where (?P<where>.+))?$", re.MULTILINE)
_APPENDS = re.compile(r"^-- appends: (?P<table>[\w.]+)$", re.MULTILINE)
_VIEW = re.compile(r"^-- view: ", re.MULTILINE)
_COMMENT = re.compile(r"\A((?:--.*\n)+)")


class CsvRefused(Exception):  # noqa: N818 - a condition of the file, which the careful reader then explains
    """The engine cannot read every record of a CSV file as it was described."""


class ArrowView:
    """A frame that shows DuckDB only its Arrow stream, so that no pyarrow is needed."""

    def __init__(self, frame: "pl.DataFrame") -> None:
        self._frame = frame

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The Arrow C stream of the frame."""
        return self._frame.__arrow_c_stream__(requested_schema)


@dataclass(frozen=True, slots=True)
class Model:
    """One SQL file of `etl/models`: a select that makes one object.

    `replaces` (table, key, extra condition): rows of the touched keys are deleted and made anew. `appends`: rows are
    added. `view`: a step that is read once, so that writing it down would only cost time. None of these: a temp table
    of the model's name, or for 8xx a view of `review`.
    """

    number: int
    name: str
    sql: str

    @property
    def comment(self) -> str:
        """What one row is: the file's first comment, without directives."""
        found = _COMMENT.match(self.sql)
        lines = (line.removeprefix("--").strip() for line in (found[1].splitlines() if found else []))
        return " ".join(line for line in lines if not line.startswith(("replaces:", "appends:", "view:")))


@cache
def models() -> tuple[Model, ...]:
    """All numbered models, in the order of their numbers, which is the order in which they run."""
    files = (f for f in MODELS.iterdir() if re.fullmatch(r"\d{3}_\w+\.sql", f.name))
    return tuple(
        Model(int(f.name[:3]), f.name[4:-4], f.read_text("utf-8")) for f in sorted(files, key=lambda f: f.name)
    )


def model(stem: str) -> Model:
    """The model of that file name, `NNN_name`."""
    return next(m for m in models() if f"{m.number:03d}_{m.name}" == stem)


class Store:
    """An open database. Parameters travel as parameters; SQL of ours lives in files."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    @classmethod
    @contextmanager
    def open(cls, path: Path | None, *, read_only: bool = False) -> Iterator["Store"]:
        """The database at `path` (None: in memory), closed again at the end.

        Read-only connections are sandboxed: no other file, no network, no change of settings.
        """
        connection = duckdb.connect(config=CONFIG)
        spill = _quoted(path.with_suffix(".tmp")) if path and not read_only else ""  # else into the current folder
        try:
            connection.execute(f"set temp_directory = '{spill}'")
            if path is not None:
                options = "READ_ONLY" if read_only else f"STORAGE_VERSION '{STORAGE_VERSION}'"
                connection.execute(f"attach '{_quoted(path)}' as workspace ({options})")
                connection.execute("use workspace")
            if read_only:
                connection.execute("set enable_external_access = false")
                connection.execute("set lock_configuration = true")
            yield cls(connection)
        finally:
            connection.close()

    def rows(self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query, or [] of a statement."""
        return self._connection.execute(sql, parameters or None).fetchall()

    def value(self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> Any:
        """The first column of the first row, or None."""
        found = self.rows(sql, parameters)
        return found[0][0] if found else None

    def dicts(self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> list[dict[str, Any]]:
        """All rows as mappings from column name to value."""
        cursor = self._connection.execute(sql, parameters or None)
        names = [d[0] for d in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def query(self, sql: str, *, seconds: float) -> tuple[list[str], list[tuple[Any, ...]]]:
        """The column names and rows of a person's own query. UsageError unless it is one select that ends in time."""
        try:
            statements = self._connection.extract_statements(sql)
            if len(statements) != 1 or statements[0].type not in {
                duckdb.StatementType.SELECT,
                duckdb.StatementType.EXPLAIN,
            }:
                raise UsageError("SQL_REFUSED", detail="; ".join(s.type.name for s in statements))
            timer = threading.Timer(seconds, self._connection.interrupt)
            timer.start()
            try:
                cursor = self._connection.execute(statements[0])
                return [d[0] for d in cursor.description or []], cursor.fetchall()
            finally:
                timer.cancel()
        except duckdb.InterruptException:
            raise UsageError("SQL_REFUSED", detail=f"> {seconds:g} s") from None
        except duckdb.Error as error:
            raise UsageError("SQL_REFUSED", detail=str(error).rstrip(".")) from error

    def script(self, sql: str) -> None:
        """Run several statements without parameters."""
        self._connection.execute(sql)

    def frame(self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> "pl.DataFrame":
        """The result as a Polars frame; decimals stay exact."""
        import polars as pl  # an import of 0.3 s that most runs do not need

        if parameters:
            return pl.DataFrame(self._connection.sql(sql, params=parameters))
        return pl.DataFrame(self._connection.sql(sql))

    def put(self, table: str, frame: "pl.DataFrame", *, append: bool = False) -> None:
        """Make `table` (a temp table unless it names a schema) from a frame, or append to it by column name."""
        self._connection.register("arrow_view", ArrowView(frame))
        try:
            if append:
                self._connection.execute(f"insert into {table} by name select * from arrow_view")
            else:
                temp = "" if "." in table else "temp "
                self._connection.execute(f"create or replace {temp}table {table} as select * from arrow_view")
        finally:
            self._connection.unregister("arrow_view")

    def script_file(self, name: str) -> None:
        """Run one of the scripts beside the models: `tables.sql`, `macros.sql`, `adopt.sql` and the like."""
        self._connection.execute((MODELS / name).read_text("utf-8"))

    def export_parquet(self, query: str, path: Path) -> None:
        """Write a query's rows as a Parquet file."""
        self._connection.execute(f"copy ({query}) to '{_quoted(path)}' (format parquet, compression lz4_raw)")

    def import_parquet(self, table: str, path: Path) -> None:
        """Make the temp table of that name from a Parquet file of ours."""
        self._connection.execute(f"create or replace temp table {table} as from read_parquet('{_quoted(path)}')")

    def checkpoint(self) -> None:
        """Put everything committed into the database file, so that a copy of the closed file is whole."""
        self._connection.execute("checkpoint")

    @contextmanager
    def in_order(self) -> Iterator[None]:
        """Tables made here keep the order of their rows (`rowid`). One thread: two take longer over a large table."""
        threads = self.value("select current_setting('threads')")
        self._connection.execute("set threads = 1; set preserve_insertion_order = true")
        try:
            yield
        finally:
            self._connection.execute(f"set threads = {int(threads)}; set preserve_insertion_order = false")

    def read_csv(self, table: str, path: Path, *, header: Sequence[str], wanted: Sequence[str], delimiter: str) -> int:
        """Make the temp table of `source_record` and the wanted columns, all text, in file order; its number of rows.

        `header` names every column of the file from the left; its first record is skipped and not compared. Nothing is
        sniffed, nothing is skipped: CsvRefused where the engine cannot read every record. It is silent about some
        faults (blank lines, blanks round quotes, surplus empty cells), which the caller looks for.
        """
        columns = ", ".join(f'"{name}"' for name in wanted)
        try:
            with self.in_order():
                self._connection.execute(
                    f"create or replace temp table {table} as select row_number() over () as source_record, {columns}"
                    " from read_csv($path, columns = $columns, delim = $delimiter, quote = '\"', escape = '\"',"
                    " header = true, auto_detect = false, strict_mode = true, compression = 'none',"
                    " hive_partitioning = false)",
                    {"path": str(path), "columns": dict.fromkeys(header, "VARCHAR"), "delimiter": delimiter},
                )
        except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
            raise CsvRefused(str(error)) from error
        return int(self.value(f"select count(*) from {table}"))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        self._connection.execute("begin transaction")
        try:
            yield
        except BaseException:
            self._connection.execute("rollback")
            raise
        self._connection.execute("commit")

    @contextmanager
    def undone(self) -> Iterator[None]:
        """What is done inside is only tried: it is undone at the end."""
        self._connection.execute("begin transaction")
        try:
            yield
        finally:
            self._connection.execute("rollback")

    def run(self, first: int, last: int) -> None:
        """Run the models numbered first..last in order."""
        for model in models():
            if first <= model.number <= last:
                self.run_model(model)

    def run_model(self, model: Model) -> None:
        """Make the one object of a model."""
        if model.number in REVIEW_VIEWS:
            self._connection.execute(f"create or replace view review.{model.name} as {model.sql}")
            comment = model.comment.replace("'", "''")
            self._connection.execute(f"comment on view review.{model.name} is '{comment}'")
        elif replaces := _REPLACES.search(model.sql):
            self._replace(replaces["table"], replaces["key"], replaces["where"], model.sql)
        elif appends := _APPENDS.search(model.sql):
            self._connection.execute(f"insert into {_open_name(appends['table'])} by name {model.sql}")
        elif _VIEW.search(model.sql):
            self._connection.execute(f"create or replace temp view {model.name} as {model.sql}")
        else:
            self._connection.execute(f"create or replace temp table {model.name} as {model.sql}")

    def begin_open(self) -> None:
        """Make the empty tables `open_<name>`, and views `planned_<name>`: what is open from before and of this run."""
        for name in OPEN_TABLES:
            self._connection.execute(
                f"create or replace temp table open_{name} as from core.{name} limit 0;"
                f"create or replace temp view planned_{name} as select * from core.{name} where batch_id is null"
                f" union all by name select * from open_{name}"
            )

    def keep_open(self) -> None:
        """Put what is still in `open_<name>` into the core tables, and empty them."""
        for name in OPEN_TABLES:
            self._connection.execute(f"insert into core.{name} by name from open_{name}; truncate open_{name}")

    def _replace(self, table: str, key: str, where: str | None, sql: str) -> None:
        touched = "touched_payouts" if key == "payout_key" else "touched_orders"
        condition = f" and {where}" if where else ""
        self._connection.execute(f"delete from {table} where {key} in (select {key} from {touched}){condition}")
        self._connection.execute(f"insert into {_open_name(table) if where else table} by name {sql}")


def _open_name(table: str) -> str:
    """Where a model's rows for a core table go during a run: to its open rows, if it has such."""
    schema, _, name = table.rpartition(".")
    return f"open_{name}" if schema == "core" and name in OPEN_TABLES else table


def _quoted(path: Path) -> str:
    """A path inside a SQL string; only paths of the workspace come here, never names from data."""
    return str(path).replace("'", "''")
