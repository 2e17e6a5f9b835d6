"""What people decide, on the example company: plans, commits, approvals, holds and skips, as the commands call them."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from etl import pipeline, questions, workspace
from etl.errors import UsageError
from etl.reporting import RunReport
from etl.store import Store
from etl.workspace import Workspace

NOW = "2026-11-24T10:00:00+00:00"


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, RunReport]:
    """The example company with its files read and nothing sent."""
    made = workspace.demo(tmp_path_factory.mktemp("decisions") / "nordlys")
    text = made.company_file.read_text("utf-8")
    made.company_file.write_text(text.replace("settle_seconds = 2", "settle_seconds = 0"), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ETL_NOW", NOW)
        return made, pipeline.run(made, commit=False)


@pytest.fixture
def nordlys(example: tuple[Workspace, RunReport], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A copy of it for one test."""
    monkeypatch.setenv("ETL_NOW", NOW)
    shutil.copytree(example[0].root, tmp_path / "nordlys")
    return Workspace(tmp_path / "nordlys")


def asked(place: Workspace, sql: str) -> list[tuple[Any, ...]]:
    with Store.open(place.review, read_only=True) as store:
        return store.rows(sql)


def verdict(place: Workspace, order_no: str) -> tuple[Any, ...]:
    (found,) = asked(place, f"select verdict, reason_code from review.orders where order_no = '{order_no}'")
    return found


def batches(place: Workspace) -> set[str]:
    return {folder.name for folder in place.outbox.iterdir() if not folder.name.startswith(".")}


def test_a_commit_sends_what_the_plan_listed_and_nothing_that_came_since(
    nordlys: Workspace, example: tuple[Workspace, RunReport]
) -> None:
    planned = example[1]
    assert (batches(nordlys), planned.planned, planned.documents_sent) == (set(), 8, 0)  # 7 documents and a voucher
    shown = pipeline.make_plan(nordlys)
    assert shown["plan_hash"] == planned.plan_hash
    pipeline.decide(nordlys, "approve", ["1004"], by="Lone", note="VIES 24-11")
    assert pipeline.make_plan(nordlys)["plan_hash"] != shown["plan_hash"]

    sent = pipeline.commit(nordlys, shown["plan_hash"], by="Lone")

    assert (sent.documents_sent, sent.journal_lines_sent) == (7, 13)
    assert verdict(nordlys, "#1004") == ("ready", None)
    assert asked(nordlys, "select approved_by from review.batches") == [("Lone",)]
    rest = pipeline.make_plan(nordlys)["entries"]
    assert [entry["entry"] for entry in rest] == ["main/5400032899072/sale"]


def test_a_plan_of_which_something_moved_is_not_sent_and_says_what(nordlys: Workspace) -> None:
    shown = pipeline.make_plan(nordlys)["plan_hash"]
    pipeline.decide(nordlys, "hold", ["#1001"], by="Lone")
    with pytest.raises(UsageError) as moved:
        pipeline.commit(nordlys, shown)
    assert (moved.value.code, moved.value.facts["detail"]) == ("PLAN_MOVED", "main/5400032800768/sale")
    assert batches(nordlys) == set()


@pytest.mark.parametrize("plan_hash", ["0123456789abcdef", "../../company", ""])
def test_a_plan_that_nobody_was_shown_is_not_sent(nordlys: Workspace, plan_hash: str) -> None:
    with pytest.raises(UsageError, match="PLAN_UNKNOWN"):
        pipeline.commit(nordlys, plan_hash)


@pytest.mark.long
def test_a_hold_and_a_skip_are_taken_back_by_approval(nordlys: Workspace) -> None:
    pipeline.decide(nordlys, "hold", ["1001"], by="Lone")
    assert verdict(nordlys, "#1001") == ("held", "HELD_BY_PERSON")
    pipeline.decide(nordlys, "skip", ["1001"], by="Lone")
    assert verdict(nordlys, "#1001") == ("skipped", "SKIPPED_BY_PERSON")
    pipeline.decide(nordlys, "approve", ["1001"], by="Lone")
    assert verdict(nordlys, "#1001") == ("ready", None)


def test_what_does_not_tie_is_not_approved_and_all_orders_of_a_call_are_looked_at_first(nordlys: Workspace) -> None:
    with pytest.raises(UsageError) as refused:
        pipeline.decide(nordlys, "approve", ["1004", "1010"], by="Lone")
    assert (refused.value.code, refused.value.facts["expected"]) == ("NOT_APPROVABLE", "VAT_RATE_MISMATCH")
    assert verdict(nordlys, "#1004") == ("held", "VAT_NUMBER_UNVERIFIED")


@pytest.mark.parametrize("decision", ["hold", "skip"])
def test_what_was_sent_is_neither_held_nor_skipped(nordlys: Workspace, decision: str) -> None:
    pipeline.run(nordlys)
    with pytest.raises(UsageError, match="ALREADY_SENT"):
        pipeline.decide(nordlys, decision, ["1001"], by="Lone")


@pytest.mark.long
def test_an_order_that_changed_after_sending_is_told_where_people_look(nordlys: Workspace) -> None:
    pipeline.run(nordlys)
    export = nordlys.inbox / "archive" / "2026" / "11" / "orders_export.csv"
    text = export.read_text("utf-8")
    assert text.count(",FI,") == 0
    changed = "\n".join(line.replace(",DE,", ",FI,") for line in text.splitlines()) + "\n"  # #1002 goes elsewhere
    (nordlys.inbox / "later.csv").write_text(changed, "utf-8")

    report = pipeline.run(nordlys)

    assert (report.changes_held, report.documents_sent, report.orders["exported"]) == (1, 0, 6)
    with questions.snapshot(nordlys.root) as store:
        (told,) = questions.held(store)["changes"]
    assert (told["order_no"], told["code"]) == ("#1002", "CHANGED_AFTER_SENDING")
