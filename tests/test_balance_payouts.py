"""A statement whose rows name no payout: each transfer that empties the balance pays out all since the one before."""

from decimal import Decimal
from pathlib import Path

from staged import contract, stage

CONTRACT = """
system = "X"
entity = "payouts"
evidence = "documented"
payout_sign = -1
[match]
headers = ["day", "type", "net", "balance"]
[csv]
moment_formats = ["%Y-%m-%d %H:%M"]
[columns]
occurred_at = "day"
line_type = "type"
net_amount = "net"
balance_amount = "balance"
order_no = "order"
[constants]
acquirer = "x"
currency = "DKK"
[controls]
running_balance = "newest_first"
balance_payouts = true
"""
HEAD = "day,type,net,balance,order\n"
# Newest first. The first transfer leaves nothing, the second leaves 5.00 behind, the sale of 7.00 is not paid out yet.
NEW = "2025-01-09 10:00,sale,7.00,12.00,4\n"
PARTLY = "2025-01-08 10:00,payout,-15.00,5.00,\n2025-01-07 10:00,sale,20.00,20.00,3\n"
PAID = "2025-01-06 10:00,payout,-29.00,0.00,\n2025-01-05 10:00,fee,-1.00,29.00,2\n2025-01-04 10:00,sale,20.00,30.00,2\n"
OLDEST = "2025-01-03 10:00,sale,10.00,10.00,1\n"
Found = list[tuple[str | None, str, Decimal]]


def named(folder: Path, *texts: str) -> Found:
    """(payout, type, net amount) of the rows that count after these files."""
    with stage(contract(CONTRACT)) as one:
        for number, text in enumerate(texts):
            path = folder / f"{number}.csv"
            path.write_text(HEAD + text, "utf-8")
            one.take(path)
        return one.ask(
            "select payout_id, line_type, net_amount from staging.payouts"
            " where fate = 'staged' order by occurred_at desc"
        )


def test_what_stands_between_two_empty_balances_is_one_payout(tmp_path: Path) -> None:
    assert named(tmp_path, NEW + PARTLY + PAID + OLDEST) == [
        (None, "sale", Decimal("7.00")),
        (None, "payout", Decimal("-15.00")),
        (None, "sale", Decimal("20.00")),
        ("2025-01-06T10:00:00", "payout", Decimal("-29.00")),
        ("2025-01-06T10:00:00", "fee", Decimal("-1.00")),
        ("2025-01-06T10:00:00", "sale", Decimal("20.00")),
        ("2025-01-06T10:00:00", "sale", Decimal("10.00")),
    ]


def test_a_statement_that_begins_in_the_middle_names_no_payout_for_its_first_rows(tmp_path: Path) -> None:
    """The sale of 10.00 is missing: the rows open at 10.00, so the transfer is not all theirs."""
    assert {payout for payout, _, _ in named(tmp_path, PAID)} == {None}


def test_rows_that_were_pending_get_their_payout_from_a_later_statement(tmp_path: Path) -> None:
    rest = "2025-01-05 10:00,fee,-1.00,29.00,2\n2025-01-04 10:00,sale,20.00,30.00,2\n"
    found = named(tmp_path, rest + OLDEST, PAID + OLDEST)
    assert [payout for payout, _, _ in found] == ["2025-01-06T10:00:00"] * 4
    assert sum(net for _, _, net in found) == 0
