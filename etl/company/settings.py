"""The settings as tables, so that every model is SQL that runs as it stands: schema `setting` of the database."""

import hashlib
import json
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple

from etl import messages
from etl.company.model import Company
from etl.company.shops import shop_rows
from etl.company.values import VatCodeKey

if TYPE_CHECKING:
    from etl.store import Store

Row = tuple[object, ...]


class SettingTable(NamedTuple):
    """One table of schema `setting`: its columns with their SQL types, and its rows."""

    columns: dict[str, str]
    rows: list[Row]


# NULL is "not set": no default is ever put in for an account or a VAT code.
_COLUMNS = {
    "company": "name country vat_number currency timezone language",
    "vat": "shop seller country registered:boolean oss ship_from ship_from_postcode ship_from_city"
    " prior_year_eur:decimal(18,2) year_to_date_eur:decimal(18,2) threshold_year:integer eur_rate:decimal(18,8)"
    " established_elsewhere:boolean destination_from_first_sale:boolean sells_mainly_to_consumers:boolean"
    " accept_unverified_vat_number gift_cards",
    "vat_registrations": "seller country vat_number",
    "vat_supply_types": "product_category supply_type",
    "returns": "sales_list_period sales_list_separator return_period oss_services_box oss_correction_rate",
    "vat_codes": "treatment country vat_rate:decimal(9,4) vat_code",
    "vat_categories": "product_category category",
    "documents": "shop kind book:boolean date_rule tolerance:decimal(18,2) transfer_states:varchar[]"
    " refunded_before_transfer discount credit_notes",
    "periods": "locked_until:date late",
    "numbers": "shop series sales_order:bigint debtor:bigint voucher:bigint",
    "debtor_rules": "shop buyer_type match:varchar[] debtor_group is_create:boolean collective update_rule",
    "erp": "without_snapshot",
    "items": "shop is_create:boolean item_group default_item shipping discount fee gift_card tip refund rounding"
    " cash_rounding gift_card_skus:varchar[]",
    "accounts": "error gift_cards rounding cash_rounding difference exchange_difference disputes reserve in_transit",
    "payment_methods": "method_name payment_method register payment_term acquirer is_gift_card:boolean is_cash:boolean",
    "acquirers": "acquirer receivable fees fee_vat fee_vat_code bank payout_to journal posting"
    " unmatched_after_days:integer merchant_accounts:varchar[] ignore_refs other_company currency",
    "matching": "tolerance:decimal(18,2)",
    "shops": "shop source inbox prices_include_vat vat_method freight_vat order_prefix",
    "target": "kind language encoding decimal date",
    "messages": "code severity is_approvable:boolean reason next_step",
}


def setting_tables(company: Company | None, shops: Collection[str] = ()) -> dict[str, SettingTable]:
    """Every `setting` table that company.toml fills. Without a company they are empty, but for the messages.

    `shops`: those that files came from; one that company.toml does not name any more has the company's own settings.
    """
    rows = _company_rows(company) | shop_rows(company, shops) if company else {}
    rows["messages"] = list(messages.rows(company.company.language if company else "da"))
    tables = {}
    for name, words in _COLUMNS.items():
        pairs = (word.partition(":") for word in words.split())
        tables[name] = SettingTable({column: kind or "varchar" for column, _, kind in pairs}, rows.get(name, []))
    return tables


def settings_sha(company: Company | None) -> str:
    """What the tables are made from, as one hash: while it stands in `ops.state`, they need not be written again."""
    source = f"{company.sha256 if company else ''} {messages.sha256()} {_COLUMNS}"
    return hashlib.sha256(source.encode()).hexdigest()


def sections_sha(company: Company | None) -> dict[str, str]:
    """A hash per section, to know which of them changed. Order and layout of the file do not count."""
    if company is None:
        return {}
    dumped = company.model_dump(mode="json", by_alias=True)
    return {
        name: hashlib.sha256(json.dumps(section, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
        for name, section in dumped.items()
    }


def write_settings(store: "Store", company: Company | None) -> None:
    """Make the `setting` tables anew, inside the caller's transaction if there is one."""
    has_files = store.value(
        "select count(*) from duckdb_tables() where schema_name = 'staging' and table_name = 'files' and not temporary"
    )
    seen = [shop for (shop,) in store.rows("select distinct shop from staging.files")] if has_files else []
    tables = setting_tables(company, seen)
    store.script("create schema if not exists setting;\n" + "\n".join(_create(n, t) for n, t in tables.items()))
    for name, table in tables.items():
        if table.rows:
            values = ", ".join([f"({', '.join('?' * len(table.columns))})"] * len(table.rows))
            flat = [value for row in table.rows for value in row]
            store.rows(f"insert into setting.{name} values {values}", flat)


def _create(name: str, table: SettingTable) -> str:
    columns = ", ".join(f"{column} {kind}" for column, kind in table.columns.items())
    return f"create or replace table setting.{name} ({columns});"


def _company_rows(company: Company) -> dict[str, list[Row]]:
    """The rows of every table but the messages, by table."""
    c, v = company.company, company.vat
    return {
        "company": [(c.name, c.country, c.vat_number, c.currency, c.timezone, c.language)],
        "vat_registrations": [("", country, number) for country, number in v.registrations.items()],
        "vat_supply_types": list(v.supply_types.items()),
        "vat_codes": [(*VatCodeKey.parse(key), code) for key, code in v.codes.items()],
        "vat_categories": list(v.categories.items()),
        "returns": [_values(v, _COLUMNS["returns"].split())],
        "periods": [(company.periods.locked_until, company.periods.late)],
        "erp": [(company.erp.without_snapshot,)],
        "accounts": [_values(company.accounts, _COLUMNS["accounts"].split())],
        "acquirers": [
            (name, a.receivable, a.fees, a.fee_vat, a.fee_vat_code, a.bank, a.payout_to, a.journal, a.posting,
             a.unmatched_after_days, list(a.merchant_accounts), "|".join(f"(?:{p})" for p in a.ignore_refs) or None,
             a.other_company, a.currency)
            for name, a in company.acquirers.items()
        ],
        "matching": [(company.matching.tolerance,)],
        "shops": [
            (s.id, s.source, s.inbox, s.prices_include_vat, s.vat_method, s.freight_vat, s.order_prefix or None)
            for s in company.shops
        ],
        "target": [_values(company.target, _COLUMNS["target"].split())],
    }  # fmt: skip


def _values(section: object, names: Sequence[str]) -> Row:
    return tuple(getattr(section, name) for name in names)
