"""Deciding again: the models in order, for what was touched, in one transaction.

Open is re-decided, sent is frozen. What is touched and why stands in `ops.touched`; the models 060-065 turn it into
keys, 1xx-3xx work out the orders (127 carries a touch on from an order to its acquirer lines, never further), 9xx the
checks, 5xx the documents and 4xx the payouts.
"""

from etl import solver
from etl.store import Store
from etl.vat import numbers

# Do payments have vouchers of their own, so that orders alone can make journal lines?
_POSTS_PAYMENTS = "select count(*) from setting.payment_methods where register = 'journal' or is_gift_card"


def decide(store: Store) -> int:
    """Decide everything touched again; returns how many orders and payouts that were.

    What is open stands in the tables `open_*` afterwards, until `Store.keep_open`. Runs inside the caller's
    transaction.
    """
    store.run(60, 69)
    store.script_file("findings.sql")
    orders = _count(store, "touched_orders")
    if orders:
        _orders(store)
    else:
        store.run(127, 127)  # no order, no line of one: an empty table for the payouts
    payouts = _count(store, "touched_payouts")  # after the orders: they carry their touch on to their lines
    if payouts or (orders and store.value(_POSTS_PAYMENTS)):
        _payouts(store)
    if orders or payouts:
        _keep_findings(store)
    store.script("delete from ops.touched")
    return orders + payouts


def _count(store: Store, table: str) -> int:
    return int(store.value(f"select count(*) from {table}"))


def work_out(store: Store) -> None:
    """Facts, lines, buyers, VAT and totals of `touched_orders`; nothing is concluded yet."""
    store.run(100, 219)
    numbers.check(store)
    store.run(220, 399)


def _orders(store: Store) -> None:
    """Facts, lines, buyers, VAT and totals; then the checks and the verdict; then the documents."""
    work_out(store)
    store.run(900, 949)
    solver.explain(store)
    store.run(500, 519)
    if _count(store, "orders_to_credit"):  # most runs only have new sales
        store.run(520, 548)
        store.run(980, 980)
    store.run(549, 549)
    store.run(983, 999)
    store.script_file("unused_cases.sql")


def _payouts(store: Store) -> None:
    """Acquirer lines, whose they are, what they come to; then the vouchers."""
    store.run(400, 499)
    store.run(550, 599)
    store.script(
        "delete from ops.timers where kind = 'payout' and key in (select payout_key from touched_payouts);"
        "insert into ops.timers select 'payout', payout_key, due_date, 'unmatched_after_days' from payout_timers"
    )
    store.run(950, 979)


def _keep_findings(store: Store) -> None:
    store.script(
        "delete from core.findings where batch_id is null and (order_key in (select order_key from touched_orders)"
        " or payout_key in (select payout_key from touched_payouts));"
        "insert into core.findings by name select * exclude (place) from findings_now"
    )
