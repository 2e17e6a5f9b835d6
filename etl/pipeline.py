"""The order of the steps, nothing else: files come in, what is open is decided, what is ready goes out.

A run takes the lock, brings the database up to the ledger, stages what lies in the inbox, asks the registers of VAT
numbers if it may, decides again whatever was touched, plans the change set, publishes it where that may happen without
a person, and makes the snapshot that people read.
"""

import getpass
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl import clock, deciding, folding, identify, intake, outbox, plan, publishing, reporting, vat_registers
from etl.company import Company, sections_sha
from etl.decisions import Decision, record
from etl.errors import UsageError
from etl.faults import fault
from etl.ledger import Ledger
from etl.lock import workspace_lock
from etl.plan import Plan
from etl.reporting import RunReport
from etl.store import DatabaseError, Store
from etl.vat.overrides import RateOverrides
from etl.workspace import RATES_FILE, Workspace

Progress = Callable[[str, int, int], None]
STEPS = ("recover", "load", "decide", "publish", "snapshot")


@dataclass(frozen=True, slots=True)
class Session:
    """A workspace being worked on: what every step needs."""

    workspace: Workspace
    settings: Company | None
    own_rates: RateOverrides
    ledger: Ledger
    store: Store


def run(
    workspace: Workspace, *, commit: bool | None = None, progress: Progress | None = None, may_ask: bool = True
) -> RunReport:
    """Take in what lies in the inbox, decide, and send what is ready.

    `commit`: None = as [run] auto_commit says. `may_ask`: registers of VAT numbers, where [vies] is enabled.
    """
    tell = _teller(progress)
    with _session(workspace, tell) as (session, settings):
        settle = settings.run.settle_seconds if settings else 2
        tell("load")
        claimed, told = intake.claim_all(workspace, settings, session.ledger, settle=settle)
        files = intake.load(session.store, session.ledger, workspace, settings, claimed)
        if settings and settings.vies.enabled and may_ask:
            told += vat_registers.ask(session.store, session.ledger, settings)
        tell("decide")
        batches: list[str] = []
        with _deciding(session) as change:
            may_commit = settings is not None and (settings.run.auto_commit if commit is None else commit)
            if change and not change.is_empty and not may_commit:
                workspace.keep_plan(change.plan_hash, plan.entries(session.store))
            elif change and not change.is_empty:
                tell("publish")
                batches = [
                    publishing.publish(session.store, session.ledger, workspace, change, approved_by="auto_commit")
                ]
        told += session.own_rates.told()
        return reporting.report(session.store, settings, files, batches, change, told)


def make_plan(workspace: Workspace) -> dict[str, Any]:
    """The change set as it stands: its hash and entries. Nothing is sent."""
    with _session(workspace) as (session, _settings), _deciding(session) as change:
        if change is None:
            raise UsageError("CONFIG_MISSING")
        entries = plan.entries(session.store)
        workspace.keep_plan(change.plan_hash, entries)
        return {"plan_hash": change.plan_hash, "entries": entries, "waiting": change.waiting_for_person}


def commit(workspace: Workspace, plan_hash: str, *, by: str | None = None) -> RunReport:
    """Send exactly what the plan of that hash listed, whatever else is planned by now.

    Raises UsageError(PLAN_MOVED) if something of it is not planned any more, or with other content.
    """
    person = by or getpass.getuser()
    seen = workspace.kept_plan(plan_hash)
    with _session(workspace) as (session, settings):
        with _deciding(session) as planned:
            if planned is None or planned.is_empty or not seen:
                raise UsageError("NOTHING_TO_DO")
            change = plan.make_seen(session.store, seen)
            batch_id = publishing.publish(session.store, session.ledger, workspace, change, approved_by=person)
        return reporting.report(session.store, settings, [], [batch_id], change)


def decide(workspace: Workspace, decision: str, order_nos: Sequence[str], **facts: str | None) -> list[Decision]:
    """Record what a person decides of orders (approve, hold, skip, resend), and decide those orders again."""
    with _session(workspace) as (session, _settings):
        made = record(session.store, session.ledger, decision, order_nos, **facts)
        with _deciding(session):
            return made


def replay(workspace: Workspace) -> RunReport:
    """Delete the database and make it again from archive and ledger. Nobody is asked again."""
    with workspace_lock(workspace.lock):
        _drop_database(workspace)
    return run(workspace, commit=False, may_ask=False)


def explain(workspace: Workspace, path: Path) -> dict[str, Any]:
    """Which source fits a file, and which nearly do and why not."""
    from etl import contracts

    return identify.explain(path, contracts.load(workspace.root))


@contextmanager
def _session(
    workspace: Workspace, tell: Callable[[str], None] = lambda _: None
) -> Iterator[tuple[Session, Company | None]]:
    """The lock, the settings, the ledger and the database brought up to it; afterwards the snapshot."""
    settings, own_rates = workspace.load_company(), workspace.load_rates()
    workspace.make_folders(settings)
    with workspace_lock(workspace.lock):
        tell("recover")
        ledger = Ledger.open(workspace.ledger)
        _note_config(ledger, settings, own_rates)
        outbox.recover(workspace.root, ledger)
        _drop_foreign(workspace, ledger)
        with Store.open(workspace.database) as store:
            as_of = clock.as_of(settings.company.timezone if settings else "Europe/Copenhagen")
            folding.open_database(store, settings, as_of=as_of, workspace_id=ledger.uuid, own_rates=own_rates)
            folding.catch_up(store, ledger, workspace)
            yield Session(workspace, settings, own_rates, ledger, store), settings
            store.checkpoint()
        tell("snapshot")
        publishing.snapshot(workspace)


@contextmanager
def _deciding(session: Session) -> Iterator[Plan | None]:
    """One transaction: what was touched is decided again and the change set made; what is not sent is kept open.

    Without settings files are staged only, and there is no change set.
    """
    if session.settings is None:
        yield None
        return
    with session.store.transaction():
        deciding.decide(session.store)
        yield plan.make(session.store)
        session.store.keep_open()
        fault("before-decide-commit")
    fault("after-decide-commit")


def _note_config(ledger: Ledger, settings: Company | None, own_rates: RateOverrides) -> None:
    """Keep the settings that are used from now on, the company's own VAT rates among them, if they are new."""
    if settings is None or (ledger.config_sha(), ledger.rates_sha()) == (settings.sha256, own_rates.sha256 or None):
        return
    ledger.keep_text(settings.text)
    sections = sections_sha(settings)
    if own_rates.text:
        sections[RATES_FILE] = ledger.keep_text(own_rates.text)
    ledger.append("config", sha256=settings.sha256, sections=sections)


def _drop_foreign(workspace: Workspace, ledger: Ledger) -> None:
    """A database that is no cache of this ledger goes: of another one, ahead of it, of another version, unreadable."""
    if not workspace.database.exists():
        return
    try:
        with Store.open(workspace.database, read_only=True) as store:
            is_ours = folding.belongs(store, ledger)
    except DatabaseError as error:
        is_ours = "Could not set lock" in str(error)  # a person looks into it: the run will say so
    if not is_ours:
        _drop_database(workspace)


def _drop_database(workspace: Workspace) -> None:
    workspace.database.unlink(missing_ok=True)
    workspace.database.with_name(workspace.database.name + ".wal").unlink(missing_ok=True)


def _teller(progress: Progress | None) -> Callable[[str], None]:
    return (lambda step: progress(step, STEPS.index(step), len(STEPS))) if progress else (lambda _: None)
