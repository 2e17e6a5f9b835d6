"""What people ask, answered from the snapshot `review/review.duckdb`: how it stands, what is held, where a row went.

Every answer is plain data (mappings, lists, Decimal, date), ready for JSON; `summaries` makes text of it. Nothing here
opens the working database, so a question never waits for a run and a run never for a question. `why` is in `etl.why`.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any

from etl.errors import UsageError
from etl.store import DatabaseError, Store

Row = dict[str, Any]
Answer = dict[str, Any]
SNAPSHOT = Path("review") / "review.duckdb"
_ANSWERS = resources.files("etl") / "answers"

_MATCHING = """select order_key, shop, order_no from core.orders
    where {condition} and ($shop = '' or shop = $shop)"""


def ask(store: Store, name: str, parameters: Sequence[Any] = ()) -> list[Row]:
    """The rows of one of the questions of `etl/answers`, whose first comment says what they are."""
    return store.dicts((_ANSWERS / f"{name}.sql").read_text("utf-8"), parameters)


@contextmanager
def snapshot(folder: Path) -> Iterator[Store]:
    """The snapshot of a workspace, read-only. UsageError where no run has made one yet, or another program holds it."""
    path = folder / SNAPSHOT
    if not path.is_file():
        raise UsageError("SNAPSHOT_ABSENT", path=str(path))
    with ExitStack() as opened:
        try:
            store = opened.enter_context(Store.open(path, read_only=True))
        except DatabaseError as error:
            raise UsageError("DATABASE_BUSY", path=str(path), detail=str(error)) from error
        yield store


def snapshot_at(folder: Path) -> datetime:
    """When the snapshot was made, UTC."""
    return datetime.fromtimestamp((folder / SNAPSHOT).stat().st_mtime, UTC)


def status(store: Store) -> Answer:
    """How the workspace stands: files, orders by verdict, what waits and why, documents, payouts, what is open."""
    return {
        "company": store.value("select name from setting.company"),
        "files": _counts(store, "select status, count(*) from review.files group by status order by status"),
        "rows_rejected": store.value("select coalesce(sum(rows_rejected), 0)::bigint from review.files"),
        "orders": ask(store, "status_orders"),
        "reasons": ask(store, "status_reasons"),
        "documents": _counts(store, "select status, count(*) from review.documents group by status order by status"),
        "payouts": _counts(store, "select status, count(*) from review.payouts group by status order by status"),
        "open_items": ask(store, "status_open_items"),
        "threshold": _first(store, "select * from review.oss_threshold where is_warning", []),
        "waiting_for_person": store.value(
            "select count(*) from review.documents where status = 'planned' and needs_person"
        ),
        "last_batch": _first(store, "select * from review.batches order by planned_at desc limit 1", []),
    }


def reasons(folder: Path) -> list[Row]:
    """Why orders of a workspace are held or wait, the commonest first, each with an order as an example."""
    with snapshot(folder) as store:
        return ask(store, "status_reasons")


def held(store: Store) -> Answer:
    """What stands still until a person acts: orders, payouts, documents that ask for a yes, rejected files."""
    return {
        "orders": ask(store, "held_orders"),
        "explanations": ask(store, "held_explanations"),
        "payouts": ask(store, "held_payouts"),
        "documents": ask(store, "held_documents"),
        "changes": ask(store, "held_changes"),
        "files": ask(store, "held_files"),
    }


def find_order(store: Store, order_no: str) -> tuple[int, str, str]:
    """The one order of that number, with or without `#`: its key, shop and number as the shop writes it.

    `shop/number` names the shop. Exact spelling wins; else the digits, as text, must be one order's own (architecture
    §4). UsageError where there is none, or several have it.
    """
    shop, _, number = order_no.strip().rpartition("/")
    parameters = {"shop": shop, "bare": number.removeprefix("#")}
    for condition in ("ltrim(order_no, '#') = $bare", "order_id = $bare", "order_digits = $bare"):
        found = store.rows(_MATCHING.format(condition=condition), parameters)
        if len(found) == 1:
            return found[0][0], found[0][1], found[0][2]
        if found:
            expected = ", ".join(sorted(f"{where}/{number}" for _, where, number in found))
            raise UsageError("ORDER_NOT_UNIQUE", value=order_no, expected=expected)
    raise UsageError("ORDER_NOT_FOUND", value=order_no)


def trace(store: Store, file_name: str, record: int) -> Answer:
    """What became of one record of a file: its fate, its order's or payout's verdict, and the lines we wrote of it.

    `record` is the ordinal of the record in the file, from 1, the heading not counted (`source_record`). Where several
    files had the name, the newest is meant.
    """
    files = ask(store, "trace_file", [Path(file_name).name])
    if not files:
        raise UsageError("FILE_NOT_SEEN", value=file_name)
    file = files[0]
    if not 1 <= record <= file["rows_in"]:
        raise UsageError("RECORD_NOT_IN_FILE", value=record, path=file["name"], expected=f"1 … {file['rows_in']}")
    place = [file["file_id"], record]
    answer: Answer = {"file": file, "record": record, "others_of_that_name": len(files) - 1}
    answer |= _fate(store, file, record)
    answer["findings"] = store.dicts(
        "select * from review.findings where file_name = $1 and source_record = $2", [file["name"], record]
    )
    answer["document_lines"] = ask(store, "trace_document_lines", [*place, file["name"]])
    answer["journal_lines"] = store.dicts(
        "select * from review.journal_lines where file_name = $1 and source_record = $2", [file["name"], record]
    )
    answer["output"] = store.dicts(
        "select batch_id, output_file, output_line, document_id from review.lineage"
        " where file_id = $1 and source_record = $2 order by batch_id, output_file, output_line",
        place,
    )
    return answer


def _fate(store: Store, file: Row, record: int) -> Answer:
    """The fate of a record, the row as it was read, and the order or payout it belongs to."""
    if file["status"] in ("rejected", "duplicate"):
        return {"fate": file["status"], "row": None, "order": None, "payout": None}
    place = [file["file_id"], record]
    rejects = store.dicts("select * from staging.rejects where file_id = $1 and source_record = $2", place)
    if rejects:
        return {"fate": "rejected", "row": rejects[0], "order": None, "payout": None}
    mended = store.dicts("select * from staging.corrected where file_id = $1 and source_record = $2", place)
    if mended:
        return {"fate": "superseded", "row": mended[0], "order": None, "payout": None}
    entity = file["entity"]
    row = _first(store, f"select * from staging.{entity} where file_id = $1 and source_record = $2", place)
    if entity == "orders":
        return _order_fate(store, place, row)
    payout = None
    if entity == "payouts":
        payout = _first(
            store,
            "select * from review.payout_matches where file_name = $1 and source_record = $2",
            [file["name"], record],
        )
    order = None
    if row and row.get("order_no"):
        order = _first(
            store, "select * from review.orders where order_no = $1 and shop = $2", [row["order_no"], file["shop"]]
        )
    return {"fate": row["fate"] if row else None, "row": _filled(row), "order": order, "payout": payout}


def _order_fate(store: Store, place: list[int], row: Row | None) -> Answer:
    """An order row's fate is its version's. A duplicate's rows are not kept, its version says where they stood."""
    version = next(iter(ask(store, "trace_version", [*place, row["version_id"] if row else None])), None)
    if version is None:
        return {"fate": None, "row": _filled(row), "order": None, "payout": None}
    order = _first(
        store,
        "select * from review.orders where order_no = $1 and shop = $2",
        [version["order_no"], version["shop"]],
    )
    return {"fate": version["fate"], "row": _filled(row), "order": order, "payout": None}


def _first(store: Store, sql: str, parameters: list[Any]) -> Row | None:
    return next(iter(store.dicts(sql, parameters)), None)


def _filled(row: Row | None) -> Row | None:
    """The columns of a row that say something."""
    return {name: value for name, value in row.items() if value is not None} if row else None


def _counts(store: Store, sql: str) -> dict[str, int]:
    return {str(name): int(count) for name, count in store.rows(sql)}
