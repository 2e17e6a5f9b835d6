"""The database is a cache: made again from archive and ledger it is the same, whatever happened; nothing goes twice.

Every test lets things happen to the small shop of `scenario`, a day for each run, and then loses the database.
"""

import itertools
import os
from collections import Counter
from pathlib import Path

import pytest
from scenario import COMPANY, Left, copy, drop, etl, fresh, left, rows, tables
from shop_files import LATER_ORDERS, ORDERS, PAYOUTS, REFUNDS

from etl import pipeline
from etl.reporting import RunReport
from etl.workspace import Workspace

FILES = {"orders": ORDERS, "later": LATER_ORDERS, "payouts": PAYOUTS, "refunds": REFUNDS}
LAST_DAY = 28
# What is set after something was sent: nothing of it may send that again.
CHANGES = {
    "kind": ('"invoice"', '"sales_order"'),
    "date": ('"shipped"', '"paid"'),
    "company name": ("Nordlys Butik ApS", "Nordlys A/S"),
    "accounts": ('"5821"', '"5899"'),
    "VAT codes": ('"U25"', '"U25X"'),
    "collective debtor": ('"WEB-{country}"', '"NET-{country}"'),
    "numbers": ("500000", "600000"),
    "journal": ('journal = "UDBET"', 'journal = "KORT"\nposting = "grouped"'),
    "time zone": ("[vat]", 'timezone = "America/New_York"\n[vat]'),
    "source of the shop": ('"shopify_orders"', '"generic_orders"'),
    "locked period": ("[items]", '[periods]\nlocked_until = "2026-12-31"\n[items]'),
    "way of payment": ('"KORT"', '"KONTANT"'),
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty shop; the clock that `run` sets is let go afterwards."""
    monkeypatch.setenv("ETL_NOW", "2026-12-01T08:00:00+00:00")
    return fresh(tmp_path / "shop")


def run(root: Path, *names: str, day: int | None = None, commit: bool | None = None) -> RunReport:
    """Drop files of `FILES` and run, on that day of December or on the day after the last run."""
    drop(root, **{name: FILES[name] for name in names})
    on = day or int(os.environ["ETL_NOW"][8:10]) % LAST_DAY + 1
    os.environ["ETL_NOW"] = f"2026-12-{on:02d}T08:00:00+00:00"
    return pipeline.run(Workspace(root), commit=commit)


def settle(root: Path) -> Left:
    """What is left after one more run on the same day, in which nothing may be sent."""
    assert pipeline.run(Workspace(root)).batch_ids == []
    return left(root)


def assert_replays(root: Path) -> Left:
    """Losing the database loses nothing: made again it is the same, and then nothing is sent."""
    before = settle(root)
    lost = copy(root, root.with_name(f"{root.name} lost {os.urandom(4).hex()}"))
    pipeline.replay(Workspace(lost))
    assert left(lost).differences(before) == []
    assert settle(lost).differences(before) == []
    return before


def documents(root: Path) -> Counter[str]:
    """What was sent, by order, event and amount: each should stand once."""
    return Counter(
        rows(root, "select order_no, event, total_amount::varchar from core.documents where batch_id is not null")
    )


def journal(root: Path) -> Counter[str]:
    """What was posted, line by line, as it was sent."""
    columns = "voucher, line_no, account, debit, credit, journal, batch_id"
    return Counter(rows(root, f"select {columns} from core.journal_lines where batch_id is not null"))


def outcome(root: Path) -> dict[str, list[str]]:
    """Where everything ended, however it came there: per order and per account."""
    sent = "batch_id is not null"
    return {
        "verdicts": rows(
            root, "select order_no, verdict, reason_code from core.verdicts join core.orders using (order_key)"
        ),
        "totals": rows(
            root,
            "select order_no, sum(net_amount), sum(vat_amount), sum(total_amount) from core.documents"
            f" where {sent} group by order_no",
        ),
        "balances": rows(
            root,
            "select account, sum(coalesce(credit, 0) - coalesce(debit, 0)) as amount from core.journal_lines"
            f" where {sent} group by account having amount <> 0",
        ),
    }


@pytest.mark.long
def test_days_of_loads_decisions_and_batches(root: Path) -> None:
    run(root, "orders")
    pipeline.decide(Workspace(root), "approve", ["1004"], by="Anna")
    pipeline.decide(Workspace(root), "skip", ["1006"], by="Bo", note="paid in the shop")
    assert len(run(root, "refunds").batch_ids) == 1
    assert len(run(root, "later", "payouts").batch_ids) == 1
    last = assert_replays(root)
    assert len(last.tables["ops.batches"]) == 3
    assert set(documents(root).values()) == {1}
    assert documents(root)["('#1004', 'sale', '949.00')"] == 1


@pytest.mark.long
def test_settings_changed_after_sending_send_nothing_again(root: Path) -> None:
    _change_and_go_on(root, *CHANGES)


@pytest.mark.long
def test_a_database_that_cannot_be_read_is_made_again(root: Path) -> None:
    run(root, "orders")
    before = settle(root)
    Workspace(root).database.write_bytes(b"no database" * 500)
    assert settle(root).differences(before) == []


@pytest.mark.long
@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_setting_sends_nothing_again(root: Path, change: str) -> None:
    _change_and_go_on(root, change)


def _change_and_go_on(root: Path, *changes: str) -> None:
    run(root, "orders", "payouts")
    sent, posted = documents(root), journal(root)
    text = COMPANY
    for old, new in (CHANGES[change] for change in changes):
        assert old in text
        text = text.replace(old, new, 1)
    (root / "company.toml").write_text(text, "utf-8")
    assert run(root).batch_ids == []
    run(root, "later", "refunds")
    assert_replays(root)
    assert set(documents(root).values()) == {1}
    assert documents(root) & sent == sent
    assert journal(root) & posted == posted


@pytest.mark.long
def test_after_every_load(root: Path) -> None:
    for name in FILES:
        run(root, name)
        assert_replays(root)
    assert set(documents(root).values()) == {1}


@pytest.mark.long
def test_after_every_decision(root: Path) -> None:
    run(root, "orders")
    for decision, order_no in (("hold", "1005"), ("approve", "1004"), ("skip", "1006"), ("hold", "1006")):
        pipeline.decide(Workspace(root), decision, [order_no], by="Anna")
        lost = copy(root, root.with_name(f"lost {decision} {order_no}"))
        pipeline.replay(Workspace(lost))
        assert left(lost).differences(left(root)) == []
    run(root, "later", "payouts")
    assert_replays(root)
    assert not [row for row in documents(root) if "#1005" in row or "#1006" in row]


@pytest.mark.long
def test_planned_and_not_sent(root: Path) -> None:
    run(root, *FILES, commit=False)
    lost = copy(root, root.with_name("lost"))
    pipeline.replay(Workspace(lost))
    assert left(lost).differences(left(root)) == []
    planned, again = (pipeline.make_plan(Workspace(each))["plan_hash"] for each in (root, lost))
    assert planned == again
    for each in (root, lost):
        pipeline.commit(Workspace(each), planned, by="Anna")
    assert left(lost).differences(left(root)) == []


@pytest.mark.long
def test_a_way_of_payment_that_was_missing_lets_only_its_orders_go(root: Path) -> None:
    run(root, "orders")
    sent = documents(root)
    text = COMPANY.replace("[acquirers.", '[payment_methods.Vipps]\nregister = "none"\n[acquirers.', 1)
    (root / "company.toml").write_text(text, "utf-8")
    run(root)
    assert documents(root) - sent == Counter(["('#1006', 'sale', '268.00')"])
    assert_replays(root)


@pytest.mark.long
def test_before_anything_is_sent_the_order_of_dropping_changes_no_byte(root: Path) -> None:
    results = []
    for names in itertools.islice(itertools.permutations(FILES), 0, None, 4):
        place = copy(root, root.with_name(" ".join(names)))
        for day, name in enumerate(names, 1):
            run(place, name, day=day, commit=False)
        run(place, day=LAST_DAY)
        results.append((left(place).outbox, outcome(place)))
    assert [r for r in results if r != results[0]] == []


@pytest.mark.long
@pytest.mark.parametrize(
    "names",
    [
        ("payouts", "orders", "later", "refunds"),
        ("refunds", "later", "orders", "payouts"),
        ("later", "payouts", "orders", "refunds"),
    ],
    ids=" ".join,
)
def test_sending_in_between_ends_the_same(root: Path, names: tuple[str, ...]) -> None:
    usual = copy(root, root.with_name("usual"))
    for place, dropped in ((usual, tuple(FILES)), (root, names)):
        for name in dropped:
            run(place, name)
        assert_replays(place)
        assert set(documents(place).values()) == {1}
    assert outcome(root) == outcome(usual)


@pytest.mark.long
def test_hash_seed_and_threads_change_no_byte(root: Path) -> None:
    drop(root, **FILES)
    other = copy(root, root.with_name("other"))
    etl(root, PYTHONHASHSEED="1")
    etl(other, PYTHONHASHSEED="2", processors=1)
    assert left(other).differences(left(root)) == []


@pytest.mark.long
def test_a_database_that_is_not_of_this_ledger_is_made_again(root: Path) -> None:
    run(root, "orders")
    database = Workspace(root).database
    old = copy(root, root.with_name("old"))
    before = settle(old)
    run(root, "later", day=2)
    os.environ["ETL_NOW"] = "2026-12-02T08:00:00+00:00"
    ahead = database.read_bytes()
    for spoilt in (ahead, b"", ahead[: len(ahead) // 2]):
        Workspace(old).database.write_bytes(spoilt)
        assert settle(old).differences(before) == []
        assert tables(Workspace(old).review) == before.tables
