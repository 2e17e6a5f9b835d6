"""Sending a batch: prepared, kept, shown, known. The order of these steps is what makes everything go out exactly once.

Prepared in `outbox/.pending`, kept in the ledger (bytes and frozen rows), entry `prepared`, rename, entry `published`,
and only then the database. After a crash anywhere `outbox.recover` and a replay of the ledger's tail finish it.
"""

import shutil

from etl import outbox, plan
from etl.clock import now
from etl.durable import sync_file, sync_folder
from etl.faults import fault
from etl.intake import remember
from etl.ledger import Ledger
from etl.plan import Plan
from etl.store import Store
from etl.targets import uniconta_files
from etl.workspace import Workspace


def publish(store: Store, ledger: Ledger, workspace: Workspace, change: Plan, *, approved_by: str) -> str:
    """Send what `plan.make` put into the tables `batch_*`; gives the batch's id. Runs in the caller's transaction."""
    batch_no = ledger.next_batch_no()
    batch_id = f"{batch_no:06d}-{change.plan_hash[:8]}"
    as_of = store.value("select as_of from setting.run")
    files = uniconta_files.write(store, batch_id, plan_hash=change.plan_hash, as_of=as_of)
    folder = ledger.new_batch(batch_id)
    plan.freeze(store, folder)
    hashes = outbox.prepare(workspace.root, batch_id, files)
    frozen = ledger.seal_batch(batch_id, files)
    entry = ledger.append(
        "prepared",
        batch_id=batch_id,
        batch_no=batch_no,
        plan_hash=change.plan_hash,
        files=hashes,
        frozen=frozen,
        documents=change.documents,
        journal_lines=change.journal_lines,
        sums={currency: str(amount) for currency, amount in change.sums.items()},
        approved_by=approved_by,
        planned_at=now().isoformat(),
    )
    fault("after-ledger-prepared")
    outbox.publish(workspace.root, batch_id)
    published = ledger.append("published", batch_id=batch_id)
    fault("after-ledger-published")
    plan.adopt(store, entry, published["at"])
    remember(store, published["seq"])
    return batch_id


def snapshot(workspace: Workspace) -> None:
    """Copy the closed database to `review/review.duckdb`, whole or not at all; readers keep the one they have open.

    A run that changed nothing copies nothing.
    """
    target = workspace.review
    if target.exists() and target.stat().st_mtime_ns >= workspace.database.stat().st_mtime_ns:
        return
    fault("before-snapshot")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = target.with_suffix(".tmp")
    shutil.copyfile(workspace.database, fresh)
    fresh.chmod(0o600)
    sync_file(fresh)
    fresh.replace(target)
    sync_folder(target.parent)
    fault("after-snapshot")
