"""The ledger: what was loaded, decided and sent, in the order in which it happened. It outlives the database.

    ledger.jsonl            one JSON object a line, each with the hash of the line before; only ever appended to
    texts/<sha256>          configs and contracts as they were when used
    batches/<id>/files/     the bytes of every file of a batch, as published
    batches/<id>/*.parquet  the frozen rows of what was sent

An entry counts when `append` has returned: it is on the disk then. A last line that a crash cut short was never
acknowledged to anyone and is put aside; any other break means that somebody or something changed history: LedgerBroken.

Entries, besides seq (from 1), at (UTC), kind and prev:

    workspace  uuid
    config     sha256, sections: {name: sha256}, of them `vat_rates.csv` the hash of the company's own rates' text
    load       load_no, received_at, timezone, files: [{file_id, name, stored, sha256, shop, source, contract_sha256,
               entity, status, reason_code, field, value, expected, rows_in}]
    prepared   batch_id, batch_no, plan_hash, files: {name: sha256}, frozen: {name: sha256}, documents, journal_lines,
               sums, approved_by, planned_at
    published  batch_id
    decision   decision_no, decision, shop, order_key, order_no, code, subject, by, note
    vat_answer vat_number, requester, result, name, address, consultation_number, detail, counts_to
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

from etl import clock
from etl.durable import (
    make_folder,
    replace_file,
    sha256_of,
    storage_errors,
    sync_file,
    sync_folder,
    write_all,
    write_file,
)
from etl.errors import LedgerBroken

KINDS = frozenset({"workspace", "config", "load", "prepared", "published", "decision", "vat_answer"})
START = hashlib.sha256(b"").hexdigest()  # `prev` of the first line
_BATCH_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch that was prepared: its entry, and whether the ledger says that it was published."""

    batch_id: str
    entry: dict[str, Any]
    is_published: bool


@dataclass(frozen=True, slots=True)
class Verified:
    """What `Ledger.verify` read and found unchanged; counts."""

    entries: int
    texts: int
    batch_files: int
    archived_files: int


class Ledger:
    """The entries under `folder`, read and checked. `Ledger.open` makes one that can be appended to."""

    def __init__(self, folder: Path) -> None:
        """Read what is there; a folder that does not exist is an empty ledger."""
        self.folder = folder
        self.path = folder / "ledger.jsonl"
        self.entries: list[dict[str, Any]] = []
        self.torn = b""  # the unfinished line that a crash left, if any
        self._last_sha256 = START
        self._size: int | None = None  # None: only for reading
        self._read()

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The ledger for appending, begun with a new workspace uuid if there is none. Needs the workspace lock."""
        with storage_errors("LEDGER_NOT_WRITABLE", folder):
            make_folder(folder)
            ledger = cls(folder)
            ledger._mend()
        if not ledger.entries:
            ledger.append("workspace", uuid=str(uuid4()))
        return ledger

    @property
    def uuid(self) -> str:
        """The workspace's identity, part of every document key."""
        return str(self.entries[0]["uuid"])

    @property
    def last_seq(self) -> int:
        """The number of the newest entry; 0 when there is none. A database that has seen more is not this ledger's."""
        return len(self.entries)

    def append(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Add an entry and return it once it is on the disk. If that fails (EtlError), the ledger is as before."""
        if kind not in KINDS or not fields.keys().isdisjoint({"seq", "at", "prev"}):
            raise ValueError(f"not an entry: {kind} {sorted(fields)}")
        made = fields | {
            "kind": kind,
            "seq": self.last_seq + 1,
            "at": clock.now().isoformat(),
            "prev": self._last_sha256,
        }
        text = json.dumps(made, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
        line = text.encode("utf-8")
        with storage_errors("LEDGER_NOT_WRITABLE", self.path):
            self._write(line + b"\n")
        self._last_sha256 = hashlib.sha256(line).hexdigest()
        entry: dict[str, Any] = json.loads(text)  # as the next reader will see it: lists for tuples, text keys
        self.entries.append(entry)
        return entry

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        """The entries of one kind, oldest first."""
        return [e for e in self.entries if e["kind"] == kind]

    def loads(self) -> list[dict[str, Any]]:
        """The loads, oldest first."""
        return self.of_kind("load")

    def decisions(self) -> list[dict[str, Any]]:
        """What people decided, oldest first."""
        return self.of_kind("decision")

    def batches(self) -> list[Batch]:
        """The batches that were prepared, oldest first."""
        published = {e["batch_id"] for e in self.of_kind("published")}
        return [Batch(e["batch_id"], e, e["batch_id"] in published) for e in self.of_kind("prepared")]

    def config_sha(self) -> str | None:
        """The hash of the config last used, whose text is `text(...)`."""
        configs = self.of_kind("config")
        return str(configs[-1]["sha256"]) if configs else None

    def rates_sha(self) -> str | None:
        """The hash of the company's own VAT rates last used, whose text is `text(...)`; None where it had none."""
        configs = self.of_kind("config")
        return configs[-1]["sections"].get("vat_rates.csv") if configs else None

    def next_file_id(self) -> int:
        """One more than the largest file id given out."""
        return 1 + max((f["file_id"] for load in self.loads() for f in load["files"]), default=0)

    def next_load_no(self) -> int:
        """One more than the largest load number given out."""
        return 1 + max((e["load_no"] for e in self.loads()), default=0)

    def next_batch_no(self) -> int:
        """One more than the largest batch number given out."""
        return 1 + max((e["batch_no"] for e in self.of_kind("prepared")), default=0)

    def keep_text(self, text: str) -> str:
        """Keep a config's or contract's text under its hash, which is returned. Keeping it again costs nothing."""
        content = text.encode("utf-8")
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.folder / "texts" / sha256
        if not path.exists():
            with storage_errors("LEDGER_NOT_WRITABLE", path):
                make_folder(path.parent)
                replace_file(path, content)
        return sha256

    def text(self, sha256: str) -> str:
        """A kept text, checked against its hash."""
        path = self.folder / "texts" / sha256
        if sha256_of(path) != sha256:
            raise LedgerBroken("LEDGER_BROKEN", path=str(path))
        return path.read_bytes().decode("utf-8")

    def batch_folder(self, batch_id: str) -> Path:
        """Where the copy of a batch is or will be; the frozen rows (`*.parquet`) are its files."""
        if not _BATCH_ID.fullmatch(batch_id):
            raise ValueError(f"not a batch id: {batch_id!r}")
        return self.folder / "batches" / batch_id

    def new_batch(self, batch_id: str) -> Path:
        """An empty folder for a batch that is about to be prepared; what a crash before `prepared` left there goes."""
        folder = self.batch_folder(batch_id)
        if any(b.batch_id == batch_id for b in self.batches()):
            raise ValueError(f"batch {batch_id} was prepared before")
        with storage_errors("LEDGER_NOT_WRITABLE", folder):
            if folder.exists():
                shutil.rmtree(folder)
            make_folder(folder)
        return folder

    def seal_batch(self, batch_id: str, files: Mapping[str, bytes]) -> dict[str, str]:
        """Keep the bytes of a batch's files and make sure that they and the frozen rows are on the disk.

        Returns the hashes of the frozen rows by name, for the field `frozen` of the entry `prepared` that must follow.
        """
        folder = self.batch_folder(batch_id)
        with storage_errors("LEDGER_NOT_WRITABLE", folder):
            make_folder(folder / "files")
            for name, content in files.items():
                write_file(folder / "files" / name, content)
            frozen = {path.name: sync_file(path) for path in sorted(folder.iterdir()) if path.is_file()}
            sync_folder(folder / "files")
            sync_folder(folder)
        return frozen

    def batch_files(self, batch_id: str) -> dict[str, bytes]:
        """The bytes of a batch's files as they were published."""
        return {path.name: path.read_bytes() for path in sorted((self.batch_folder(batch_id) / "files").iterdir())}

    def verify(self, workspace: Path | None = None) -> Verified:
        """Read everything again and compare all hashes; LedgerBroken names the first file or line that differs.

        With `workspace` also the archived input files, which together with the ledger are the truth.
        """
        entries = type(self)(self.folder).entries
        texts = {path: path.name for path in (self.folder / "texts").glob("[0-9a-f]*")}
        kept: dict[Path, str] = {}
        archived: dict[Path, str] = {}
        for entry in entries:
            if entry["kind"] == "prepared":
                folder = self.batch_folder(entry["batch_id"])
                kept |= {folder / "files" / name: sha256 for name, sha256 in entry["files"].items()}
                kept |= {folder / name: sha256 for name, sha256 in entry.get("frozen", {}).items()}
            elif entry["kind"] == "load" and workspace is not None:
                archived |= {workspace / f["stored"]: f["sha256"] for f in entry["files"] if f.get("stored")}
        for path, sha256 in (texts | kept | archived).items():
            if sha256_of(path) != sha256:
                raise LedgerBroken("LEDGER_BROKEN", path=str(path))
        return Verified(len(entries), len(texts), len(kept), len(archived))

    def _read(self) -> None:
        """Fill `entries` from the file; check the chain; set the unfinished last line aside in `torn`."""
        content = self.path.read_bytes() if self.path.exists() else b""
        *lines, self.torn = content.split(b"\n")
        # A page that never reached the disk reads as NUL, and its line may still have got its line end.
        if lines and b"\0" in lines[-1]:
            self.torn = lines.pop() + b"\n" + self.torn
        self.entries = self._parse(lines)
        for number, (line, entry) in enumerate(zip(lines, self.entries, strict=True), start=1):
            if entry.get("prev") != self._last_sha256 or entry.get("seq") != number:
                raise LedgerBroken("LEDGER_BROKEN", path=str(self.path), line=number)
            self._last_sha256 = hashlib.sha256(line).hexdigest()

    def _parse(self, lines: list[bytes]) -> list[dict[str, Any]]:
        """The lines as objects. All in one go, which is three times as quick; one by one only to name the bad line."""
        with suppress(ValueError):
            entries = json.loads(b"[" + b",".join(lines) + b"]")
            if len(entries) == len(lines) and all(type(e) is dict for e in entries):
                return entries  # type: ignore[no-any-return]  # checked on the line above
        for number, line in enumerate(lines, start=1):
            try:
                is_entry = type(json.loads(line)) is dict
            except ValueError:
                is_entry = False
            if not is_entry:
                raise LedgerBroken("LEDGER_BROKEN", path=str(self.path), line=number)
        raise LedgerBroken("LEDGER_BROKEN", path=str(self.path))

    def _mend(self) -> None:
        """Cut an unfinished last line off, keeping a copy beside the ledger, and be ready to append."""
        self._size = self.path.stat().st_size if self.path.exists() else 0
        if self.torn:
            replace_file(self.folder / f"torn-{self.last_seq + 1}", self.torn)
            self._size -= len(self.torn)
            os.truncate(self.path, self._size)
            self.torn = b""
        if self._size:
            sync_file(self.path)  # a killed writer's last line may be whole and yet not on the disk

    def _write(self, line: bytes) -> None:
        """Put a line at the end, on the disk, or nothing at all."""
        if self._size is None:
            raise ValueError("this ledger was opened for reading")
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if os.fstat(descriptor).st_size != self._size:  # someone else wrote: the chain would fork
                raise LedgerBroken("LEDGER_BROKEN", path=str(self.path), line=self.last_seq + 1)
            try:
                write_all(descriptor, line)
                os.fsync(descriptor)
            except OSError:
                os.ftruncate(descriptor, self._size)
                raise
        finally:
            os.close(descriptor)
        if self._size == 0:
            sync_folder(self.folder)
        self._size += len(line)
