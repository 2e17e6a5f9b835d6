"""Making the database from the ledger: all of it (`etl replay`), or what it missed (after a crash).

The database is a cache: it is the ledger's entries taken in order, and then everything open decided again.
"""

from datetime import date
from functools import cache
from hashlib import sha256
from typing import Any

from etl import intake, plan, staging
from etl.company import Company, settings_sha, write_settings
from etl.entities import ENTITIES
from etl.ledger import Ledger
from etl.store import ENGINE, MODELS, REVIEW_VIEWS, Store, models
from etl.vat import overrides, seeds
from etl.vat.overrides import RateOverrides
from etl.workspace import Workspace


@cache
def schema() -> str:
    """What the tables and views are made from, as one hash: another one means, make the database again.

    The engine counts, since its hash function, by which staged rows are compared, may change.
    """
    views = [model.sql for model in models() if model.number in REVIEW_VIEWS]
    made_from = [ENGINE, (MODELS / "tables.sql").read_text("utf-8"), repr(ENTITIES), *views]
    return sha256("\0".join(made_from).encode()).hexdigest()[:16]


@cache
def rules() -> str:
    """What decides, as one hash: with other models everything open is decided again."""
    texts = [model.sql for model in models()] + [(MODELS / "macros.sql").read_text("utf-8")]
    return sha256("\0".join(texts).encode()).hexdigest()[:16]


def open_database(
    store: Store, settings: Company | None, *, as_of: date, workspace_id: str, own_rates: RateOverrides = overrides.NONE
) -> None:
    """Make tables, views and settings as this version, company.toml and the company's own VAT rates want.

    What is open is touched if any of them changed.
    """
    store.script_file("macros.sql")
    is_new = state(store, "schema") is None
    if is_new:
        store.script_file("tables.sql")
        staging.create_tables(store)
    set_run(store, as_of=as_of, workspace_id=workspace_id)
    store.begin_open()
    sha = settings_sha(settings) + seeds.version() + rules() + own_rates.sha256
    if state(store, "settings") == sha:
        return
    with store.transaction():
        write_settings(store, settings)
        seeds.load(store, own_rates)
        if is_new:
            store.run(800, 899)
            set_state(store, "schema", schema())
            set_state(store, "workspace", workspace_id)
        set_state(store, "settings", sha)
        store.script("insert into ops.touched values ('settings', 0, 'settings changed')")


def belongs(store: Store, ledger: Ledger) -> bool:
    """Is the database one of this schema, made from this ledger, and not ahead of it?"""
    if state(store, "schema") != schema() or state(store, "workspace") != ledger.uuid:
        return False
    return int(state(store, "ledger_seq") or 0) <= ledger.last_seq


def set_run(store: Store, *, as_of: date, workspace_id: str) -> None:
    """What a run decides by besides its inputs and settings: the day, and whose keys these are."""
    store.script("create table if not exists setting.run (as_of date, workspace_id varchar)")
    if store.rows("select as_of, workspace_id from setting.run") != [(as_of, workspace_id)]:
        store.script("delete from setting.run")
        store.rows("insert into setting.run values ($1, $2)", [as_of, workspace_id])


def catch_up(store: Store, ledger: Ledger, workspace: Workspace) -> int:
    """Take in the ledger's entries that the database does not know; returns how many there were."""
    known = int(state(store, "ledger_seq") or 0)
    missing = ledger.entries[known:]
    prepared = {batch.batch_id: batch.entry for batch in ledger.batches()}
    for entry in missing:
        with store.transaction():
            _take_in(store, ledger, workspace, entry, prepared)
            intake.remember(store, entry["seq"])
    return len(missing)


def _take_in(
    store: Store, ledger: Ledger, workspace: Workspace, entry: dict[str, Any], prepared: dict[str, dict[str, Any]]
) -> None:
    if entry["kind"] == "load":
        intake.reload(store, ledger, workspace, entry)
    elif entry["kind"] == "published":
        batch_id = entry["batch_id"]
        plan.thaw(store, ledger.batch_folder(batch_id))
        plan.adopt(store, prepared[batch_id], entry["at"])
    elif entry["kind"] == "decision":
        take_decision(store, entry)
    elif entry["kind"] == "vat_answer":
        take_vat_answer(store, entry)


def take_decision(store: Store, entry: dict[str, Any]) -> None:
    """Make the database know what a person decided. Approving a change after sending withdraws what was sent."""
    key = int(entry["order_key"])
    store.rows(
        "insert into ops.decisions values ($1, $2, $3::ubigint, $4, $5, $6, $7, $8::timestamp, $9)",
        [entry["decision_no"], entry["decision"], key, entry["order_no"], entry["code"], entry["subject"], entry["by"],
         entry["at"].replace("+00:00", ""), entry["note"]],
    )  # fmt: skip
    if entry["decision"] == "approve" and entry["code"] in {"CHANGED_AFTER_SENDING", "CANCELLED_AFTER_SENDING"}:
        store.rows(
            "update core.documents set is_withdrawn = true where doc_key = $1::ubigint and batch_id is not null",
            [int(entry["subject"])],
        )
    elif entry["decision"] == "resend":
        store.rows("update core.documents set is_resend = true where doc_key = $1::ubigint", [int(entry["subject"])])
    store.rows("insert into ops.touched values ('order', $1::ubigint, 'decision')", [key])
    if entry["code"] == "VAT_NUMBER_UNVERIFIED":  # the number is confirmed, for all of its orders
        store.rows(
            "insert into ops.touched select 'order', order_key, 'number confirmed' from core.findings"
            " where code = 'VAT_NUMBER_UNVERIFIED' and value_read = $1 and batch_id is null",
            [entry["subject"]],
        )


def take_vat_answer(store: Store, entry: dict[str, Any]) -> None:
    """Make the database know what a register said of a VAT number; open orders that bear it are decided again."""
    words = ("vat_number", "requester", "result", "name", "address", "consultation_number", "detail", "counts_to")
    store.rows(
        "insert into ops.vat_answers (checked_at, vat_number, requester, result, name, address, consultation_number,"
        " detail, counts_to) values ($1::timestamp, $2, $3, $4, $5, $6, $7, $8, $9::date)",
        [entry["at"].replace("+00:00", ""), *(entry[word] for word in words)],
    )
    if entry["result"] == "UNAVAILABLE":
        return
    # A number is written with and without prefix and leading zeros: one order too many does no harm.
    store.rows(
        "insert into ops.touched select 'order', order_key, 'register answered' from core.orders"
        " where contains(regexp_replace(upper(vat_number), '[^0-9A-Z+*]', '', 'g'), ltrim(substr($1, 3), '0'))"
        " and not exists (select 1 from core.documents as sent"
        " where sent.order_key = orders.order_key and sent.batch_id is not null)",
        [entry["vat_number"]],
    )


def state(store: Store, name: str) -> str | None:
    """A remembered value of the database, None where the database is new."""
    exists = store.value(
        "select count(*) from duckdb_tables() where schema_name = 'ops' and table_name = 'state' and not temporary"
    )
    return store.value("select value from ops.state where name = $1", [name]) if exists else None


def set_state(store: Store, name: str, value: str) -> None:
    """Remember a value in the database."""
    store.rows("delete from ops.state where name = $1", [name])
    store.rows("insert into ops.state values ($1, $2)", [name, value])
