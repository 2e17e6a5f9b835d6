"""What the database knows of the ERP, of what was sent, and of the VAT codes that orders need."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from importlib import resources
from typing import TYPE_CHECKING, Any

from etl import clock
from etl.company import Company
from etl.lint.treatments import KNOWN_OPERATIONS, ZERO_RATED, state_of

if TYPE_CHECKING:
    from etl.store import Store

# The orders that are looked at: those supplied in so many days before the run's day.
DAYS = 90


@dataclass(frozen=True, slots=True)
class ErpVatCode:
    """A VAT code of the ERP's export. What the export does not say is None, and then nothing is said of it.

    `rate` is in percent, `operation` as Uniconta writes it (S1, MosEU), `country` as VAT writes it (EL).
    """

    code: str
    rate: Decimal | None = None
    operation: str | None = None
    country: str | None = None
    account: str | None = None
    method: str | None = None
    vat_type: str | None = None
    is_blocked: bool = False


@dataclass(frozen=True, slots=True)
class ErpDebtor:
    """A debtor of the ERP's export; `country` as VAT writes it, None where it is empty or no country we know."""

    account: str
    group: str | None = None
    country: str | None = None
    vat_number: str | None = None
    company_reg_no: str | None = None


@dataclass(frozen=True, slots=True)
class VatNeed:
    """Orders of one treatment, state and rate (percent). `waiting_amounts`: by currency, whole orders incl. VAT.

    `places`: the different ways in which the sales are reported ("B_GOODS_NO_ESL union_goods"), by the VAT rules.
    `dispatch`: the countries that files name as the goods' origin; "" where they name none.
    """

    treatment: str
    country: str | None
    rate: Decimal
    orders: int = 0
    orders_waiting: int = 0
    waiting_amounts: tuple[tuple[str, Decimal], ...] = ()
    places: frozenset[str] = frozenset()
    dispatch: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the database knows of the ERP and of what was sent. An empty part was not seen and says nothing."""

    accounts: frozenset[str] = frozenset()
    items: frozenset[str] = frozenset()
    vat_codes: tuple[ErpVatCode, ...] = ()
    debtors: tuple[ErpDebtor, ...] = ()
    own_debtors: frozenset[str] = frozenset()
    sent_shops: tuple[str, ...] = ()
    vat_needs: tuple[VatNeed, ...] = ()
    vat_categories: frozenset[str] = frozenset()
    # (state, rate): the rates of the rate table, and those of them that are a standard rate in force.
    vat_rates: frozenset[tuple[str, Decimal]] = frozenset()
    standard_rates: frozenset[tuple[str, Decimal]] = frozenset()

    @property
    def is_complete(self) -> bool:
        """Have debtors and items both been seen?"""
        return bool(self.debtors and self.items)

    @classmethod
    def read(cls, store: "Store | None", company: Company) -> "Snapshot":
        """The snapshot of an open database; nothing where there is none or it is new."""
        if store is None:
            return cls()
        read = _Reader(store)
        day = read.value("setting.run", "select as_of from setting.run") or clock.as_of(company.company.timezone)
        sent = "select distinct account from core.debtors where batch_id is not null"
        shops = "select distinct shop from core.documents where batch_id is not null order by shop"
        rates = "select distinct vat_country, rate from setting.vat_rates"
        standard = f"{rates} where kind = 'standard' and coalesce(valid_to, $1) >= $1"
        return cls(
            accounts=read.words("erp.accounts", "select account from erp.accounts where is_blocked is not true"),
            items=read.words("erp.items", "select item from erp.items where is_blocked is not true"),
            vat_codes=read.vat_codes(),
            debtors=read.debtors(),
            own_debtors=read.words("core.debtors", sent),
            sent_shops=tuple(shop for (shop,) in read.rows("core.documents", shops)),
            vat_needs=read.vat_needs(day - timedelta(days=DAYS)),
            vat_categories=read.words("setting.vat_rates", "select distinct category from setting.vat_rates"),
            vat_rates=read.rates(rates),
            standard_rates=read.rates(standard, day - timedelta(days=DAYS)),
        )


class _Reader:
    """Queries on a database of which any table may be missing: then there are no rows."""

    def __init__(self, store: "Store") -> None:
        self._store = store
        self._tables = {
            f"{schema}.{table}" for schema, table in store.rows("select schema_name, table_name from duckdb_tables()")
        }
        names = "select country_name, vat_country from setting.country_names join setting.countries on iso2 = country"
        has_names = self.rows("setting.countries", "select 1 limit 1") and "setting.country_names" in self._tables
        self._countries: dict[str, str] = dict(store.rows(names)) if has_names else {}

    def rows(self, table: str, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        return self._store.rows(sql, parameters) if table in self._tables else []

    def value(self, table: str, sql: str) -> Any:
        return next((value for (value,) in self.rows(table, sql)), None)

    def words(self, table: str, sql: str) -> frozenset[str]:
        return frozenset(word for (word,) in self.rows(table, sql))

    def rates(self, sql: str, *parameters: object) -> frozenset[tuple[str, Decimal]]:
        return frozenset((country, rate) for country, rate in self.rows("setting.vat_rates", sql, *parameters))

    def country(self, written: str | None) -> str | None:
        """The state as VAT writes it, of a code or a name; None where we do not know it."""
        word = (written or "").strip()
        if found := self._countries.get(word.lower()):
            return found
        is_code = len(word) == 2 and word.isascii() and word.isalpha()  # noqa: PLR2004 - ISO 3166 has two letters
        return state_of(word.upper()) if is_code else None

    def vat_codes(self) -> tuple[ErpVatCode, ...]:
        columns = "vat_code, rate, vat_operation, vat_country, account, method, vat_type, is_blocked"
        sql = f"select {columns} from erp.vat_codes order by vat_code"
        return tuple(
            ErpVatCode(
                code,
                rate,
                _operation(operation),
                self.country(country),
                account or None,
                method,
                vat_type,
                blocked is True,
            )
            for code, rate, operation, country, account, method, vat_type, blocked in self.rows("erp.vat_codes", sql)
        )

    def debtors(self) -> tuple[ErpDebtor, ...]:
        sql = (
            "select account, debtor_group, country, vat_number, company_reg_no from erp.debtors"
            " where is_blocked is not true"
        )
        return tuple(
            ErpDebtor(account, group, self.country(country), number or None, reg_no or None)
            for account, group, country, number, reg_no in self.rows("erp.debtors", sql)
        )

    def vat_needs(self, since: date) -> tuple[VatNeed, ...]:
        """What orders need, the currencies of each need put together."""
        tables = {"core.vat_decisions", "core.document_lines", "core.findings", "core.verdicts", "setting.vat_rules"}
        if not tables <= self._tables:
            return ()
        sql = (resources.files("etl.lint") / "vat_codes_needed.sql").read_text("utf-8")
        found: dict[tuple[str, str | None, Decimal], VatNeed] = {}
        for row in self._store.rows(sql, {"since": since, "zero_rated": sorted(ZERO_RATED)}):
            treatment, country, rate, currency, orders, waiting, amount, places, dispatch = row
            before = found.get((treatment, country, rate), VatNeed(treatment, country, rate))
            found[treatment, country, rate] = VatNeed(
                treatment, country, rate, before.orders + orders, before.orders_waiting + waiting,
                before.waiting_amounts + (((currency, amount),) if waiting else ()),
                before.places | frozenset(places), before.dispatch | frozenset(dispatch),
            )  # fmt: skip
        return tuple(found.values())


def _operation(written: str | None) -> str | None:
    """A sales operation as Uniconta's help names it; None for words that it does not name."""
    first = (written or "").strip().split(" ")[0].lower()
    return next((known for known in KNOWN_OPERATIONS if known.lower() == first), None)
