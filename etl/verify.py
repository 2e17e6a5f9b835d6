"""`etl verify`: does what we hold still prove itself? Each check says what it looked at, how much, and what is wrong.

Conservation (every row and amount that came in is accounted for), the ledger's hash chain with the files it names, the
published batches in the outbox, balanced vouchers, and documents that are the sum of their lines. Nothing is changed.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl.errors import LedgerBroken
from etl.ledger import Ledger
from etl.questions import ask
from etl.store import Store


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was verified. `checked` counts what was looked at; `wrong` is empty where all of it holds."""

    name: str
    checked: dict[str, int]
    wrong: list[dict[str, Any]]


def verify(store: Store, root: Path) -> list[Check]:
    """All checks of the workspace `root`, in the order in which a figure travels."""
    return [
        _conservation(store),
        *_ledger(store, root),
        _zero(store, "vouchers", ("difference",)),
        _zero(store, "documents", ("net_difference", "vat_difference", "total_difference")),
        _zero(store, "payouts", ("difference",)),
        _once(store),
    ]


def _conservation(store: Store) -> Check:
    rows = store.dicts("select * from review.conservation")
    wrong = [row for row in rows if row["rows_difference"] or row["amount_difference"]]
    return Check("conservation", {"rows": sum(row["rows_in"] for row in rows)}, wrong)


def _ledger(store: Store, root: Path) -> list[Check]:
    """The chain, the files it names, the batches the database knows, and the outbox by the ledger.

    A broken ledger proves nothing about the outbox, and a database that knows more than the ledger is not its cache.
    """
    try:
        ledger = Ledger(root / ".etl" / "ledger")
        proof = ledger.verify(root)
    except LedgerBroken as broken:
        return [Check("ledger", {"entries": 0}, [dict(broken.facts)])]
    counts = {
        "entries": proof.entries,
        "texts": proof.texts,
        "batch_files": proof.batch_files,
        "archived_files": proof.archived_files,
    }
    told = {batch.batch_id for batch in ledger.batches()}
    unknown = [row for row in store.dicts("select batch_id from ops.batches") if row["batch_id"] not in told]
    return [Check("ledger", counts, unknown), _outbox(ledger, root / "outbox")]


def _outbox(ledger: Ledger, outbox: Path) -> Check:
    """A published file that is still there has the bytes of the ledger; one that is gone was taken, as it should be."""
    counts = {"same": 0, "taken": 0}
    wrong: list[dict[str, Any]] = []
    for batch in ledger.batches():
        if not batch.is_published:
            continue
        files: dict[str, str] = batch.entry["files"]
        for name, sha256 in files.items():
            path = outbox / batch.batch_id / name
            if not path.is_file():
                counts["taken"] += 1
            elif _sha256(path) == sha256:
                counts["same"] += 1
            else:
                wrong.append({"batch_id": batch.batch_id, "file": name, "expected": sha256})
    return Check("outbox", counts, wrong)


def _zero(store: Store, name: str, columns: tuple[str, ...]) -> Check:
    """Each row of a question, of which every one of `columns` must be 0."""
    rows = ask(store, f"verify_{name}")
    return Check(name, {name: len(rows)}, [row for row in rows if any(row[column] for column in columns)])


def _once(store: Store) -> Check:
    """No document key stands twice (law 2)."""
    rows = ask(store, "verify_keys")
    return Check("document_keys", {"document_keys": len(rows)}, [row for row in rows if row["times"] > 1])


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
