"""What a run did, counted, for the summary that a merchant understands."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from etl.company import Company
from etl.intake import FileOutcome, Told
from etl.plan import Plan
from etl.store import Store


@dataclass(frozen=True, slots=True)
class RunReport:
    """Counts are of everything in the workspace, not of this run alone, except `files`, `*_sent` and `batch_ids`."""

    files: list[dict[str, Any]]
    orders: dict[str, int]
    held: dict[str, int]
    payouts: dict[str, int]
    documents_sent: int = 0
    journal_lines_sent: int = 0
    batch_ids: list[str] = field(default_factory=list)
    plan_hash: str | None = None
    planned: int = 0
    waiting_for_person: int = 0
    changes_held: int = 0
    messages: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


def report(
    store: Store,
    settings: Company | None,
    files: Sequence[FileOutcome],
    batches: list[str],
    change: Plan | None,
    told: Sequence[Told] = (),
) -> RunReport:  # fmt: skip
    """Count what came in and what stands."""
    sent = bool(batches) and change is not None
    return RunReport(
        files=[_file(store, f) for f in files],
        orders=dict(store.rows("select verdict, count(*) from core.verdicts group by verdict order by verdict")),
        held=dict(
            store.rows(
                "select reason_code, count(*) from core.verdicts where verdict = 'held' group by reason_code"
                " order by count(*) desc, reason_code"
            )
        ),
        payouts=dict(store.rows("select status, count(*) from core.payouts group by status order by status")),
        documents_sent=change.documents if sent and change else 0,
        journal_lines_sent=change.journal_lines if sent and change else 0,
        batch_ids=batches,
        plan_hash=change.plan_hash if change and not change.is_empty and not sent else None,
        planned=change.documents + change.vouchers if change and not sent else 0,
        waiting_for_person=change.waiting_for_person if change else 0,
        changes_held=store.value(
            "select count(distinct order_key) from core.findings"
            " where effect = 'hold' and event is not null and batch_id is null"
        ),
        messages=[*told, *([] if settings else [("CONFIG_MISSING", {})])],
    )


def _file(store: Store, outcome: FileOutcome) -> dict[str, Any]:
    rejected = store.value("select count(*) from staging.rejects where file_id = $1", [outcome.file_id])
    return {
        "name": outcome.name,
        "status": outcome.status,
        "source": outcome.source,
        "rows_in": outcome.rows_in,
        "rows_rejected": rejected,
        "reason_code": outcome.reason_code,
        "field": outcome.field,
        "value": outcome.value,
        "expected": outcome.expected,
    }
