"""Random payouts: they balance, post what an oracle in whole øre posts, and end the same in whatever order things come.

The oracle knows accounting.md §5 and nothing of the SQL: it walks the lines one by one and keeps a balance per account.
`ETL_EXAMPLES=N` says how many examples the long run tries; each test tries a twelfth of them.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import beancount_check
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from payout_world import PayoutWorld, key_of, payout_world

TOLERANCE = 5
KINDS = ["sale", "sale", "refund", "chargeback", "reserve_hold", "topup", "adjustment", "fee"]
EXAMPLES = max(3, settings().max_examples // 20)
pytestmark = pytest.mark.timeout(0 if EXAMPLES > 5 else 120)
Balances = dict[str, int]


@dataclass(frozen=True)
class Line:
    """One acquirer line: its payout, the order it names (None: nobody's), øre of gross and fee."""

    payout: int
    kind: str
    order: int | None
    gross: int
    fee: int = 0


@dataclass
class Story:
    """Orders as (total, refunded, is skipped), lines as they happened, and by how much payouts do not tie."""

    orders: list[tuple[int, int, bool]]
    lines: list[Line]
    off: dict[int, int] = field(default_factory=dict)

    @property
    def payouts(self) -> list[int]:
        """The payouts that have lines, in order."""
        return sorted({line.payout for line in self.lines})

    def net(self, payout: int) -> int:
        """What the lines of a payout come to."""
        return sum(line.gross - line.fee for line in self.lines if line.payout == payout)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Orders paid at once, in parts, twice, some øre off, given back, unknown; sometimes a payout does not tie."""
    order = st.tuples(st.integers(100, 90_000), st.sampled_from([0, 0, 1, 2]), st.booleans())
    orders = draw(st.lists(order, max_size=5))
    kept = [(total, [0, total // 3, total][part], skipped) for total, part, skipped in orders]
    lines = []
    for _ in range(draw(st.integers(1, 9))):
        number = draw(st.sampled_from([None, *range(len(kept))]))
        total = kept[number][0] if number is not None else draw(st.integers(1, 50_000))
        kind = draw(st.sampled_from(KINDS))
        share = draw(st.sampled_from([total, total, total // 2, total - total // 2, total // 3]))
        amount = max(1, share + draw(st.integers(-6, 6)))
        gross = {"fee": 0, "sale": amount, "topup": amount}.get(kind, -amount)
        lines.append(Line(draw(st.integers(1, 3)), kind, number, gross, draw(st.integers(-500, 3_000))))
    lines.sort(key=lambda line: line.payout)
    return Story(kept, lines, draw(st.dictionaries(st.integers(1, 3), st.sampled_from([-1, 1, 4321]), max_size=1)))


def oracle(story: Story) -> Balances:
    """The balance of each account after all vouchers, debit positive, by walking the lines."""
    moved: Counter[str] = Counter()
    reached: Counter[tuple[int, str]] = Counter()
    posted: Counter[tuple[int, str]] = Counter()
    for line in story.lines:
        shares = _shares(story, line, reached, posted)
        if not story.off.get(line.payout):
            moved["7220"] += line.fee
            moved["5820"] += line.gross - line.fee
            for account, credit in shares.items():
                moved[account] -= credit
    return {account: amount for account, amount in moved.items() if amount}


def _shares(story: Story, line: Line, reached: Counter[tuple[int, str]], posted: Counter[tuple[int, str]]) -> Balances:
    """What a line credits, by account."""
    plain = {"chargeback": "5890", "reserve_hold": "5895", "topup": "5820", "adjustment": "9990", "fee": "7220"}
    if line.kind in plain:
        return {plain[line.kind]: line.gross}
    if line.order is None:
        return {"9990": line.gross}
    total, refunded, skipped = story.orders[line.order]
    sign, expected = (-1, refunded) if line.kind == "refund" else (1, total)
    key = (line.order, line.kind)
    reached[key] += abs(line.gross)
    if skipped:
        posted[key] += abs(line.gross)
        return {"5821": line.gross}
    if expected and abs(reached[key] - expected) <= TOLERANCE:
        share = expected - posted[key]
    elif reached[key] > total + TOLERANCE:
        return {"9990": line.gross}
    else:
        share = reached[key] - posted[key]
    posted[key] += share
    return {"5821": sign * share, "8591": line.gross - sign * share}


def put_orders(world: PayoutWorld, story: Story) -> None:
    for number, (total, refunded, skipped) in enumerate(story.orders):
        world.order(
            f"#{1000 + number}",
            _kr(total),
            transaction=f"tx{number}",
            refunded_amount=Decimal(refunded) / 100,
            verdict="skipped" if skipped else "ready",
        )


def put_payout(world: PayoutWorld, story: Story, payout: int) -> None:
    facts = {"payout_id": f"P{payout}"}
    for number, line in enumerate(story.lines, 1):
        if line.payout == payout:
            transaction = f"tx{line.order}" if line.order is not None else f"other{number}"
            world.line(
                line.kind,
                _kr(line.gross),
                _kr(line.fee),
                transaction_id=transaction,
                row_key=number,
                occurred_at=date(2026, 3, 1),
                **facts,
            )
    world.transfer(_kr(story.net(payout) + story.off.get(payout, 0)), **facts)


def all_at_once(world: PayoutWorld, story: Story) -> None:
    put_orders(world, story)
    for payout in story.payouts:
        put_payout(world, story, payout)
    world.decide()


def one_after_the_other(world: PayoutWorld, story: Story) -> None:
    put_orders(world, story)
    for payout in story.payouts:
        put_payout(world, story, payout)
        world.decide()
        world.send(f"B{payout}")


def orders_last(world: PayoutWorld, story: Story) -> None:
    for payout in story.payouts:
        put_payout(world, story, payout)
    world.decide()
    world.send("B1")
    put_orders(world, story)
    world.decide()
    world.send("B2")
    for number in range(len(story.orders)):  # a second look at what is reclassed adds nothing
        world.touch_order(key_of("main", f"#{1000 + number}"))
    world.decide()


def ledger(story: Story, told: Callable[[PayoutWorld, Story], None]) -> Balances:
    """Tell the story to an empty world; the balances as beancount adds them up, in øre."""
    with payout_world() as world:
        told(world, story)
        assert beancount_check.errors(world.store) == []
        held = {f"P{p}" for p in story.payouts if story.off.get(p)}
        rows = world.store.rows("select payout_id, status from core.payouts")
        assert {payout_id for payout_id, status in rows if status == "held"} == held
        return {account: int(amount * 100) for account, amount in beancount_check.balances(world.store).items()}


def _kr(ore: int) -> str:
    return str(Decimal(ore) / 100)


@settings(max_examples=EXAMPLES)
@given(stories())
def test_a_random_payout_posts_what_the_oracle_posts(story: Story) -> None:
    assert ledger(story, all_at_once) == oracle(story)


@settings(max_examples=EXAMPLES)
@given(stories())
@pytest.mark.long
def test_payouts_that_come_one_after_the_other_end_the_same(story: Story) -> None:
    assert ledger(story, one_after_the_other) == oracle(story)


@settings(max_examples=EXAMPLES)
@given(stories())
@pytest.mark.long
def test_orders_that_turn_up_after_their_payouts_end_the_same(story: Story) -> None:
    assert ledger(story, orders_last) == oracle(story)
