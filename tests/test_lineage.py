"""Where a figure comes from: every line of the example's output files, followed back to the row it rests on.

The example company is run in process, twice: once as it is, and once more with #1004 approved, so that there are two
batches. Output lines and source rows are read from the files themselves, not from the database.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hand_filled import hand_filled, insert

from etl import pipeline, workspace
from etl.store import Store

pytestmark = pytest.mark.long  # two runs and every line of what they wrote

NOW = "2026-11-20T12:00:00+01:00"
OWN_ITEMS = {"FRAGT", "REFUSION"}  # items of the company's settings: no product of a source row
EXPORTED = {"#1001", "#1002", "#1003", "#1004", "#1005", "#1006", "#1007"}  # what the example's README says is sent
Place = tuple[str, str, int]  # batch, file, line, the heading being line 1
Row = dict[str, str]


@dataclass(frozen=True)
class Told:
    """Two sent batches, as the files say and as `review.lineage` says."""

    written: dict[Place, Row]
    sources: dict[tuple[str, int], Row]
    lineage: dict[Place, set[tuple[str, int]]]

    def lines(self, file: str) -> Iterator[tuple[Row, Place, list[Row]]]:
        """Of a kind of file, each written line, its place, and the source rows that it rests on."""
        for place, row in self.written.items():
            if place[1].startswith(file):
                yield row, place, [self.sources[source] for source in sorted(self.lineage[place])]

    def order_no_of(self, batch: str, number: str) -> str:
        """The shop's order number behind a sales order number, as orders.csv says."""
        return next(
            r["OurRef"]
            for (b, f, _), r in self.written.items()
            if (b, f) == (batch, "orders.csv") and r["OrderNumber"] == number
        )


def numbered(path: Path, delimiter: str, first: int) -> Iterator[tuple[int, Row]]:
    content = path.read_text("utf-8-sig")
    return enumerate(csv.DictReader(io.StringIO(content, newline=""), delimiter=delimiter), first)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ETL_NOW", NOW)
        place = workspace.demo(tmp_path_factory.mktemp("demo") / "nordlys")
        sources = {
            (path.name, record): row
            for path in sorted(place.inbox.glob("*.csv"))
            for record, row in numbered(path, ";" if path.name.startswith("uniconta") else ",", 1)
        }
        pipeline.run(place)
        pipeline.decide(place, "approve", ["1004"])
        pipeline.run(place)
    written = {
        (path.parent.name, path.name, line): row
        for path in sorted(place.outbox.glob("*/*.csv"))
        if path.name.startswith(("orders", "order_lines", "journal_"))
        for line, row in numbered(path, ";", 2)
    }
    lineage: dict[Place, set[tuple[str, int]]] = defaultdict(set)
    with Store.open(place.review, read_only=True) as store:
        query = "select batch_id, output_file, output_line, file_name, source_record from review.lineage"
        for batch, file, line, name, record in store.rows(query):
            lineage[batch, file, line].add((name, record))
    return Told(written, sources, dict(lineage))


def test_two_batches_wrote_all_kinds_of_files(told: Told) -> None:
    assert len({batch for batch, _, _ in told.written}) == 2
    assert {file for _, file, _ in told.written} == {"orders.csv", "order_lines.csv", "journal_UDBET.csv"}


def test_every_written_line_has_a_source_and_no_other_line_has(told: Told) -> None:
    assert told.lineage.keys() == told.written.keys()
    assert {source for sources in told.lineage.values() for source in sources} <= told.sources.keys()


def test_a_head_rests_on_a_row_of_its_order(told: Told) -> None:
    for row, place, sources in told.lines("orders.csv"):
        assert {source["Name"] for source in sources} == {row["OurRef"]}, place


def test_an_order_line_rests_on_the_row_of_its_order_and_product(told: Told) -> None:
    for row, place, sources in told.lines("order_lines.csv"):
        (source,) = sources
        assert source["Name"] == told.order_no_of(place[0], row["OrderNumber"]), place
        assert row["Item"] in OWN_ITEMS or (row["Item"], row["Text"]) == (
            source["Lineitem sku"],
            source["Lineitem name"],
        )


def test_a_journal_line_rests_on_rows_of_its_payout_and_payment(told: Told) -> None:
    for row, place, sources in told.lines("journal_"):
        assert {source["payout_id"] for source in sources} == {row["ReferenceNumber"]}, place
        if row["PaymentId"]:
            assert {source["transaction_id"] for source in sources} == {row["PaymentId"]}, place


def test_every_row_of_an_exported_order_and_of_a_payout_is_reached(told: Told) -> None:
    reached = {source for sources in told.lineage.values() for source in sources}
    wanted = {
        source
        for source, row in told.sources.items()
        if row.get("Name") in EXPORTED or row.get("payout_id") == "PO-20261109"
    }
    assert {told.sources[source]["Name"] for source in wanted if "Lineitem sku" in told.sources[source]} == EXPORTED
    assert wanted <= reached


def test_journals_that_would_share_a_file_are_told_apart_as_the_target_does() -> None:
    with hand_filled() as store:
        for voucher, journal in enumerate(("A/B", "A B", "a_b", "a-b"), 1):
            insert(
                store,
                "core.journal_lines",
                batch_id="B",
                journal=journal,
                voucher=voucher,
                line_no=1,
                source_record=voucher,
            )
        found = store.rows(
            "select output_file, output_line, source_record from review.lineage where batch_id = 'B' order by all"
        )
    assert found == [
        ("journal_A_B.csv", 2, 2),
        ("journal_A_B~2.csv", 2, 1),
        ("journal_a-b.csv", 2, 4),
        ("journal_a_b~3.csv", 2, 3),
    ]
