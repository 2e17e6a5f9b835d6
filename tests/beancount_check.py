"""A second opinion on our journals: beancount's loader reads each voucher and tells what does not balance.

Nothing here adds up amounts: beancount does. A voucher is one transaction per date, so that a voucher with two dates or
with lines that do not come to zero is an error of the loader. An offset account is a posting of the opposite amount.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from beancount.core import data, realization
from beancount.loader import load_string

from etl.store import Store

_LINES = """
select voucher_key, journal_date, account, coalesce(debit, -credit) as amount, offset_account
from core.journal_lines order by voucher_key, journal_date, line_no
"""


def ledger_text(rows: Iterable[Sequence[Any]], *, currency: str = "DKK") -> str:
    """Our journal lines (voucher, date, account, amount debit positive, offset account) in beancount's language."""
    rows = list(rows)
    accounts = sorted({a for row in rows for a in (row[2], row[4]) if a})
    written = [f'option "operating_currency" "{currency}"']
    written += [f"1990-01-01 open {_name(account)} {currency}" for account in accounts]
    for (voucher, day), postings in groupby(rows, key=lambda row: (row[0], row[1])):
        written.append(f'{day} * "voucher {voucher}"')
        for _, _, account, amount, offset in postings:
            written.append(f"  {_name(account)}  {amount} {currency}")
            if offset:
                written.append(f"  {_name(offset)}  {-amount} {currency}")
    return "\n".join(written) + "\n"


def errors(store: Store) -> list[str]:
    """What beancount finds wrong with all journal lines of the database; [] when every voucher balances."""
    _, found, _ = load_string(ledger_text(store.rows(_LINES)), dedent=True)
    return [error.message for error in found]


def balances(store: Store) -> dict[str, Decimal]:
    """The balance of each account as beancount adds it up, debit positive; accounts at zero are left out."""
    entries: data.Directives
    entries, _, _ = load_string(ledger_text(store.rows(_LINES)), dedent=True)
    tree = realization.realize(entries)  # type: ignore[no-untyped-call]  # beancount ships no types
    leaves = realization.iter_children(tree, leaf_only=True)  # type: ignore[no-untyped-call]  # nor here
    return {
        account.account.rpartition("A")[2]: position.units.number
        for account in leaves
        for position in account.balance.get_positions()
        if position.units.number
    }


def _name(account: str) -> str:
    """An account of ours as beancount spells accounts."""
    return f"Assets:A{account}"
