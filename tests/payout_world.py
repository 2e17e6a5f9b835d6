"""A real database with orders and acquirer lines put in by hand, to try the payout models without the pipeline.

The company is that of accounting.md: R 5821, B 5820, F 7220, G 6790, E 9990, P 5890, K 5895, T 5825, X 8510, øre 8591.
`PayoutWorld.decide` runs the payout models as `etl run` does; `send` freezes what they planned, as publishing does.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from hashlib import md5
from typing import Any

from etl.company import write_settings
from etl.company.load import parse
from etl.staging import create_tables
from etl.store import Store

AS_OF = date(2026, 3, 31)
COMPANY = """
[company]
name = "Nordlys Butik ApS"
country = "DK"
vat_number = "DK13585628"
currency = "DKK"
language = "en"
[vat]
registered = true
[vat.codes]
"NO_VAT" = "UMOMS0"
[accounts]
error = "9990"
gift_cards = "6790"
difference = "8591"
exchange_difference = "8510"
disputes = "5890"
reserve = "5895"
in_transit = "5825"
[payment_methods."Card"]
register = "payment_term"
payment_term = "KORT"
acquirer = "sp"
[payment_methods."Card by journal"]
register = "journal"
acquirer = "sp"
[payment_methods."Card by payout"]
register = "payout"
acquirer = "sp"
[payment_methods."Gift card"]
register = "journal"
is_gift_card = true
[payment_methods."Gift card by term"]
register = "payment_term"
payment_term = "KORT"
acquirer = "sp"
is_gift_card = true
[payment_methods."MobilePay"]
register = "payment_term"
payment_term = "KORT"
acquirer = "mp"
[payment_methods."Bank"]
register = "none"
[acquirers.sp]
receivable = "5821"
fees = "7220"
fee_vat = "exempt"
bank = "5820"
payout_to = "bank"
journal = "UDBET"
[acquirers.mp]
receivable = "5822"
fees = "7220"
fee_vat = "exempt"
bank = "5820"
payout_to = "bank"
journal = "UDBET"
"""
_TOUCHED = {
    "touched_orders": "order_key ubigint",
    "touched_payouts": "payout_key ubigint",
    "touched_lines": "line_key ubigint, payout_key ubigint",
}
_FINDINGS = """create or replace temp table findings_now (
    subject varchar, order_key ubigint, payout_key ubigint, line_key ubigint, event varchar, code varchar,
    effect varchar, place integer, field varchar, value_read varchar, expected varchar, file_id bigint,
    source_record bigint)"""
_ORDER = {"shop": "main", "currency": "DKK", "order_date": date(2026, 3, 1), "file_id": 1, "state": "paid"}
_LINE = {
    "shop": "main",
    "source": "generic_payouts",
    "acquirer": "sp",
    "payout_id": "P1",
    "payout_date": date(2026, 3, 10),
    "occurred_at": date(2026, 3, 9),
    "currency": "DKK",
    "file_id": 2,
    "fate": "staged",
}


def key_of(*words: object) -> int:
    """A key as the database makes it (md5_number_lower): the high half of the md5, low byte first."""
    digest = md5("\x1f".join(map(str, words)).encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[8:], "little")


class PayoutWorld:
    """The database, with what was put in touched until `decide` has seen it."""

    def __init__(self, store: Store, settings: Mapping[str, Mapping[str, object]]) -> None:
        self.store = store
        self.records = 0
        store.script_file("macros.sql")
        store.script_file("tables.sql")
        create_tables(store)
        write_settings(store, parse(COMPANY.encode()))
        store.script("create or replace table setting.run (as_of date, workspace_id varchar)")
        store.rows("insert into setting.run values (?, 'w')", [AS_OF])
        for table, values in settings.items():
            self.set(table, **values)
        self._untouch()
        store.begin_open()

    def set(self, table: str, **values: object) -> None:
        """Change a setting in every row of its table; a table of its own row per acquirer takes `acquirer`."""
        where = f" where acquirer = '{values.pop('acquirer')}'" if table == "acquirers" and "acquirer" in values else ""
        for column, value in values.items():
            self.store.rows(f"update setting.{table} set {column} = ?{where}", [value])

    def order(
        self,
        order_no: str,
        total: str,
        *,
        paid: Mapping[str, str | None] | None = None,
        transaction: str | None = None,
        verdict: str = "ready",
        **facts: object,
    ) -> int:
        """Put in an order, paid by `Card` unless `paid` says method -> amount; returns its key and touches it."""
        self.records += 1
        order = _ORDER | {"order_no": order_no, "order_total": Decimal(total), "first_record": self.records} | facts
        key = key_of(order["shop"], order_no)
        digits = "".join(c for c in order_no if c.isdigit())
        self.insert("core.orders", order_key=key, order_digits=digits, order_id=digits, **order)
        for no, (method, amount) in enumerate((paid if paid is not None else {"Card": None}).items(), 1):
            self.insert(
                "core.order_payments",
                order_key=key,
                payment_no=no,
                payment_method=method,
                method_name=method and method.lower(),
                currency=order["currency"],
                amount=amount and Decimal(amount),
                paid_date=order["order_date"],
            )
        if transaction:
            self.insert("core.order_transactions", order_key=key, transaction_id=transaction)
        self.insert("core.verdicts", order_key=key, verdict=verdict)
        self.touch_order(key)
        return key

    def touch_order(self, key: int) -> None:
        """Have an order decided again, and with it the acquirer lines that may be its own."""
        self.store.rows("insert into touched_orders values ($1::ubigint)", [key])
        own = "semi join touched_orders using (order_key)"
        self.store.script(
            "insert into touched_lines select distinct line_key, payout_key from core.payout_lines"
            f" where transaction_id in (select transaction_id from core.order_transactions {own})"
            f" or order_digits in (select order_digits from core.orders {own});"
            "insert into touched_payouts select distinct payout_key from touched_lines"
            " where payout_key not in (select payout_key from touched_payouts)"
        )

    def line(self, line_type: str, gross: str | None = None, fee: str | None = None, **facts: Any) -> int:
        """Put in an acquirer line; `order_no` and `transaction_id` are what it says of its order. Returns its key."""
        self.records += 1
        line: dict[str, Any] = {**_LINE, "line_type": line_type, "source_record": self.records, **facts}
        line |= {"gross_amount": gross and Decimal(gross), "fee_amount": fee and Decimal(fee)}
        payout = key_of("payout", line["acquirer"], line.get("merchant_account") or "", line["payout_id"] or "")
        digits = "".join(c for c in line.get("order_no") or "" if c.isdigit())
        key = int(line.pop("row_key", 0)) or key_of("line", self.records)
        self.insert("staging.payouts", row_key=key, payout_key=payout, order_digits=digits or None, **line)
        self.touch_payout(payout)
        return key

    def transfer(self, amount: str, **facts: Any) -> int:
        """Put in the transfer to the bank: what the acquirer declares, negative when the merchant pays."""
        return self.line("payout", payout_amount=Decimal(amount), **facts)

    def touch_payout(self, key: int) -> None:
        """Have a payout decided again."""
        self.store.rows("insert into touched_payouts select $1::ubigint where $1 not in (from touched_payouts)", [key])

    def touch_payouts(self) -> None:
        """Have every payout decided again, as a changed setting or another day does."""
        self.store.script("insert into touched_payouts select payout_key from core.payouts")

    def decide(self) -> None:
        """Run matching, payouts, vouchers and checks for what was touched."""
        self.store.script(_FINDINGS)
        self.store.run(400, 499)
        self.store.run(550, 599)
        self.store.run(950, 979)
        self.store.keep_open()
        self._untouch()

    def send(self, batch_id: str = "B1") -> None:
        """Freeze what is planned, as publishing does."""
        self.store.rows("update core.payouts set batch_id = ? where batch_id is null and status = 'posted'", [batch_id])
        self.store.script(
            "delete from core.payout_matches where batch_id is not null and line_key in"
            " (select line_key from core.payout_matches where batch_id is null)"
        )
        sent = "payout_key in (select payout_key from core.payouts where batch_id is not null)"
        self.store.rows(f"update core.payout_matches set batch_id = ? where batch_id is null and {sent}", [batch_id])
        self.store.rows("update core.journal_lines set batch_id = ? where batch_id is null", [batch_id])

    def _untouch(self) -> None:
        for table, columns in _TOUCHED.items():
            self.store.script(f"create or replace temp table {table} ({columns})")

    def insert(self, table: str, **values: object) -> None:
        """Add one row; columns that are not named stay empty."""
        marks = ", ".join(f"${i}::ubigint" if name.endswith("_key") else f"${i}" for i, name in enumerate(values, 1))
        self.store.rows(f"insert into {table} ({', '.join(values)}) values ({marks})", list(values.values()))

    def journal(self, kind: str = "payout") -> list[tuple[str, Decimal]]:
        """The journal lines of that kind of voucher as (account, amount), debit positive, in their order."""
        return self.store.rows(
            "select account, coalesce(debit, -credit) from core.journal_lines where voucher_kind = ?"
            " order by batch_id nulls last, voucher_key, line_no",
            [kind],
        )

    def payouts(self) -> list[tuple[str, str | None]]:
        """Status and reason of every payout."""
        return self.store.rows("select status, reason_code from core.payouts order by payout_id")

    def matches(self) -> list[tuple[str, str | None, str, Decimal]]:
        """Of every line that can have an order: type, status, rule and difference, in the order they were put in."""
        return self.store.rows(
            "select line_type, status, match_rule, difference from core.payout_matches inner join core.payout_lines"
            " using (line_key, line_type) where status is not null order by source_record"
        )

    def findings(self) -> list[tuple[str, str, str | None, str | None]]:
        """Code, effect, value and expectation of what the checks of the last run found."""
        return self.store.rows("select code, effect, value_read, expected from findings_now order by all")


@contextmanager
def payout_world(**settings: Mapping[str, object]) -> Iterator[PayoutWorld]:
    """An empty world; `accounts={"error": None}` changes settings of that table."""
    with Store.open(None) as store:
        yield PayoutWorld(store, settings)
