"""Deciding again: the models in order, for what was touched, in one transaction.

Open is re-decided, sent is frozen. What is touched and why stands in `ops.touched`; the models 060-065 turn it into
keys, 1xx-3xx work out the orders (127 carries a touch on from an order to its acquirer lines, never further), 9xx the
checks, 5xx the documents and 4xx the payouts.
"""

from etl.store import Store
from etl.vat import numbers


def decide(store: Store) -> int:
    """Decide everything touched again; returns how many orders and payouts that were.

    What is open stands in the tables `open_*` afterwards, until `Store.keep_open`. Runs inside the caller's
    transaction.
    """
    store.run(60, 69)
    touched = store.value("select (select count(*) from touched_orders) + (select count(*) from touched_payouts)")
    if touched:
        _orders(store)
        _payouts(store)
        _keep_findings(store)
    store.script("delete from ops.touched")
    return int(touched)


def _orders(store: Store) -> None:
    """Facts, lines, buyers, VAT and totals; then the checks and the verdict; then the documents."""
    store.script_file("findings.sql")
    store.run(100, 219)
    numbers.check(store)
    store.run(220, 399)
    store.run(900, 949)
    store.run(500, 549)


def _payouts(store: Store) -> None:
    """Acquirer lines, whose they are, what they come to; then the vouchers."""
    store.run(400, 499)
    store.run(550, 599)
    store.script(
        "delete from ops.timers where kind = 'payout' and key in (select payout_key from touched_payouts);"
        "insert into ops.timers select 'payout', payout_key, due_date, 'unmatched_after_days' from payout_timers"
    )


def _keep_findings(store: Store) -> None:
    store.run(950, 999)
    store.script(
        "delete from core.findings where batch_id is null and (order_key in (select order_key from touched_orders)"
        " or payout_key in (select payout_key from touched_payouts));"
        "insert into core.findings by name select * exclude (place) from findings_now"
    )
