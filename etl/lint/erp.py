"""Lint: the settings against what the ERP's export shows, and against what was sent already."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from etl.company import Company, VatCodeKey
from etl.lint.problem import Path, Problem, nearest
from etl.lint.shops import ROOM
from etl.lint.vat import code_missing, is_oss

if TYPE_CHECKING:
    from etl.store import Store

# Longer accounts are no numbers of a range.
MAX_DIGITS = 18


# A category that decides who accounts for the VAT, not its rate, so that it is in no rate row.
REVERSE_CHARGE_CATEGORY = "electronics_rc"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the database knows of the ERP and of what was sent. An empty part was not seen and says nothing."""

    accounts: frozenset[str] = frozenset()
    items: frozenset[str] = frozenset()
    vat_accounts: tuple[tuple[str, str | None], ...] = ()
    debtors: frozenset[str] = frozenset()
    own_debtors: frozenset[str] = frozenset()
    sent_shops: tuple[str, ...] = ()
    missing_vat_keys: tuple[str, ...] = ()
    vat_categories: frozenset[str] = frozenset()

    @property
    def is_complete(self) -> bool:
        """Have debtors and items both been seen?"""
        return bool(self.debtors and self.items)

    @classmethod
    def read(cls, store: "Store | None") -> "Snapshot":
        """The snapshot of an open database; nothing where there is none or it is new."""
        if store is None:
            return cls()
        tables = set(store.rows("select schema_name, table_name from duckdb_tables()"))

        def rows(schema: str, table: str, sql: str) -> list[tuple[str, ...]]:
            return store.rows(sql) if (schema, table) in tables else []

        def words(schema: str, table: str, sql: str) -> frozenset[str]:
            return frozenset(word for (word,) in rows(schema, table, sql))

        sent = "select distinct account from core.debtors where batch_id is not null"
        shops = "select distinct shop from core.documents where batch_id is not null order by shop"
        wanted = "select distinct value_read from core.findings where code = 'VAT_CODE_MISSING' order by value_read"
        return cls(
            accounts=words("erp", "accounts", "select account from erp.accounts where is_blocked is not true"),
            items=words("erp", "items", "select item from erp.items where is_blocked is not true"),
            vat_accounts=tuple(
                (code, account)
                for code, account in rows(
                    "erp", "vat_codes", "select vat_code, account from erp.vat_codes where is_blocked is not true"
                )
            ),
            debtors=words("erp", "debtors", "select account from erp.debtors"),
            own_debtors=words("core", "debtors", sent),
            sent_shops=tuple(shop for (shop,) in rows("core", "documents", shops)),
            missing_vat_keys=tuple(key for (key,) in rows("core", "findings", wanted) if key),
            vat_categories=words("setting", "vat_rates", "select distinct category from setting.vat_rates"),
        )


def check(company: Company, snapshot: Snapshot) -> Iterator[Problem]:
    """What the ERP does not have, what is in use there, and what may not change any more."""
    known_shops = {shop.id for shop in company.shops}
    for shop in snapshot.sent_shops:
        if shop not in known_shops:
            yield Problem("LINT_SHOP_CHANGED", ("shops",), {"value": shop})
    if snapshot.accounts:
        yield from _not_in_erp(_ledger_accounts(company), snapshot.accounts, "uniconta_accounts")
    if snapshot.items and not company.items.create:
        yield from _not_in_erp(_special_items(company), snapshot.items, "uniconta_items")
    if snapshot.vat_accounts:
        codes = frozenset(code for code, _ in snapshot.vat_accounts)
        yield from _not_in_erp(_vat_codes(company), codes, "uniconta_vat_codes")
        yield from _shared_vat_accounts(company, dict(snapshot.vat_accounts))
    yield from _numbers_in_use(company, snapshot)
    yield from _wanted_codes(company, snapshot)
    if snapshot.vat_categories:
        for word, category in company.vat.categories.items():
            if category not in snapshot.vat_categories | {REVERSE_CHARGE_CATEGORY}:
                facts: dict[str, object] = {"value": category, "expected": nearest(category, snapshot.vat_categories)}
                yield Problem("LINT_VAT_CATEGORY_UNKNOWN", ("vat", "categories", word), facts)


def _not_in_erp(used: Iterator[tuple[Path, str | None]], known: frozenset[str], export: str) -> Iterator[Problem]:
    for path, value in used:
        if value and value not in known:
            yield Problem("LINT_NOT_IN_ERP", path, {"value": value, "expected": export})


def _ledger_accounts(company: Company) -> Iterator[tuple[Path, str | None]]:
    for name, account in company.accounts.model_dump().items():
        yield ("accounts", name), account
    for name, acquirer in company.acquirers.items():
        for key in ("receivable", "fees", "bank"):
            yield ("acquirers", name, key), getattr(acquirer, key)


def _special_items(company: Company) -> Iterator[tuple[Path, str | None]]:
    for key in ("default", "shipping", "discount", "fee", "gift_card", "tip", "refund", "rounding"):
        yield ("items", key), getattr(company.items, key)


def _vat_codes(company: Company) -> Iterator[tuple[Path, str | None]]:
    for key, code in company.vat.codes.items():
        yield ("vat", "codes", key), code
    for name, acquirer in company.acquirers.items():
        yield ("acquirers", name, "fee_vat_code"), acquirer.fee_vat_code


def _shared_vat_accounts(company: Company, account_of: dict[str, str | None]) -> Iterator[Problem]:
    """OSS codes whose VAT account in the ERP is that of a Danish code (accounting.md §11)."""
    domestic = {
        account_of.get(code): code
        for key, code in company.vat.codes.items()
        if VatCodeKey.parse(key).treatment == "DOMESTIC" and account_of.get(code)
    }
    for key, code in company.vat.codes.items():
        other = domestic.get(account_of.get(code))
        if is_oss(key) and other and other != code:
            yield Problem("LINT_VAT_ACCOUNT_SHARED", ("vat", "codes", key), {"value": code, "expected": other})


def _numbers_in_use(company: Company, snapshot: Snapshot) -> Iterator[Problem]:
    first = company.numbers.debtor
    foreign = [
        a for a in snapshot.debtors - snapshot.own_debtors if a.isascii() and a.isdigit() and len(a) <= MAX_DIGITS
    ]
    taken = [a for a in foreign if first <= int(a) < first + ROOM]
    if taken:
        facts: dict[str, object] = {"value": first, "expected": min(taken, key=int)}
        yield Problem("LINT_NUMBERS_IN_USE", ("numbers", "debtor"), facts)


def _wanted_codes(company: Company, snapshot: Snapshot) -> Iterator[Problem]:
    """The VAT codes that held orders are waiting for."""
    for key in snapshot.missing_vat_keys:
        treatment, _, rest = key.partition(":")
        country, _, rate = rest.partition(":")
        try:
            wanted = VatCodeKey(treatment, country or None, Decimal(rate) if rate else None)
        except InvalidOperation:
            continue  # a finding with other words than TREATMENT:COUNTRY:RATE has nothing to print
        if key not in company.vat.codes:
            yield code_missing(wanted)
