"""The database is a cache: made again from archive and ledger it is the same, whatever happened before; and nothing goes twice.

Every test lets things happen to the small shop of `scenario`, a day for each run, then loses the database.
"""

import itertools
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from scenario import COMPANY, Left, copy, drop, etl, fresh, left, tables
from shop_files import LATER_ORDERS, ORDERS, PAYOUTS, REFUNDS

from etl import pipeline
from etl.reporting import RunReport
from etl.workspace import Workspace

DAYS = itertools.count(1)
FILES = {"orders": ORDERS, "later": LATER_ORDERS, "payouts": PAYOUTS, "refunds": REFUNDS}
# Settings that decide nothing of what was sent, and what they are changed to.
CHANGES = {
    "kind": ("[erp]", '[documents]\nkind = "sales_order"\n[erp]'),
    "company name": ("Nordlys Butik ApS", "Nordlys A/S"),
    "accounts": ('"5821"', '"5899"'),
    "VAT codes": ('"U25"', '"U25X"'),
    "date": ("[erp]", '[documents]\ndate = "paid"\n[erp]'),
    "collective debtor": ('"WEB-{country}"', '"NET-{country}"'),
    "numbers": ("500000", "600000"),
    "journal": ('journal = "UDBET"', 'journal = "KORT"\nposting = "grouped"'),
    "time zone": ("[vat]", 'timezone = "America/New_York"\n[vat]'),
    "source of the shop": ('"shopify_orders"', '"generic_orders"'),
    "locked period": ("[items]", '[periods]\nlocked_until = "2026-12-31"\n[items]'),
}


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    """The clock is set by `run`, and let go afterwards."""
    before = os.environ.get("ETL_NOW")
    yield
    os.environ.pop("ETL_NOW", None) if before is None else os.environ.update(ETL_NOW=before)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return fresh(tmp_path / "shop")


def run(root: Path, *, commit: bool | None = None, **files: bytes) -> RunReport:
    """Drop files and run, on a day later than the run before."""
    drop(root, **files)
    os.environ["ETL_NOW"] = f"2026-12-{next(DAYS) % 28 + 1:02d}T08:00:00+00:00"
    return pipeline.run(Workspace(root), commit=commit)


def settle(root: Path) -> Left:
    """What stands after a run with nothing new on the day of the last run."""
    sent = pipeline.run(Workspace(root))
    assert not sent.batch_ids, "a run with nothing new sent something"
    return left(root)


def assert_replays(root: Path) -> Left:
    """Losing the database loses nothing: made again it is the same, on the same day, and then nothing is sent."""
    before = settle(root)
    lost = copy(root, root.with_name(f"{root.name} lost {next(DAYS)}"))
    pipeline.replay(Workspace(lost))
    assert left(lost).differences(before) == []
    assert settle(lost).differences(before) == []
    return before


def documents(root: Path) -> Counter[str]:
    """What was sent, by order, event and amount: each should stand once."""
    return Counter(row for row in sent_rows(root, "core.documents", "order_no", "event", "total_amount"))


def sent_rows(root: Path, table: str, *columns: str) -> list[str]:
    with pipeline.Store.open(Workspace(root).database, read_only=True) as store:
        rows = store.rows(f"select {', '.join(columns)} from {table} where batch_id is not null order by all")
    return [" ".join(map(str, row)) for row in rows]


def balances(root: Path) -> dict[str, str]:
    """What was posted on each account in all vouchers together: credit minus debit."""
    with pipeline.Store.open(Workspace(root).database, read_only=True) as store:
        return {
            account: str(amount)
            for account, amount in store.rows(
                "select account, sum(coalesce(credit, 0) - coalesce(debit, 0)) as amount from core.journal_lines"
                " where batch_id is not null group by account having amount <> 0 order by account"
            )
        }


def test_after_each_of_several_loads_with_batches_in_between(root: Path) -> None:
    for name, content in FILES.items():
        run(root, **{name: content})
        assert_replays(root)
    assert len(left(root).tables["ops.batches"]) >= 3
    assert max(documents(root).values()) == 1


def test_after_decisions_of_people(root: Path) -> None:
    run(root, orders=ORDERS)
    pipeline.decide(Workspace(root), "approve", ["1004"], by="Anna")
    assert documents(root).keys() & {"#1004 sale 949.00"} == set()
    assert_replays(root)
    run(root)
    assert "#1004 sale 949.00" in documents(root)
    pipeline.decide(Workspace(root), "hold", ["1005"], by="Anna", note="ring the customer")
    pipeline.decide(Workspace(root), "skip", ["1006"], by="Bo")
    assert_replays(root)
    run(root, later=LATER_ORDERS, payouts=PAYOUTS)
    assert_replays(root)
    assert not any(row.startswith("#1005") for row in documents(root))


def test_planned_and_not_sent(root: Path) -> None:
    run(root, commit=False, orders=ORDERS, payouts=PAYOUTS)
    before = left(root)
    lost = copy(root, root.with_name("lost"))
    pipeline.replay(Workspace(lost))
    assert left(lost).differences(before) == []
    plans = [pipeline.make_plan(Workspace(each))["plan_hash"] for each in (root, lost)]
    assert plans[0] == plans[1]
    for each in (root, lost):
        pipeline.commit(Workspace(each), plans[0], by="Anna")
    assert left(lost).differences(left(root)) == []


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_setting_sends_nothing_again(root: Path, change: str) -> None:
    run(root, orders=ORDERS, payouts=PAYOUTS)
    sent, posted = documents(root), sent_rows(root, "core.journal_lines", "voucher", "line_no", "account", "debit", "credit")
    old, new = CHANGES[change]
    assert old in COMPANY
    (root / "company.toml").write_text(COMPANY.replace(old, new), "utf-8")
    assert run(root).batch_ids == []
    assert_replays(root)
    run(root, later=LATER_ORDERS, refunds=REFUNDS)
    assert_replays(root)
    assert max(documents(root).values()) == 1
    assert documents(root) & sent == sent
    again = sent_rows(root, "core.journal_lines", "voucher", "line_no", "account", "debit", "credit")
    assert [row for row in posted if row not in again] == []


def test_a_mapping_that_was_missing_lets_only_its_orders_go(root: Path) -> None:
    run(root, orders=ORDERS)
    sent = documents(root)
    text = COMPANY.replace("[acquirers.", '[payment_methods.Vipps]\nregister = "none"\n[acquirers.', 1)
    (root / "company.toml").write_text(text, "utf-8")
    run(root)
    assert documents(root) - sent == Counter({"#1006 sale 268.00": 1})
    assert_replays(root)


def test_the_order_of_dropping_makes_no_difference_before_anything_is_sent(root: Path) -> None:
    results = []
    for number, names in enumerate(itertools.permutations(FILES)):
        if number % 4 == 0 or names[0] == "payouts":
            place = copy(root, root.with_name(f"shop {number}"))
            for name in names:
                run(place, commit=False, **{name: FILES[name]})
            run(place)
            results.append((documents(place), balances(place), verdicts(place)))
    assert all(result == results[0] for result in results), results


@pytest.mark.parametrize(
    "names", [("payouts", "orders", "later", "refunds"), ("refunds", "later", "orders", "payouts"), ("later", "payouts", "orders", "refunds")]
)
def test_the_order_of_dropping_and_sending_ends_the_same(root: Path, names: tuple[str, ...]) -> None:
    usual = copy(root, root.with_name("usual"))
    for place, order in ((usual, tuple(FILES)), (root, names)):
        for name in order:
            run(place, **{name: FILES[name]})
        assert_replays(place)
    assert balances(root) == balances(usual)
    assert verdicts(root) == verdicts(usual)
    assert totals(root) == totals(usual)


def verdicts(root: Path) -> list[str]:
    with pipeline.Store.open(Workspace(root).database, read_only=True) as store:
        return [repr(row) for row in store.rows("select order_no, verdict, reason_code from core.verdicts inner join core.orders using (order_key) order by all")]


def totals(root: Path) -> list[str]:
    with pipeline.Store.open(Workspace(root).database, read_only=True) as store:
        return [repr(row) for row in store.rows("select order_no, sum(net_amount), sum(vat_amount), sum(total_amount) from core.documents where batch_id is not null group by order_no order by all")]


def test_hash_seed_and_threads_change_no_byte(root: Path) -> None:
    drop(root, **FILES)
    other = copy(root, root.with_name("other"))
    etl(root, PYTHONHASHSEED="1")
    etl(other, PYTHONHASHSEED="2")
    assert left(other).differences(left(root)) == []


def test_a_database_that_cannot_be_read_is_made_again(root: Path) -> None:
    run(root, orders=ORDERS)
    before = settle(root)
    database = Workspace(root).database
    for spoilt in (b"", b"no database" * 500, database.read_bytes()[: 3 * 4096]):
        database.write_bytes(spoilt)
        assert settle(root).differences(before) == []


def test_a_database_ahead_of_its_ledger_is_made_again(root: Path) -> None:
    run(root, orders=ORDERS)
    old = copy(root, root.with_name("old"))
    run(root, later=LATER_ORDERS)
    before = settle(old)
    Workspace(old).database.write_bytes(Workspace(root).database.read_bytes())
    assert settle(old).differences(before) == []
    assert tables(Workspace(old).review) == before.tables
