"""Rows that were not taken come back in the source's own layout; mended, they take the place of the old ones."""

import csv
import io
from pathlib import Path

import pytest
import shop_files
from workspaces import Office, company_with, office

PAYOUT = shop_files.payout("P1", "sale sp1001 1001 439.00 4.00, sale sp1002 1002 439.00 4.00").replace(
    b"shopify_payments", b"sp"
)


def rows_file(one: Office) -> tuple[Path, list[dict[str, str]]]:
    """The one `.rows.csv`, and its records."""
    (path,) = (one.root / "inbox" / "rejected").glob("*.rows*.csv")
    text = path.read_text("utf-8-sig")
    delimiter = ";" if text.splitlines()[0].count(";") > 2 else ","
    return path, list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def mended(records: list[dict[str, str]], column: str, right: str) -> str:
    """The file as a person saves it, with the column right where it was wrong."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, records[0].keys())
    writer.writeheader()
    writer.writerows(record | ({column: right} if record["_error"] else {}) for record in records)
    return out.getvalue()


def test_an_order_comes_back_whole_and_goes_when_it_is_mended(tmp_path: Path) -> None:
    one = office(tmp_path / "w", company=company_with(), own_sources=False)
    good = shop_files.export(
        shop_files.order(1001, "CUP 1 200.00, HAT 1 200.00", "439.00", "87.80"),
        shop_files.order(1002, "CUP 1 400.00", "439.00", "87.80"),
    )
    broken = good.replace(b"Item HAT,200.00", b"Item HAT,2oo.00")
    assert broken != good
    one.drop("orders.csv", broken)
    assert one.run().orders == {"exported": 1, "held": 1}
    path, records = rows_file(one)
    assert [r["Lineitem sku"] for r in records] == ["CUP", "HAT"]  # the good row of the order too
    assert [bool(r["_error"]) for r in records] == [False, True]
    assert "2oo.00" in records[1]["_error"]
    assert records[1]["_fix"]

    path.unlink()
    one.drop("orders.csv.rows.csv", mended(records, "Lineitem price", "200.00"))
    assert one.run().orders == {"exported": 2}
    link = one.ask(
        "select old.name as old, corrected.source_record, new.name as new, by_source_record"
        " from staging.corrected as corrected join review.files as old on old.file_id = corrected.file_id"
        " join review.files as new on new.file_id = corrected.by_file_id"
    )
    assert [tuple(row.values()) for row in link] == [("orders.csv", 2, "orders.csv.rows.csv", 2)]
    files = one.ask("select name, rows_in, rows_staged, rows_superseded, rows_rejected from review.files order by name")
    assert [tuple(row.values()) for row in files] == [
        ("orders.csv", 3, 1, 2, 0),  # the broken order's good row and its rejected one are both superseded
        ("orders.csv.rows.csv", 2, 2, 0, 0),
    ]
    assert not one.ask("from review.findings where subject = 'row'")
    kept = one.ask("select rows_difference, amount_difference from review.conservation")
    assert {tuple(row.values()) for row in kept} == {(0, 0)}


@pytest.mark.long
def test_a_payout_line_that_is_mended_lets_its_payout_tie(tmp_path: Path) -> None:
    one = office(tmp_path / "w", company=company_with(), own_sources=False)
    one.drop("payout.csv", PAYOUT.replace(b"sp1002,,1002,439.00", b"sp1002,,1002,43g.00"))
    assert one.run().payouts == {"held": 1}
    path, records = rows_file(one)
    assert len(records) == 1
    path.unlink()
    one.drop("mended.csv", mended(records, "gross_amount", "439.00"))
    assert one.run().payouts == {"posted": 1}


@pytest.mark.long
def test_rows_that_are_still_wrong_come_back_again_with_a_link_of_their_own(tmp_path: Path) -> None:
    one = office(tmp_path / "w", company=company_with(), own_sources=False)
    one.drop("payout.csv", PAYOUT.replace(b"sp1002,,1002,439.00", b"sp1002,,1002,43g.00"))
    one.run()
    path, records = rows_file(one)
    path.unlink()
    one.drop("mended.csv", mended(records, "gross_amount", "still wrong"))
    one.run()
    path, again = rows_file(one)
    assert [set(r) - set(records[0]) for r in again] == [set()]  # no further _error columns
    assert again[0]["_row"] != records[0]["_row"]
    path.unlink()
    one.drop("mended-2.csv", mended(again, "gross_amount", "439.00"))
    assert one.run().payouts == {"posted": 1}
    assert len(one.ask("from staging.corrected")) == 2


@pytest.mark.long
def test_a_row_of_another_file_mends_nothing(tmp_path: Path) -> None:
    one = office(tmp_path / "w", company=company_with(), own_sources=False)
    one.drop("payout.csv", PAYOUT.replace(b"sp1002,,1002,439.00", b"sp1002,,1002,43g.00"))
    one.run()
    path, records = rows_file(one)
    path.unlink()
    stranger = [record | {"_row": "0123456789abcdef:2"} for record in records]
    one.drop("mended.csv", mended(stranger, "gross_amount", "439.00"))
    one.run()
    assert one.ask("from staging.corrected") == []
