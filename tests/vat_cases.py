"""One order line, the settings it meets, and the way through the VAT models: what the tests of VAT share."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from etl.store import Store
from etl.vat import numbers, seeds

# Codes that exist for everything except OSS in Austria, so that one code is missing on purpose.
CODES = [
    ("DOMESTIC", "DK", "25", "U25"), ("DOMESTIC", "DE", None, "UDE"), ("DOMESTIC", None, None, "UXX"),
    ("DOMESTIC_ZERO", None, None, "U0"), ("DOMESTIC_REVERSE_CHARGE", None, None, "UOB"),
    ("EXPORT", None, None, "UEKS"), ("ICS_GOODS", None, None, "UEUV"), ("NO_VAT", None, None, "UMOMS0"),
    ("NOT_VAT_REGISTERED", None, None, "UREG"),
    ("IMPORT_BY_CUSTOMER", None, None, "UIMP"), ("ORIGIN_BELOW_THRESHOLD", None, None, "UORI"),
    ("OSS_UNION", "GR", None, "U_GR"), ("OSS_UNION", "DE", "19", "U_DE19"), ("OSS_UNION", "DE", None, "U_DE"),
    *(("OSS_UNION", state, None, f"U_{state}") for state in (
        "BE", "BG", "CY", "CZ", "DK", "EE", "ES", "FI", "FR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL",
        "PL", "PT", "RO", "SE", "SI", "SK", "XI",
    )),
]  # fmt: skip
CATEGORIES = [
    ("Bøger", "book"), ("Avis", "newspaper"), ("Mobil", "electronics_rc"), ("Mad", "food"), ("Nedsat", "reduced"),
]  # fmt: skip


@dataclass(frozen=True)
class Seller:
    """What company.toml says; Danish, registered, in the one-stop shop unless a case says otherwise."""

    country: str = "DK"
    registered: bool | None = True
    oss: str | None = "union"
    prior: str | None = "25000"
    year: str | None = "30000"
    mainly_consumers: bool = True
    accept: str | None = "accept"
    approved: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sale:
    """An order of one line, as 1xx and 2xx leave it."""

    to: str | None = "DK"
    postcode: str | None = "2100"
    city: str | None = "København Ø"
    day: str | None = "2026-11-02"
    number: str | None = None
    file_status: str | None = None
    buyer: str = "b2c"
    category: str | None = None
    supply: str | None = None
    line: str = "item"
    shop_rate: str | None = None
    ship_from: str | None = None
    seller: Seller = field(default_factory=Seller)


class Decision(NamedTuple):
    """What line_rules says of a line; `rate` in percent."""

    treatment: str
    vat_country: str | None
    rate: Decimal | None
    vat_code: str | None
    hold: str | None
    told: tuple[str | None, ...]
    rule_id: str


@contextmanager
def vat_store() -> Iterator[Store]:
    """A database in memory with all tables, macros and seeds."""
    with Store.open(None) as store:
        store.script_file("tables.sql")
        store.script_file("macros.sql")
        seeds.load(store)
        yield store


def decide(store: Store, sales: Sequence[Sale]) -> list[Decision]:
    """The decision of the VAT models for each sale; sales under the same settings are decided together."""
    found: dict[int, Decision] = {}
    for seller in {sale.seller: None for sale in sales}:
        numbered = [(i, sale) for i, sale in enumerate(sales) if sale.seller == seller]
        _settings(store, seller, [i for i, _ in numbered])
        _orders(store, numbered)
        numbers.check(store)
        store.run(300, 339)
        for key, *row in store.rows(
            "select order_key, treatment, vat_country, vat_rate, vat_code, hold_code, hold_field, hold_value,"
            " hold_expected, rule_id from line_rules"
        ):
            assert key not in found, f"two decisions for {sales[key]}"
            treatment, state, rate, code, hold, *told, rule = row
            found[key] = Decision(treatment, state, rate, code, hold, tuple(told), rule)
    return [found[i] for i in range(len(sales))]


def _settings(store: Store, seller: Seller, sales: Sequence[int]) -> None:
    """A seller for each sale, so that none of them counts toward another's threshold."""
    _table(store, "setting.company", "name varchar, country varchar, currency varchar", [("X", seller.country, "DKK")])
    _table(
        store,
        "setting.vat",
        "shop varchar, seller varchar, country varchar, registered boolean, oss varchar, ship_from varchar,"
        " ship_from_postcode varchar, ship_from_city varchar, prior_year_eur decimal(18,2),"
        " year_to_date_eur decimal(18,2), threshold_year integer, eur_rate decimal(18,8),"
        " established_elsewhere boolean, destination_from_first_sale boolean, sells_mainly_to_consumers boolean,"
        " accept_unverified_vat_number varchar, gift_cards varchar",
        [
            (
                *(
                    str(i),
                    str(i),
                    seller.country,
                    seller.registered,
                    seller.oss,
                    seller.country,
                    None,
                    None,
                    seller.prior,
                ),
                *(seller.year, None, "7.4415", False, False, seller.mainly_consumers, seller.accept, "multi_purpose"),
            )
            for i in sales
        ],
    )
    store.script(
        "create or replace table setting.vat_registrations (seller varchar, country varchar, vat_number varchar)"
    )
    store.script("create or replace table setting.vat_supply_types (product_category varchar, supply_type varchar)")
    _table(
        store, "setting.vat_codes", "treatment varchar, country varchar, vat_rate decimal(9,4), vat_code varchar", CODES
    )
    _table(store, "setting.vat_categories", "product_category varchar, category varchar", CATEGORIES)
    store.script("delete from ops.decisions")
    for number in seller.approved:
        store.rows(
            "insert into ops.decisions (decision, code, subject) values ('approve', 'VAT_NUMBER_UNVERIFIED', $1)",
            [number],
        )


def _orders(store: Store, numbered: Sequence[tuple[int, Sale]]) -> None:
    _table(store, "touched_orders", "order_key ubigint", [(i,) for i, _ in numbered])
    store.script("delete from core.orders")
    _table(
        store,
        "read_orders",
        "order_key ubigint, shop varchar, shipping_country varchar, shipping_postcode varchar, shipping_city varchar,"
        " shipped_date date, ship_from_country varchar, currency varchar",
        [
            (i, str(i), s.to, s.postcode, s.city, s.day and date.fromisoformat(s.day), s.ship_from, "EUR")
            for i, s in numbered
        ],
    )
    store.script("insert into core.orders by name select * from read_orders")
    _table(
        store,
        "buyers",
        "order_key ubigint, buyer_type varchar, vat_number varchar, vat_number_status varchar, country varchar",
        [(i, s.buyer, s.number, s.file_status, s.to) for i, s in numbered],
    )
    store.script(
        "create or replace temp table vat_numbers_seen as"
        " select distinct vat_number, country from buyers where vat_number is not null"
    )
    _table(
        store,
        "order_lines",
        "order_key ubigint, line_no integer, line_type varchar, product_category varchar, supply_type varchar,"
        " shop_rate decimal(9,4), amount_ore bigint, shop_vat_ore bigint",
        [(i, 1, s.line, s.category, s.supply, s.shop_rate, 0, None) for i, s in numbered],
    )
    store.script(
        "delete from core.threshold_sales;"
        "create or replace temp table price_modes as select order_key, 'excl' as price_mode from touched_orders"
    )


def _table(store: Store, name: str, columns: str, rows: Sequence[tuple[Any, ...]]) -> None:
    temp = "" if "." in name else "temp "
    store.script(f"create or replace {temp}table {name} ({columns})")
    marks = ", ".join(f"unnest(${n + 1})" for n in range(len(rows[0])))
    store.rows(f"insert into {name} select {marks}", [list(column) for column in zip(*rows, strict=True)])
