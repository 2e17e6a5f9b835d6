"""`etl verify`: does what we hold still prove itself? Each check says what it looked at, how much of it, and what is wrong.

Conservation (every row and amount that came in is accounted for), the ledger's hash chain with the files it names, the
published batches in the outbox, balanced vouchers, and documents that are the sum of their lines. Nothing is changed.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl.errors import LedgerBroken
from etl.ledger import Ledger
from etl.store import Store

_CONSERVATION = """select entity, currency, rows_in, rows_difference, amount_difference from review.conservation"""
_VOUCHERS = """select coalesce(voucher::varchar, voucher_key::varchar) as voucher, journal_date, sum(amount) as difference
    from (
        select voucher, voucher_key, journal_date, coalesce(debit, 0) - coalesce(credit, 0) as amount
        from core.journal_lines where offset_account is null
        union all
        select voucher, voucher_key, journal_date, 0 from core.journal_lines where offset_account is not null
    ) group by all"""
_DOCUMENTS = """select documents.shop || '/' || documents.order_id || '/' || documents.event as document_id,
    documents.net_amount - coalesce(sum(lines.net_amount), 0) as net_difference,
    documents.vat_amount - coalesce(sum(lines.vat_amount), 0) as vat_difference,
    documents.total_amount - coalesce(sum(lines.gross_amount), 0) as total_difference
    from core.documents as documents
    left join core.document_lines as lines on lines.doc_key = documents.doc_key
    group by documents.doc_key, documents.shop, documents.order_id, documents.event, documents.net_amount,
        documents.vat_amount, documents.total_amount"""
_PAYOUTS = """select acquirer, payout_id, difference from core.payouts where status = 'posted'"""
_DOUBLED = """select shop, order_id, event, count(*) as times from core.documents group by all"""


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
        *_ledger(root),
        _zero(store, "vouchers", _VOUCHERS, ("difference",)),
        _zero(store, "documents", _DOCUMENTS, ("net_difference", "vat_difference", "total_difference")),
        _zero(store, "payouts", _PAYOUTS, ("difference",)),
        _once(store),
    ]


def _conservation(store: Store) -> Check:
    rows = store.dicts(_CONSERVATION)
    wrong = [row for row in rows if row["rows_difference"] or row["amount_difference"]]
    return Check("conservation", {"rows": sum(row["rows_in"] for row in rows)}, wrong)


def _ledger(root: Path) -> list[Check]:
    """The chain, the files the ledger names, and the outbox by the ledger. A broken ledger proves nothing about the outbox."""
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
    return [Check("ledger", counts, []), _outbox(ledger, root / "outbox")]


def _outbox(ledger: Ledger, outbox: Path) -> Check:
    """A published file that is still there has the bytes of the ledger; one that is gone was taken, as it should be."""
    counts = {"same": 0, "taken": 0}
    wrong: list[dict[str, Any]] = []
    for batch in ledger.batches():
        if not batch.is_published:
            continue
        files: Mapping[str, str] = batch.entry["files"]
        for name, sha256 in files.items():
            path = outbox / batch.batch_id / name
            if not path.is_file():
                counts["taken"] += 1
            elif _sha256(path) == sha256:
                counts["same"] += 1
            else:
                wrong.append({"batch_id": batch.batch_id, "file": name, "expected": sha256})
    return Check("outbox", counts, wrong)


def _zero(store: Store, name: str, sql: str, columns: tuple[str, ...]) -> Check:
    """Each row of the query, of which every one of `columns` must be 0."""
    rows = store.dicts(sql)
    return Check(name, {name: len(rows)}, [row for row in rows if any(row[column] for column in columns)])


def _once(store: Store) -> Check:
    """No document key stands twice (law 2)."""
    rows = store.dicts(_DOUBLED)
    return Check("document_keys", {"document_keys": len(rows)}, [row for row in rows if row["times"] > 1])


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
