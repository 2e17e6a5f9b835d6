"""The intake of files: what was claimed becomes staged rows, or a rejected file with its reason.

A group of files is one transaction. The ledger's `load` entry is on the disk just before the commit, so that the
database is only ever behind the ledger: what is missing in it is loaded again from the bytes the ledger names.
"""

import traceback
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from etl import clock, conform, contracts, identify, inbox, messages, readers, returned, staging
from etl.company import Company
from etl.errors import FileRejected, LedgerBroken
from etl.faults import fault
from etl.ledger import Ledger
from etl.store import Store
from etl.workspace import Workspace

NO_SHOP = "main"  # of a workspace without settings
Told = tuple[str, dict[str, object]]


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """One file of a load, as the ledger keeps it. `stored` is relative to the workspace; facts fill the sentence."""

    file_id: int
    name: str
    stored: str
    sha256: str
    shop: str
    source: str | None
    contract_sha256: str | None
    entity: str | None
    status: str
    reason_code: str | None
    field: str | None
    value: str | None
    expected: str | None
    rows_in: int


def shops(settings: Company | None) -> dict[str, str]:
    """The folder below the inbox of each shop, by folder; the inbox itself is '.'."""
    return {shop.inbox.strip("/") or ".": shop.id for shop in settings.shops} if settings else {".": NO_SHOP}


def claim_all(
    workspace: Workspace, settings: Company | None, ledger: Ledger, *, settle: float
) -> tuple[list[inbox.Claimed], list[Told]]:
    """Everything that is complete in the inbox, and what a crash left claimed; in the order of shop and name.

    Also what was left alone, because it is no file or may not be read: told once, as (code, facts).
    """
    told: list[Told] = []
    by_folder = shops(settings)
    last = ledger.loads()[-1]["files"] if ledger.loads() else []
    language = _language(settings)
    claimed = inbox.recover(workspace.root, last, lambda file: _why(file, language))
    for path in inbox.sweep(workspace.root, [f for f in by_folder if f != "."], settle):
        folder = path.parent.relative_to(workspace.inbox).as_posix()
        shop = by_folder.get(folder) or next(iter(by_folder.values()))
        try:
            one = inbox.claim(workspace.root, path, shop)
        except FileRejected as refused:
            told.append((refused.code, {"value": path.name} | refused.facts))
        else:
            claimed += [one] if one else []
    irregular = inbox.irregular(workspace.root, [f for f in by_folder if f != "."])
    inbox.mark_told(workspace.root, irregular)
    told += [("FILE_NOT_REGULAR", {"value": path.name}) for path in irregular]
    return sorted(claimed, key=lambda c: (c.shop, c.name, c.sha256)), told


def load(
    store: Store, ledger: Ledger, workspace: Workspace, settings: Company | None, claimed: list[inbox.Claimed]
) -> list[FileOutcome]:
    """Stage a group of files in one transaction, note it in the ledger, and put the files away.

    A file that the program itself fails on is rejected like any other, so that it never stops the rest: the transaction
    is undone and made again without it.
    """
    if not claimed:
        return []
    failed: dict[Path, FileRejected] = {}
    while True:
        try:
            outcomes = _load_group(store, ledger, workspace, settings, claimed, failed)
        except _FailedOnError as failure:
            failed[failure.path] = _failed_on(workspace, failure)
        else:
            break
    fault("after-load-commit")
    _put_away(workspace, settings, claimed, outcomes)
    return outcomes


class _FailedOnError(Exception):
    """The program failed on the file at `path`, for a reason of its own."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path


def _failed_on(workspace: Workspace, failure: _FailedOnError) -> FileRejected:
    """The reason for rejecting such a file; the traceback goes to `.etl/logs/`."""
    cause = failure.__cause__ or failure
    workspace.logs.mkdir(mode=0o700, parents=True, exist_ok=True)
    log = workspace.logs / f"file-{clock.now():%Y%m%dT%H%M%S%f}.log"
    log.write_text("".join(traceback.format_exception(cause)), "utf-8")
    told = f"{type(cause).__name__}: {cause}".splitlines()[0][:200]
    return FileRejected("FILE_NOT_HANDLED", value=told, expected=log.name)


def _load_group(
    store: Store,
    ledger: Ledger,
    workspace: Workspace,
    settings: Company | None,
    claimed: list[inbox.Claimed],
    failed: Mapping[Path, FileRejected],
) -> list[FileOutcome]:
    known = contracts.load(workspace.root)
    at = clock.now()
    outcomes: list[FileOutcome] = []
    with store.transaction():
        load_no = ledger.next_load_no()
        file_id = ledger.next_file_id()
        for number, one in enumerate(claimed):
            outcome = _take(store, workspace, one, known, settings, file_id + number, failed.get(one.work_path))
            taken = [o.stored for o in outcomes]
            place = (
                inbox.rejected_name(workspace.root, one, taken)
                if outcome.status == "rejected"
                else inbox.archive_name(workspace.root, one, at, taken)
            )
            outcomes.append(replace(outcome, stored=place))
            _record(store, outcomes[-1], load_no, at)
            fault("after-read")
        for sha in {o.contract_sha256 for o in outcomes if o.contract_sha256}:
            ledger.keep_text(next(c.text for c in known.values() if c.sha256 == sha))
        fault("before-load-ledger")
        facts = {"received_at": at.isoformat(), "timezone": _timezone(settings)}
        entry = ledger.append("load", load_no=load_no, files=[asdict(o) for o in outcomes], **facts)
        fault("after-load-ledger")
        remember(store, entry["seq"])
    return outcomes


def reload(store: Store, ledger: Ledger, workspace: Workspace, entry: Mapping[str, Any]) -> None:
    """Stage a load of the ledger again, from its bytes in the archive or still in the work folder, under its ids.

    The contract and the time zone are those it was read with then, whatever is set now. Runs inside the caller's
    transaction.
    """
    work = {(c.sha256, c.shop): c.work_path for c in inbox.in_work(workspace.root)}
    for file in entry["files"]:
        if file["status"] == "archived":
            stored = workspace.root / file["stored"]
            path = stored if stored.exists() else work.get((file["sha256"], file["shop"]))
            if path is None:
                raise LedgerBroken("LEDGER_BROKEN", path=file["stored"])
            contract = contracts.parse(ledger.text(file["contract_sha256"]), source=file["source"])
            _read(store, path, {contract.source: contract}, file["file_id"], file["shop"], timezone=entry["timezone"])
        _record(store, FileOutcome(**file), entry["load_no"], datetime.fromisoformat(entry["received_at"]))
    remember(store, entry["seq"])


def remember(store: Store, seq: int) -> None:
    """Note how much of the ledger the database knows."""
    store.script("delete from ops.state where name = 'ledger_seq'")
    store.rows("insert into ops.state values ('ledger_seq', $1)", [str(seq)])


def _take(
    store: Store,
    workspace: Workspace,
    one: inbox.Claimed,
    known: dict[str, contracts.Contract],
    settings: Company | None,
    file_id: int,
    failed: FileRejected | None,
) -> FileOutcome:  # fmt: skip
    """Stage one file, or say why not. The same bytes for the same shop under the same contract are a duplicate."""
    outcome = FileOutcome(
        file_id, one.name, "", one.sha256, one.shop, None, None, None, "archived", None, None, None, None, 0
    )  # fmt: skip
    if failed:
        return _refused(outcome, failed, _language(settings))
    try:
        before = store.rows(
            "select source, contract_sha256, entity, file_name from staging.files"
            " where sha256 = $1 and shop = $2 and status = 'archived'",
            [one.sha256, one.shop],
        )
        shas = {c.sha256 for c in known.values()}
        for source, contract_sha, entity, name in before:
            if contract_sha in shas:
                return replace(
                    outcome, status="duplicate", source=source, contract_sha256=contract_sha, entity=entity,
                    reason_code="FILE_DUPLICATE", value=name,
                )  # fmt: skip
        wanted = next((s.source for s in settings.shops if s.id == one.shop), None) if settings else None
        found, rows_in = _read(
            store, one.work_path, known, file_id, one.shop, wanted=wanted, timezone=_timezone(settings)
        )
        returned.write(store, workspace.root, one.work_path, one.name, one.sha256, found, _language(settings))
    except FileRejected as refused:
        return _refused(outcome, refused, _language(settings))
    except OSError:
        raise  # the disk, not the file
    except Exception as error:
        raise _FailedOnError(one.work_path) from error
    contract = found.contract
    return replace(
        outcome, source=contract.source, contract_sha256=contract.sha256, entity=contract.entity, rows_in=rows_in
    )


def _refused(outcome: FileOutcome, refused: FileRejected, language: messages.Language) -> FileOutcome:
    """The outcome of a file that is not taken; what to export instead is said in the reader's language."""
    facts = {name: None if fact is None else str(fact) for name, fact in refused.facts.items()}
    if instead := refused.facts.get("refuse"):
        facts["expected"] = str(getattr(instead, language))
    return replace(
        outcome,
        status="rejected",
        reason_code=refused.code,
        field=facts.get("field") or facts.get("line"),
        value=facts.get("value"),
        expected=facts.get("expected"),
    )


def _read(
    store: Store,
    path: Path,
    known: dict[str, contracts.Contract],
    file_id: int,
    shop: str,
    *,
    timezone: str,
    wanted: str | None = None,
) -> tuple[contracts.Identified, int]:
    """Identify, read, conform and stage a file; returns what it was found to be and how many records it has."""
    found = identify.identify(path, known, wanted=wanted)
    records = readers.read(store, path, found)
    staging.corrections.links(store, found)
    conform.conform(store, found, timezone=timezone)
    file = staging.LoadFile(file_id, shop, found.contract.source, records.record_count)
    staging.stage(store, file, found)
    return found, records.record_count


def _record(store: Store, file: FileOutcome, load_no: int, at: datetime) -> None:
    store.rows(
        "insert into staging.files values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        [file.file_id, load_no, file.name, file.stored, file.sha256, file.source, file.contract_sha256, file.entity,
         file.shop, file.status, file.reason_code, file.field, file.value, file.expected, file.rows_in,
         at.replace(tzinfo=None)],
    )  # fmt: skip


def _put_away(
    workspace: Workspace, settings: Company | None, claimed: Iterable[inbox.Claimed], outcomes: Iterable[FileOutcome]
) -> None:
    language = _language(settings)
    for one, outcome in zip(claimed, outcomes, strict=True):
        if outcome.status == "rejected":
            inbox.reject(workspace.root, one, outcome.stored, _why(asdict(outcome), language))
        else:
            inbox.move_to(workspace.root, one, outcome.stored)


def _timezone(settings: Company | None) -> str:
    return settings.company.timezone if settings else "Europe/Copenhagen"


def _language(settings: Company | None) -> messages.Language:
    return settings.company.language if settings else "da"


def _why(file: Mapping[str, Any], language: messages.Language) -> str:
    """The text of `<file>.why.txt`."""
    said = messages.render(
        file["reason_code"], language, file=file["name"], field=file["field"], line=file["field"], value=file["value"],
        expected=file["expected"],
    )  # fmt: skip
    return f"{file['name']}\n\n{said.text}\n\n{said.next_step}\n"
