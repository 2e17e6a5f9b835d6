"""The change set: what would be sent, one hash over it, and what the ledger keeps of what was.

`make` fills the temp tables `batch_*` from everything that is planned (the models numbered 6xx), numbers given out.
`freeze` writes them as Parquet beside the ledger, `adopt` takes them from there into the database: after publishing,
after a crash and in a replay alike, so that the database can always be made again.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from etl.errors import UsageError
from etl.store import Store

# Parquet file -> the rows that were sent; each is read back by `adopt`.
FROZEN = {
    "documents": "select * from batch_documents",
    "document_lines": "select * exclude (number) from batch_document_lines",
    "debtors": "select * from batch_debtors",
    "items": "select * from batch_items",
    "journal_lines": "select * from batch_journal_lines",
    "payouts": "select * exclude (batch_id) from planned_payouts where payout_key in"
    " (select payout_key from batch_journal_lines where voucher_kind = 'payout')",
    "payout_matches": "select * exclude (batch_id) from planned_payout_matches where payout_key in"
    " (select payout_key from batch_journal_lines where voucher_kind = 'payout') or line_key in"
    " (select line_key from batch_journal_lines where voucher_kind = 'reclass')",
    "findings": "select distinct findings.* exclude (batch_id) from core.findings as findings"
    " left join batch_documents as documents on documents.order_key = findings.order_key and (findings.event ="
    " documents.event or (findings.event is null and starts_with(documents.event, 'sale')))"
    " left join (select distinct payout_key from batch_journal_lines where voucher_kind = 'payout') as payouts"
    " on payouts.payout_key = findings.payout_key"
    " where findings.batch_id is null and findings.effect in ('warn', 'info')"
    " and (documents.doc_key is not null or payouts.payout_key is not null)",
    "vat_cases": "select * from core.vat_cases where case_key in (select case_key from batch_document_lines)",
    "numbers": "select numbers.series, doc_key as key, numbers.number from batch_numbers as numbers"
    " inner join batch_documents as documents using (doc_key) where documents.is_resend is not true"
    " union all select 'debtor', buyer_key, number from batch_accounts where is_fresh"
    " union all select distinct 'voucher', voucher_key, voucher from batch_journal_lines",
}


# Is there anything to send, or that waits for a person?
_OPEN = (
    "select exists (from planned_documents) or exists (from planned_journal_lines)"
    " or exists (from core.documents where is_resend)"
)


_MOST_TOLD = 5
# Entries of a plan that a person did not see, and so did not commit.
_EXCLUDED = "create or replace temp table plan_excluded (key ubigint)"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a batch would send. `plan_hash` covers keys and content; numbers are no part of it."""

    plan_hash: str
    documents: int
    vouchers: int
    journal_lines: int
    sums: dict[str, Decimal]
    waiting_for_person: int

    @property
    def is_empty(self) -> bool:
        """Nothing to send."""
        return not self.documents and not self.journal_lines


def make(store: Store) -> Plan:
    """Fill `batch_*` and `plan_entries` with everything planned that waits for nobody."""
    store.script(_EXCLUDED)
    return _fill(store)


def make_seen(store: Store, seen: Sequence[Mapping[str, str]]) -> Plan:
    """Fill `batch_*` with the entries of a plan that a person saw, and nothing else that is planned by now.

    Raises UsageError(PLAN_MOVED) that names the entries which are not planned any more, or with other content.
    """
    make(store)
    now = {str(row["key"]): row for row in _rows(store)}
    moved = [e["entry"] for e in seen if now.get(e["key"], {}).get("content_hash") != e["content_hash"]]
    if moved:
        told = ", ".join(moved[:_MOST_TOLD]) + (" ..." if len(moved) > _MOST_TOLD else "")
        raise UsageError("PLAN_MOVED", detail=told)
    unseen = [int(key) for key in now.keys() - {e["key"] for e in seen}]
    store.rows("insert into plan_excluded select unnest($1::ubigint[])", [unseen])
    return _fill(store)


def _fill(store: Store) -> Plan:
    if not store.value(_OPEN):
        return Plan(plan_hash="", documents=0, vouchers=0, journal_lines=0, sums={}, waiting_for_person=0)
    store.run(600, 699)
    plan_hash = store.value(
        "select substr(sha256(coalesce(string_agg(content_hash, '' order by what, key), '')), 1, 16) from plan_entries"
    )
    documents, vouchers = store.rows(
        "select count(*) filter (what = 'document'), count(*) filter (what = 'voucher') from plan_entries"
    )[0]
    sums = store.rows("select currency, sum(total_amount) from batch_documents group by currency order by currency")
    return Plan(
        plan_hash=plan_hash,
        documents=documents,
        vouchers=vouchers,
        journal_lines=store.value("select count(*) from batch_journal_lines"),
        sums=dict(sums),
        waiting_for_person=store.value("select count(*) from planned_documents where needs_person"),
    )


def entries(store: Store) -> list[dict[str, Any]]:
    """The plan line by line, for people: what, entry, amount, currency, key, content_hash."""
    return [row | {"key": str(row["key"])} for row in _rows(store)]


def _rows(store: Store) -> list[dict[str, Any]]:
    if not store.value(_OPEN):
        return []
    return store.dicts("select what, entry, amount, currency, key, content_hash from plan_entries order by what, entry")


def freeze(store: Store, folder: Path) -> None:
    """Write what is about to be sent as Parquet files in `folder`; it is `frozen_*` in the database too."""
    for name, query in FROZEN.items():
        store.export_parquet(query, folder / f"{name}.parquet")
        store.script(f"create or replace temp view frozen_{name} as {query}")


def thaw(store: Store, folder: Path) -> None:
    """Make the tables `frozen_*` from the ledger's Parquet files of a batch that was sent before."""
    for name, query in FROZEN.items():
        path = folder / f"{name}.parquet"
        if path.exists():
            store.import_parquet(f"frozen_{name}", path)
        else:  # sent before this was kept
            store.script(f"create or replace temp table frozen_{name} as {query} limit 0")


def adopt(store: Store, entry: dict[str, Any], published_at: str) -> None:
    """Make the database know that the batch in `frozen_*` was sent: its rows are frozen, its orders exported.

    `entry` is the ledger's `prepared`. Doing it again changes nothing. Runs inside the caller's transaction.
    """
    digest = sha256(json.dumps(entry["files"], sort_keys=True).encode()).hexdigest()
    store.rows(
        "create or replace temp table adopted as select $1::varchar as batch_id, $2::bigint as batch_no,"
        " $3::varchar as plan_hash, $4::timestamp as planned_at, $5::timestamp as published_at,"
        " $6::bigint as documents, $7::bigint as journal_lines, $8::varchar as sums, $9::varchar as sha256,"
        " $10::varchar as approved_by",
        [entry["batch_id"], entry["batch_no"], entry["plan_hash"], _utc(entry["planned_at"]), _utc(published_at),
         entry["documents"], entry["journal_lines"], json.dumps(entry["sums"], sort_keys=True), digest,
         entry["approved_by"]],
    )  # fmt: skip
    store.script_file("adopt.sql")


def _utc(moment: str) -> datetime:
    """A ledger moment as DuckDB's timestamps hold it: UTC without a zone."""
    return datetime.fromisoformat(moment).astimezone(UTC).replace(tzinfo=None)
