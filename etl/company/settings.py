"""The settings as tables, so that every model is SQL that runs as it stands: schema `setting` of the database."""

import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from etl import messages
from etl.company.model import Company
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
    "vat": "registered:boolean oss ship_from prior_year_eur:decimal(18,2) year_to_date_eur:decimal(18,2)"
    " sells_mainly_to_consumers:boolean accept_unverified_vat_number",
    "vat_codes": "treatment country vat_rate:decimal(9,4) vat_code",
    "vat_categories": "product_category category",
    "documents": "kind book:boolean date_rule tolerance:decimal(18,2) transfer_states:varchar[]"
    " refunded_before_transfer discount credit_notes",
    "periods": "locked_until:date late",
    "numbers": "sales_order:bigint debtor:bigint voucher:bigint",
    "debtor_rules": "buyer_type match:varchar[] debtor_group is_create:boolean collective update_rule",
    "erp": "without_snapshot",
    "items": "is_create:boolean item_group default_item shipping discount fee gift_card tip refund rounding"
    " gift_card_skus:varchar[]",
    "accounts": "error gift_cards rounding difference exchange_difference disputes reserve in_transit",
    "payment_methods": "payment_method register payment_term acquirer is_gift_card:boolean",
    "acquirers": "acquirer receivable fees fee_vat fee_vat_code bank payout_to journal posting"
    " unmatched_after_days:integer",
    "matching": "tolerance:decimal(18,2)",
    "shops": "shop source inbox prices_include_vat",
    "target": "kind language encoding decimal date",
    "messages": "code severity is_approvable:boolean reason next_step",
}


def setting_tables(company: Company | None) -> dict[str, SettingTable]:
    """Every `setting` table that company.toml fills. Without a company they are empty, but for the messages."""
    rows = _company_rows(company) if company else {}
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
    tables = setting_tables(company)
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
    c, v, d, i = company.company, company.vat, company.documents, company.items
    country = v.ship_from or c.country
    return {
        "company": [(c.name, c.country, c.vat_number, c.currency, c.timezone, c.language)],
        "vat": [
            (
                v.registered, v.oss, country, v.threshold.prior_year_eur, v.threshold.year_to_date_eur,
                v.sells_mainly_to_consumers, v.accept_unverified_vat_number,
            )
        ],
        "vat_codes": [(*VatCodeKey.parse(key), code) for key, code in v.codes.items()],
        "vat_categories": list(v.categories.items()),
        "documents": [
            (
                d.kind, d.book, d.date, d.tolerance, list(d.transfer_states),
                d.refunded_before_transfer, d.discount, d.credit_notes,
            )
        ],
        "periods": [(company.periods.locked_until, company.periods.late)],
        "numbers": [(company.numbers.sales_order, company.numbers.debtor, company.numbers.voucher)],
        "debtor_rules": [
            (kind, list(r.match), r.group, r.create, r.collective, r.update)
            for kind, r in (("b2c", company.debtors.b2c), ("b2b", company.debtors.b2b), ("ean", company.debtors.ean))
        ],
        "erp": [(company.erp.without_snapshot,)],
        "items": [
            (
                i.create, i.group, i.default or None, i.shipping, i.discount, i.fee, i.gift_card, i.tip,
                i.refund, i.rounding, list(i.gift_card_skus),
            )
        ],
        "accounts": [_values(company.accounts, _COLUMNS["accounts"].split())],
        "payment_methods": [
            (name, m.register_, m.payment_term, m.acquirer, m.is_gift_card)
            for name, m in company.payment_methods.items()
        ],
        "acquirers": [
            (name, a.receivable, a.fees, a.fee_vat, a.fee_vat_code, a.bank, a.payout_to, a.journal, a.posting,
             a.unmatched_after_days)
            for name, a in company.acquirers.items()
        ],
        "matching": [(company.matching.tolerance,)],
        "shops": [(s.id, s.source, s.inbox, s.prices_include_vat) for s in company.shops],
        "target": [_values(company.target, _COLUMNS["target"].split())],
    }  # fmt: skip


def _values(section: object, names: Sequence[str]) -> Row:
    return tuple(getattr(section, name) for name in names)
