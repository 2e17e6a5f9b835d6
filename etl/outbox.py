"""The outbox: a batch of files appears whole, once, whatever crashes and however quickly someone takes it.

    prepare   write outbox/.pending/<batch>/, bytes and names on the disk
    (ledger)  `prepared`, after `Ledger.seal_batch` has kept a copy: from here on the batch will be published
    publish   rename to outbox/<batch>/: the moment from which it can be taken
    (ledger)  `published`

After a crash `recover` finishes: prepared and still pending = rename it; prepared and gone = it was published; pending
but never prepared = nobody knows of it, so it goes.
"""

import hashlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from etl.durable import make_folder, storage_errors, sync_folder, write_file
from etl.errors import EtlError
from etl.faults import fault
from etl.ledger import Ledger

PENDING = ".pending"


def prepare(root: Path, batch_id: str, files: Mapping[str, bytes]) -> dict[str, str]:
    """Write the files of a batch where nobody looks yet; returns their sha256 by name, for the entry `prepared`.

    What a crash left of the same batch is removed first, so call this only before the ledger says `prepared`.
    """
    folder = _pending(root, batch_id)
    with storage_errors("OUTBOX_NOT_WRITABLE", root / "outbox"):
        if os.path.lexists(root / "outbox" / batch_id):
            raise EtlError("OUTBOX_NOT_WRITABLE", path=str(root / "outbox" / batch_id), detail="exists")
        if folder.exists():
            shutil.rmtree(folder)
        make_folder(folder)
        for name, content in files.items():
            write_file(folder / _plain(name), content)
            fault("after-prepare-write")
        sync_folder(folder)
        sync_folder(folder.parent)
        fault("after-prepare-fsync")
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def publish(root: Path, batch_id: str) -> bool:
    """Let a prepared batch be seen; False if it was before (it is not pending any more)."""
    folder = _pending(root, batch_id)
    with storage_errors("OUTBOX_NOT_WRITABLE", root / "outbox"):
        is_pending = folder.is_dir()
        if is_pending:
            folder.rename(root / "outbox" / batch_id)
            fault("after-rename")
        if folder.parent.is_dir():
            sync_folder(folder.parent)
            sync_folder(folder.parent.parent)
    return is_pending


def recover(root: Path, ledger: Ledger) -> list[str]:
    """Finish what a crash interrupted; returns the batches whose `published` was missing, in the order prepared.

    A pending folder that is not what the ledger promised is written again from the ledger's copy before it is shown.
    """
    finished = []
    for batch in ledger.batches():
        if batch.is_published:
            continue
        folder = _pending(root, batch.batch_id)
        if folder.is_dir() and _hashes(folder) != batch.entry["files"]:
            prepare(root, batch.batch_id, ledger.batch_files(batch.batch_id))
        publish(root, batch.batch_id)
        ledger.append("published", batch_id=batch.batch_id)
        fault("after-ledger-published")
        finished.append(batch.batch_id)
    with storage_errors("OUTBOX_NOT_WRITABLE", root / "outbox"):
        for stale in (root / "outbox" / PENDING).glob("*/"):
            shutil.rmtree(stale)
    return finished


def _pending(root: Path, batch_id: str) -> Path:
    return root / "outbox" / PENDING / _plain(batch_id)


def _plain(name: str) -> str:
    """The name itself, if it is one of ours: a single path part that is not hidden."""
    if not name or name.startswith(".") or "/" in name or "\0" in name:
        raise ValueError(f"not a name for the outbox: {name!r}")
    return name


def _hashes(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
