"""The same orders and payouts told in another way make the same documents and postings.

Told otherwise: other delimiter, encoding, line ends, order of columns or rows, the file's name, one file twice or in
parts. As long as nothing was sent, EVERYTHING must be equal: orders, documents, their lines, findings, payouts, matches
and journal lines, word for word, but for what names a place (file, record) or is given out in the order of a batch
(numbers). Once something was sent, what came later is a document or voucher of its own: then the OUTCOME must be equal,
that is verdicts, documents by order and event, whose debtor they go to, sums by kind and VAT code, balances of
accounts, and what each acquirer line is matched with.

`HYPOTHESIS_SEED` repeats the shuffles. `long`: two thousand orders, and every way by itself.
"""

import csv
import io
import os
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from workspaces import Office, generate, office

T = TypeVar("T")
SEED = int(os.environ["HYPOTHESIS_SEED"])
SMALL, LARGE = (300, 2), (2000, 2)
EVERYTHING = {
    "orders": "select order_no, order_date, state, customer_name, buyer_type, country, currency, total_incl_vat,"
    " vat_amount, verdict, reason_code, reason from review.orders",
    "documents": "select document_id, kind, event, shop, order_no, document_date, currency, exchange_rate, net_amount,"
    " vat_amount, total_amount, vat_zone, status, credited_document_id, payment_term, transaction_id"
    " from review.documents",
    "lines": "select document_id, line_no, line_type, item, text, quantity, unit_price, vat_code, vat_rate,"
    " vat_country, treatment, net_amount, vat_amount, gross_amount from review.document_lines",
    "findings": "select order_no, payout_id, event, code, effect, field, value_read, expected from review.findings",
    "payouts": "select acquirer, payout_id, payout_date, currency, line_count, gross_amount, fee_amount, refund_amount,"
    " other_amount, net_amount, declared_amount, difference, status, reason_code from review.payouts",
    "matches": "select payout_id, line_type, transaction_id, order_no, document_id, amount, posted_amount, difference,"
    " match_rule, certificate, alternatives, status, account_role from review.payout_matches",
    "journal": "select journal, voucher_kind, payout_id, line_no, journal_date, account_type, account, text, debit,"
    " credit, currency, vat_code, cause, order_no, transaction_id from review.journal_lines",
}
OUTCOME = {
    "verdicts": "select order_no, verdict, reason_code from review.orders",
    "documents": "select order_no, kind, event, net_amount, vat_amount, total_amount from review.documents",
    "debtors": "select order_no, event, coalesce(debtors.vat_number, account) as debtor from review.documents as"
    " documents inner join core.debtors as debtors on debtors.account = documents.debtor_account",
    "sums": "select kind, line_type, vat_code, sum(lines.net_amount), sum(lines.vat_amount), sum(lines.gross_amount)"
    " from review.document_lines as lines inner join review.documents as documents using (document_id) group by all",
    "payouts": "select payout_id, net_amount, declared_amount, status, reason_code from review.payouts",
    "matches": "select payout_id, line_type, transaction_id, order_no, document_id, amount, posted_amount, difference,"
    " match_rule, status, account_role from review.payout_matches",
    "accounts": "select account, coalesce(sum(debit), 0) - coalesce(sum(credit), 0) as balance"
    " from review.journal_lines group by account having balance <> 0",
}
Said = dict[str, list[tuple[Any, ...]]]


def said(one: Office, queries: dict[str, str]) -> Said:
    """The answers of a workspace's snapshot to these questions, each sorted."""
    with one.snapshot() as store:
        return {name: store.rows(f"{query} order by all") for name, query in queries.items()}


def assert_same(found: Said, expected: Said) -> None:
    """Both say the same; what only one says is shown, question by question."""
    for name, rows in expected.items():
        assert rows, f"nothing to compare: {name}"
        assert set(found[name]) ^ set(rows) == set(), name
        assert found[name] == rows, name


def shuffled(things: Sequence[T]) -> list[T]:
    """The same things in another order."""
    return random.Random(SEED).sample(things, len(things))  # noqa: S311 - no secret


@dataclass(frozen=True, slots=True)
class Table:
    """An order export: its header, and the rows of each order together."""

    header: list[str]
    orders: list[list[list[str]]]

    @classmethod
    def read(cls, data: bytes) -> "Table":
        """An order begins where a row has a Total."""
        header, *rows = csv.reader(io.StringIO(data.decode(), newline=""))
        total = header.index("Total")
        orders: list[list[list[str]]] = []
        for row in rows:
            if row[total]:
                orders.append([])
            orders[-1].append(row)
        return cls(header, orders)

    def written(self, *, delimiter: str = ",", encoding: str = "utf-8", line_end: str = "\n") -> bytes:
        """The file again."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=delimiter, lineterminator=line_end)
        writer.writerow(self.header)
        writer.writerows(row for order in self.orders for row in order)
        return text.getvalue().encode(encoding)

    def parts(self) -> tuple["Table", "Table"]:
        """The first half of the orders, and the rest."""
        middle = len(self.orders) // 2
        return Table(self.header, self.orders[:middle]), Table(self.header, self.orders[middle:])

    def with_columns_shuffled(self) -> "Table":
        """The same cells under the same names, in other places."""
        places = shuffled(range(len(self.header)))
        return Table(
            [self.header[p] for p in places], [[[row[p] for p in places] for row in order] for order in self.orders]
        )

    def with_orders_shuffled(self) -> "Table":
        """The orders in another order, each with its rows as they are."""
        return Table(self.header, shuffled(self.orders))

    def twice(self) -> "Table":
        """Two exports pasted together."""
        return Table(self.header, self.orders + self.orders)


def shuffled_lines(payouts: bytes) -> bytes:
    """A payout report with its lines in another order."""
    header, *lines = payouts.splitlines(keepends=True)
    return b"".join([header, *shuffled(lines)])


@dataclass(frozen=True, slots=True)
class Told:
    """The generator's two files, and the workspaces that had them as they are: planned only, and sent."""

    table: Table
    payouts: bytes
    planned: Office
    sent: Office

    def workspace(self, root: Path, **files: bytes) -> Office:
        """A fresh workspace with these files dropped: name -> content."""
        one = office(root)
        for name, content in files.items():
            one.drop(f"{name}.csv", content)
        return one


@pytest.fixture(
    scope="module", params=[SMALL, pytest.param(LARGE, marks=pytest.mark.long)], ids=lambda p: f"{p[0]} orders"
)
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("metamorphic")
    data = generate(folder / "data", orders=request.param[0], seed=request.param[1])
    table, payouts = Table.read((data / "orders_export.csv").read_bytes()), (data / "payouts.csv").read_bytes()
    planned = office(folder / "planned")
    planned.drop("orders_export.csv", table.written())
    planned.drop("payouts.csv", payouts)
    planned.run(commit=False)
    sent = planned.copy(folder / "sent")
    sent.run()
    return Told(table, payouts, planned, sent)


Files = Callable[[Told], dict[str, bytes]]
# Several ways at once, so that the quick run need not try each.
MIXED: dict[str, Files] = {
    "written otherwise, in another order": lambda t: {
        "z": t.table.with_orders_shuffled()
        .with_columns_shuffled()
        .written(delimiter=";", encoding="utf-16", line_end="\r\n"),
        "a": shuffled_lines(t.payouts),
    },
    "in parts that overlap": lambda t: {
        "orders 1": t.table.parts()[0].twice().written(delimiter="\t"),
        "orders 2": t.table.parts()[1].written(encoding="utf-8-sig"),
        "orders": t.table.written(line_end="\r\n"),
        "payouts": t.payouts,
    },
}
SINGLE: dict[str, Files] = {
    "semicolon": lambda t: {"orders": t.table.written(delimiter=";"), "payouts": t.payouts},
    "tab": lambda t: {"orders": t.table.written(delimiter="\t"), "payouts": t.payouts},
    "UTF-8 with BOM": lambda t: {"orders": t.table.written(encoding="utf-8-sig"), "payouts": t.payouts},
    "UTF-16 with BOM": lambda t: {"orders": t.table.written(encoding="utf-16"), "payouts": t.payouts},
    "CRLF": lambda t: {"orders": t.table.written(line_end="\r\n"), "payouts": t.payouts},
    "columns shuffled": lambda t: {"orders": t.table.with_columns_shuffled().written(), "payouts": t.payouts},
    "orders shuffled": lambda t: {"orders": t.table.with_orders_shuffled().written(), "payouts": t.payouts},
    "payout lines shuffled": lambda t: {"orders": t.table.written(), "payouts": shuffled_lines(t.payouts)},
    "pasted twice": lambda t: {"orders": t.table.twice().written(), "payouts": t.payouts},
    "in two files": lambda t: {
        "orders 1": t.table.parts()[0].written(),
        "orders 2": t.table.parts()[1].written(),
        "payouts": t.payouts,
    },
    "the file and a part of it": lambda t: {
        "orders": t.table.written(),
        "orders 2": t.table.parts()[1].written(),
        "payouts": t.payouts,
    },
}
WAYS = [*MIXED, *(pytest.param(name, marks=pytest.mark.long) for name in SINGLE)]
# What is dropped before each run.
PAYOUTS_FIRST: list[Files] = [
    lambda t: {"payouts": t.payouts},
    lambda t: {"orders 1": t.table.parts()[0].written()},
    lambda t: {"orders 2": t.table.parts()[1].written()},
]
ORDERS_FIRST: list[Files] = [
    lambda t: {"orders 2": t.table.parts()[1].written()},
    lambda t: {"orders 1": t.table.parts()[0].written()},
    lambda t: {"payouts": t.payouts},
]
BETWEEN: list[Files] = [
    lambda t: {"orders 1": t.table.parts()[0].written()},
    lambda t: {"payouts": t.payouts},
    lambda t: {"orders": t.table.written()},
]
COURSES = [
    pytest.param(PAYOUTS_FIRST, id="payouts first"),
    pytest.param(ORDERS_FIRST, id="orders first", marks=pytest.mark.long),
    pytest.param(BETWEEN, id="payouts between, orders overlapping", marks=pytest.mark.long),
]


@pytest.mark.parametrize("way", WAYS)
def test_told_in_another_way_at_once(told: Told, way: str, tmp_path: Path) -> None:
    """Everything is equal: nothing was sent before all was there."""
    one = told.workspace(tmp_path / "workspace", **(MIXED | SINGLE)[way](told))
    one.run(commit=False)
    assert_same(said(one, EVERYTHING), said(told.planned, EVERYTHING))


@pytest.mark.parametrize("course", COURSES)
@pytest.mark.long
def test_one_after_the_other_with_nothing_sent_between(told: Told, course: list[Files], tmp_path: Path) -> None:
    """Everything is equal: what is open is decided again with each file."""
    one = office(tmp_path / "workspace")
    for files in course:
        for name, content in files(told).items():
            one.drop(f"{name}.csv", content)
        one.run(commit=False)
    assert_same(said(one, EVERYTHING), said(told.planned, EVERYTHING))


@pytest.mark.long
@pytest.mark.parametrize("course", COURSES)
def test_one_after_the_other_with_a_batch_each(told: Told, course: list[Files], tmp_path: Path) -> None:
    """The outcome is equal, though each run sent what it had; no document or voucher was sent twice."""
    one = office(tmp_path / "workspace")
    for files in course:
        for name, content in files(told).items():
            one.drop(f"{name}.csv", content)
        assert len(one.run().batch_ids) == 1
    assert_same(said(one, OUTCOME), said(told.sent, OUTCOME))
    assert one.ask("select document_id from review.documents group by all having count(*) > 1") == []
    assert one.ask("select payout_id from review.journal_lines where voucher_kind = 'payout' group by all"
                   " having count(distinct voucher) > 1") == []  # fmt: skip


def test_sent_at_once_or_planned_first(told: Told) -> None:
    """What was planned is what was sent: equal in everything but the status."""
    planned, sent = said(told.planned, EVERYTHING), said(told.sent, EVERYTHING)
    assert planned.keys() == sent.keys()
    for name in ("lines", "payouts", "matches", "journal"):
        assert planned[name] == sent[name], name


def test_a_second_run_and_the_same_file_again_add_nothing(told: Told, tmp_path: Path) -> None:
    """Run once more; then the same bytes again, and under other names: nothing is sent, nothing is new."""
    one = told.sent.copy(tmp_path / "workspace")
    before, outbox = said(one, EVERYTHING), contents(one)
    again = one.run()
    assert (again.files, again.batch_ids, again.planned) == ([], [], 0)
    one.drop("orders_export.csv", told.table.written())
    one.drop("copy of orders (1).csv", told.table.written())
    one.drop("copy of payouts.csv", told.payouts)
    again = one.run()
    assert [f["status"] for f in again.files] == ["duplicate"] * 3
    assert (again.batch_ids, again.planned) == ([], 0)
    assert_same(said(one, EVERYTHING), before)
    assert contents(one) == outbox


def contents(one: Office) -> dict[str, bytes]:
    """The outbox, byte for byte."""
    return {str(p.relative_to(one.root)): p.read_bytes() for p in (one.root / "outbox").rglob("*") if p.is_file()}
