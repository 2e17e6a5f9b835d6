"""Control totals: what a file states of itself is compared with its rows, and what differs is held and told."""

from decimal import Decimal
from pathlib import Path

import pytest
from staged import contract, stage
from workspaces import company_with, office

HEAD = """
system = "X"
entity = "payouts"
evidence = "documented"
payout_sign = -1
[match]
headers = ["id", "type", "net"]
[columns]
payout_id = "batch"
line_id = "id"
line_type = "type"
gross_amount = "gross"
fee_amount = "fee"
net_amount = "net"
balance_amount = "balance"
stated_total = "total"
stated_count = "count"
currency = "currency"
[constants]
acquirer = "sp"
[controls]
"""
NAMES = ("id", "batch", "type", "currency", "gross", "fee", "net", "balance", "total", "count")
Found = list[tuple[str, str, int, int, Decimal]]


def file(path: Path, *rows: str) -> Path:
    """A file of rows `id batch type currency gross fee net balance total count`, - for an empty cell."""
    lines = [
        ",".join(NAMES),
        *(",".join(cell.strip("-") if cell == "-" else cell for cell in row.split()) for row in rows),
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def controls(path: Path, wanted: str) -> Found:
    """(control, group, records, breaks, difference) of the file."""
    with stage(contract(HEAD + wanted)) as one:
        one.take(path)
        return one.ask("select control, group_name, records, breaks, difference from staging.controls order by all")


def test_a_running_balance_holds_from_row_to_row_in_each_currency(tmp_path: Path) -> None:
    rows = ["1 - sale DKK - - 10.00 10.00 - -", "2 - sale EUR - - 5.00 7.00 - -", "3 - fee DKK - - -1.00 9.00 - -"]
    path = file(tmp_path / "a.csv", *rows, "4 - payout DKK - - -9.00 0.00 - -")
    assert controls(path, 'running_balance = "oldest_first"') == [
        ("running_balance", "DKK", 3, 0, Decimal(0)), ("running_balance", "EUR", 1, 0, Decimal(0)),
    ]  # fmt: skip
    assert [row[3] for row in controls(path, 'running_balance = "newest_first"')] == [2, 0]


def test_a_row_that_is_missing_breaks_the_balance_once(tmp_path: Path) -> None:
    """Without the fee of 1.00 the payout of 9.00 would leave 1.00, where the file says 0.00."""
    path = file(tmp_path / "a.csv", "1 - sale DKK - - 10.00 10.00 - -", "4 - payout DKK - - -9.00 0.00 - -")
    assert controls(path, 'running_balance = "oldest_first"') == [("running_balance", "DKK", 2, 1, Decimal("1.00"))]


def test_the_rows_of_a_batch_come_to_nothing_with_its_payout(tmp_path: Path) -> None:
    path = file(
        tmp_path / "a.csv", "1 B1 sale DKK - - 10.00 - - -", "2 B1 payout DKK - - -10.00 - - -",
        "3 B2 sale DKK - - 10.00 - - -", "4 B2 payout DKK - - -9.99 - - -",
    )  # fmt: skip
    assert controls(path, "zero_groups = true") == [
        ("zero_groups", "B1", 1, 0, Decimal(0)), ("zero_groups", "B2", 1, 1, Decimal("0.01")),
    ]  # fmt: skip


def test_a_stated_total_and_count_are_of_the_rows_that_are_no_payout(tmp_path: Path) -> None:
    path = file(tmp_path / "a.csv", "1 - sale DKK 10.00 - - - 30.00 3", "2 - refund DKK 19.00 - - - 30.00 3")
    assert controls(path, 'stated_total = "gross"\nstated_count = true') == [
        ("stated_count", "", 2, 1, Decimal(-1)), ("stated_total", "", 2, 1, Decimal("-1.00")),
    ]  # fmt: skip


def test_two_stated_totals_of_one_payout_contradict_each_other(tmp_path: Path) -> None:
    path = file(tmp_path / "a.csv", "1 - sale DKK 10.00 - - - 30.00 -", "2 - sale DKK 20.00 - - - 31.00 -")
    assert [row[3] for row in controls(path, 'stated_total = "gross"')] == [1]


def test_line_sums_count_the_lines_that_do_not_come_out(tmp_path: Path) -> None:
    path = file(tmp_path / "a.csv", "1 - sale DKK 10.00 1.00 9.00 - - -", "2 - sale DKK 10.00 1.00 9.50 - - -")
    assert [row[:4] for row in controls(path, "line_sums = true")] == [("line_sums", "", 2, 1)]


BANK = """
system = "X"
entity = "bank_entries"
evidence = "documented"
[match]
headers = ["account", "day", "amount"]
[columns]
account = "account"
entry_date = "day"
amount = "amount"
text = "text"
balance_amount = "balance"
opening_balance = "opening"
closing_balance = "closing"
statement_no = "no"
[controls]
opening_closing = true
"""


@pytest.mark.parametrize(("closing", "breaks"), [("107.00", 0), ("107.01", 1)])
def test_a_statement_opens_moves_and_closes(tmp_path: Path, closing: str, breaks: int) -> None:
    path = tmp_path / "bank.csv"
    rows = f"A,2025-01-02,10.00,x,,100.00,{closing},1\nA,2025-01-03,-3.00,y,,100.00,{closing},1\n"
    path.write_text("account,day,amount,text,balance,opening,closing,no\n" + rows, "utf-8")
    with stage(contract(BANK)) as one:
        one.take(path)
        assert one.ask("select control, records, breaks from staging.controls") == [("opening_closing", 2, breaks)]


def test_overlapping_statements_merge_by_the_larger_count(tmp_path: Path) -> None:
    """The same two coffees on one day are two entries; the next statement that has them again adds only what is new."""
    head = "account,day,amount,text,balance,opening,closing,no\n"
    coffee = "A,2025-01-02,-20.00,coffee,,,,\n"
    first, second = tmp_path / "1.csv", tmp_path / "2.csv"
    first.write_text(head + coffee + coffee, "utf-8")
    second.write_text(head + coffee + coffee + coffee + "A,2025-01-03,5.00,new,,,,\n", "utf-8")
    with stage(contract(BANK)) as one:
        one.take(first)
        one.take(second)
        assert one.ask("select file_id, fate, count(*) from staging.bank_entries group by all order by all") == [
            (1, "reference", 2), (2, "duplicate", 2), (2, "reference", 2),
        ]  # fmt: skip


def test_a_payout_whose_file_does_not_hold_is_held_and_told(tmp_path: Path) -> None:
    """It ties by itself (10.00 - 1.00 = 9.00), but the file says that it has 11.00 of sales."""
    one = office(tmp_path / "w", company=company_with(), own_sources=False)
    (one.root / "schemas" / "sources").mkdir(parents=True)
    (one.root / "schemas" / "sources" / "x_report.toml").write_text(HEAD + 'stated_total = "gross"\n', "utf-8")
    path = file(
        tmp_path / "a.csv", "1 B1 sale DKK 10.00 1.00 9.00 - 11.00 -", "2 B1 payout DKK - - -9.00 - - -",
    )  # fmt: skip
    one.drop("a.csv", path.read_bytes())
    assert one.run().payouts == {"held": 1}
    assert not one.ask("from review.journal_lines")
    told = one.ask("select severity, value_read, expected from review.findings where code = 'CONTROL_TOTAL_DIFFERS'")
    assert {tuple(row.values()) for row in told} == {("error", "10.00", "11.00")}
