"""A file that the program itself fails on: told and rejected, and nothing else is touched by it."""

from pathlib import Path

import pytest

from etl import conform, pipeline, workspace
from etl.contracts import Identified
from etl.store import Store


@pytest.mark.long
def test_a_file_that_the_program_fails_on_stops_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = workspace.demo(tmp_path / "nordlys")
    place.company_file.write_text(
        place.company_file.read_text("utf-8").replace("settle_seconds = 2", "settle_seconds = 0"), "utf-8"
    )
    real = conform.conform

    def failing(store: Store, identified: Identified, *, timezone: str) -> conform.Conformed:
        """A fault of our own: an SQL statement that cannot run, in the middle of one file."""
        if identified.contract.source == "generic_payouts":
            store.rows("select no_such_column from raw_records")
        return real(store, identified, timezone=timezone)

    monkeypatch.setattr(conform, "conform", failing)
    report = pipeline.run(place)

    files = {file["name"]: (file["status"], file["reason_code"]) for file in report.files}
    assert files.pop("payouts_shopify_payments.csv") == ("rejected", "FILE_NOT_HANDLED")
    assert set(files.values()) == {("archived", None)}
    assert report.orders == {"exported": 6, "held": 3, "skipped": 1, "waiting": 1}
    why = (place.rejected / "payouts_shopify_payments.csv.why.txt").read_text("utf-8")
    (log,) = place.logs.glob("file-*.log")
    assert "no_such_column" in why
    assert log.name in why
    assert "Traceback" in log.read_text("utf-8")

    monkeypatch.undo()
    (place.rejected / "payouts_shopify_payments.csv").rename(place.inbox / "payouts_shopify_payments.csv")
    again = pipeline.run(place)
    assert [file["status"] for file in again.files] == ["archived"]
    assert again.payouts == {"posted": 1}
