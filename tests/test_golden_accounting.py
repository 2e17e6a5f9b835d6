"""Golden cases of the order side of accounting: what is invoiced and credited, when, and with which lines.

Each case is a file of tests/golden/accounting, worked out by hand from the section of accounting.md that it names: what
a merchant drops, day by day, and what should come of it, from inbox to outbox. An expected table is written with blanks
between the cells and says only what is new or changed since the step before; `-` is an empty cell. Verdicts stand until
a step says another.

documents: order, event, kind, number, status, date, debtor, currency, net, VAT, total; indented below it each line:
    line type, item, quantity, VAT code, net, VAT, gross
journal: date, journal, voucher, account, offset account, debit, credit, VAT code, invoice number, cause
debtors: account, group, country, VAT number, name (sent to be created)
items: item, group, name (sent to be created); looked at only where a step says so
settles: order and event of a credit note, and the invoice it settles
sent: batch and document, once for every time it was sent; looked at only where a step says so
findings: order and code of every finding that is not the reason of the order's own verdict; `gone` before one that went
"""

import csv
import io
import json
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from etl import pipeline
from etl.errors import UsageError
from etl.store import Store
from etl.verify import verify
from etl.workspace import Workspace

FOLDER = Path(__file__).parent / "golden" / "accounting"
# Of many steps each: with the quick tests they would take longer than one waits.
LONG = {
    *("03_cancelled", "03_credit_notes_wait", "03_refunds_file", "11_buyers", "11_items", "11_without_snapshot"),
    *("12_locked_periods", "12_send_again", "03_refunds_by_running_total", "04_changed_after_sending", "10_lines"),
}
CASES = [
    pytest.param(path, id=path.stem, marks=[pytest.mark.long] if path.stem in LONG else [])
    for path in sorted(FOLDER.glob("[0-9]*.toml"))
]

_DOCUMENTS = (
    "select document_id, order_no, event, kind, number, status, document_date, debtor_account, currency, net_amount,"
    " vat_amount, total_amount from review.documents order by order_no, number nulls last, event"
)
_LINES = (
    "select document_id, line_type, item, quantity, vat_code, net_amount, vat_amount, gross_amount"
    " from review.document_lines order by document_id, line_no"
)
_JOURNAL = (
    "select journal_date, journal, voucher, account, offset_account, debit, credit, vat_code, invoice_no, cause"
    " from review.journal_lines order by journal_date, voucher nulls last, line_no"
)
_DEBTORS = "select account, debtor_group, country, vat_number, name from core.debtors order by account"
_ITEMS = "select item, item_group, name from core.items order by item"
_SETTLES = "select order_no, event, settles from core.documents where settles is not null order by all"
_SENT = (
    "select distinct batches.batch_no, lineage.document_id from review.lineage as lineage"
    " inner join ops.batches as batches using (batch_id) where lineage.output_file = 'orders.csv' order by all"
)
_FINDINGS = (
    "select distinct findings.order_no, findings.code from review.findings as findings"
    " left join review.orders as orders on orders.order_no = findings.order_no"
    " where findings.code is distinct from orders.reason_code order by all"
)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which nothing has happened yet, its database made."""
    root = tmp_path_factory.mktemp("prepared")
    configure(root, tomllib.loads((FOLDER / "_company.toml").read_text("utf-8")))
    pipeline.run(Workspace(root))
    return root


@pytest.mark.parametrize("path", CASES)
def test_case(path: Path, tmp_path: Path, prepared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = tomllib.loads(path.read_text("utf-8"))
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    workspace = Workspace(tmp_path)
    configure(tmp_path, case.get("config", {}))
    verdicts: dict[str, str] = {}
    before: dict[str, list[str]] = {}
    for number, step in enumerate(case["steps"], 1):
        monkeypatch.setenv("ETL_NOW", f"{step['as_of']}T12:00:00+01:00")
        take_step(workspace, step)
        verdicts |= step.get("verdicts", {})
        with Store.open(workspace.review, read_only=True) as store:
            found = tables(store)
            place = f"{case['title']}, step {number}"
            assert stood(store) == verdicts, place
            for name, rows in found.items():
                fresh = [row for row in rows if row not in before.get(name, [])]
                if name == "findings":
                    fresh += [f"gone {row}" for row in before.get(name, []) if row not in rows]
                if name in step or name not in {"items", "sent"}:
                    assert "\n".join(fresh) == "\n".join(expected(name, step.get(name, ""))), f"{place}: {name}"
        before = found
    with Store.open(workspace.review, read_only=True) as store:
        assert_it_holds_together(store, workspace)


def configure(root: Path, config: Mapping[str, Any]) -> None:
    """Put settings over those of a workspace."""
    path = root / "company.toml"
    settings = merged(tomllib.loads(path.read_text("utf-8")) if path.exists() else {}, config)
    path.write_text("\n".join(f"{json.dumps(key)} = {toml(value)}" for key, value in settings.items()), "utf-8")


def merged(base: Any, over: Any) -> Any:
    """`base` with the keys of `over` put over it, table by table."""
    if not isinstance(base, Mapping) or not isinstance(over, Mapping):
        return over
    return {**base, **{key: merged(base.get(key, {}), value) for key, value in over.items()}}


def toml(value: Any) -> str:
    """A value as TOML on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def take_step(workspace: Workspace, step: Mapping[str, Any]) -> None:
    """Change settings, decide, drop files and run, as one day of the case says."""
    configure(workspace.root, step.get("config", {}))
    for decision in step.get("decide", ()):
        orders, refused = decision["orders"], decision.get("refused")
        facts = {"by": "anna", "code": decision.get("code")}
        if refused:
            with pytest.raises(UsageError) as caught:
                pipeline.decide(workspace, decision["what"], orders, **facts)
            assert caught.value.code == refused
        else:
            pipeline.decide(workspace, decision["what"], orders, **facts)
    for name, text in step.get("files", {}).items():
        (workspace.inbox / name).write_text(text.lstrip("\n"), "utf-8")
    report = pipeline.run(workspace)
    wrong = [file for file in report.files if file["status"] != "archived" or file["rows_rejected"]]
    assert not wrong


def tables(store: Store) -> dict[str, list[str]]:
    """The tables as people read them, a row as one text; a document with its lines is one."""
    lines: dict[str, list[str]] = {}
    for document_id, *cells in store.rows(_LINES):
        lines.setdefault(document_id, []).append(shown(cells))
    return {
        "documents": ["\n".join([shown(c), *lines.get(document_id, [])]) for document_id, *c in store.rows(_DOCUMENTS)],
        "journal": [shown(cells) for cells in store.rows(_JOURNAL)],
        "debtors": [shown(cells) for cells in store.rows(_DEBTORS)],
        "items": [shown(cells) for cells in store.rows(_ITEMS)],
        "settles": [shown(cells) for cells in store.rows(_SETTLES)],
        "sent": [shown(cells) for cells in store.rows(_SENT)],
        "findings": [shown(cells) for cells in store.rows(_FINDINGS)],
    }


def shown(cells: list[Any] | tuple[Any, ...]) -> str:
    """A row as the cases write it: quantities without needless zeros."""
    texts = ["-" if cell in {None, ""} else str(cell) for cell in cells]
    return " ".join(text.removesuffix(".000000") for text in texts)


def expected(name: str, text: str) -> list[str]:
    """The rows of an expected table; an indented line belongs to the row above it."""
    rows: list[str] = []
    for line in filter(str.strip, text.splitlines()):
        tidy = " ".join(line.split())
        if name == "documents" and line.startswith(" "):
            rows[-1] += "\n" + tidy
        else:
            rows.append(tidy)
    return rows


def stood(store: Store) -> dict[str, str]:
    """The verdict of every order, with its reason."""
    rows = store.rows("select order_no, verdict, reason_code from review.orders")
    return {order_no: " ".join(filter(None, (verdict, reason))) for order_no, verdict, reason in rows}


def assert_it_holds_together(store: Store, workspace: Workspace) -> None:
    """Nothing is lost, sums are sums, every line has a VAT code, and each can be followed back to its record."""
    assert [check for check in verify(store, workspace.root) if check.wrong] == []
    assert store.rows("select * from review.document_lines where vat_code is null or item is null") == []
    assert store.rows("select * from review.document_lines where gross_amount <> net_amount + vat_amount") == []
    records = dict(file_records(workspace))
    for order_no, name, record in store.rows(
        "select documents.order_no, lines.file_name, lines.source_record from review.document_lines as lines"
        " inner join review.documents as documents using (document_id)"
    ):
        assert order_no in records[name][record - 1].values()
    untold = store.rows(
        "select lines.document_id, lines.line_no from review.document_lines as lines"
        " anti join review.lineage as lineage using (document_id, file_name, source_record)"
        " where lines.batch_id is not null"
    )
    assert untold == []


def file_records(workspace: Workspace) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """The records of every file that was read, by the file's name."""
    for path in workspace.archive.rglob("*.csv"):
        yield path.name, list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
