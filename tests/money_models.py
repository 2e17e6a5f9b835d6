"""Tables in, table out: single models of money, with the tables that they read (vat.md §4.2). Amounts are øre."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from etl.store import Store, model
from etl.vat import seeds

Row = dict[str, Any]
# What the models read, as the models before them make it.
TABLES = {
    "touched_orders": "order_key ubigint",
    "order_methods": "order_key ubigint, currency varchar, is_line boolean, vat_method varchar, freight_vat varchar,"
    " minor_ore integer, decimals_too_many integer, tolerance_ore integer, is_cash boolean, supply_date date",
    "price_modes": "order_key ubigint, price_mode varchar, total_ore bigint, lines_ore bigint, shop_vat_ore bigint",
    "order_discounts": "order_key ubigint, is_clear boolean, rest_ore bigint, discount_ore bigint",
    "order_lines": "order_key ubigint, line_no integer, line_type varchar, file_id bigint, source_record bigint,"
    " amount_ore bigint, list_ore bigint, discount_ore bigint, quantity decimal(18, 6), shop_rate decimal(9, 4),"
    " shop_vat_ore bigint",
    "line_rules": "order_key ubigint, line_no integer, rule_id varchar, case_key ubigint, treatment varchar,"
    " vat_country varchar, vat_region varchar, rate_bp integer, vat_rate decimal(9, 4), vat_code varchar",
    "goods_rates": "order_key ubigint, rate_bp integer, rule_id varchar, case_key ubigint, treatment varchar,"
    " vat_country varchar, vat_region varchar, vat_rate decimal(9, 4), vat_code varchar, goods_ore bigint,"
    " rates bigint, rate_place bigint",
    "freight_parts": "order_key ubigint, line_no integer, part_no integer, amount_ore bigint",
    "line_parts": "order_key ubigint, line_no integer, part_no integer, rate_bp integer, rule_id varchar,"
    " case_key ubigint, treatment varchar, vat_country varchar, vat_region varchar, vat_rate decimal(9, 4),"
    " vat_code varchar, quantity decimal(18, 6), amount_ore bigint, sold_ore bigint, list_ore bigint,"
    " shop_rate decimal(9, 4), shop_vat_ore bigint",
    "line_vat": "order_key ubigint, line_no integer, part_no integer, treatment varchar, vat_country varchar,"
    " vat_region varchar, vat_rate decimal(9, 4), vat_code varchar, rate_bp integer, amount_ore bigint, vat_ore bigint,"
    " is_known boolean, quantity decimal(18, 6), sold_ore bigint, list_ore bigint, shop_rate decimal(9, 4),"
    " shop_vat_ore bigint, canonical_ore bigint, line_ore bigint, unit_ore bigint, net_ore bigint, gross_ore bigint",
    "vat_groups": "order_key ubigint, rate_bp integer, vat_code varchar, treatment varchar, vat_country varchar,"
    " vat_region varchar, vat_rate decimal(9, 4), is_known boolean, parts bigint, sold_parts bigint, told_parts bigint,"
    " pieces bigint, amount_ore bigint, net_ore bigint, vat_ore bigint, gross_ore bigint, canonical_ore bigint,"
    " line_ore bigint, unit_ore bigint, is_carried boolean, stated_bp integer, leeway_ore bigint",
    "shop_taxes": "order_key ubigint, rate_bp integer, vat_ore bigint, is_unnamed boolean",
    "legal_rates": "vat_country varchar, vat_region varchar, supply_date date, rate_bp integer, below_bp integer,"
    " above_bp integer",
    "shop_vat": "scope varchar, order_key ubigint, line_no integer, rate_bp integer, vat_country varchar,"
    " vat_region varchar, treatment varchar, vat_ore bigint, amount_ore bigint, other_ore bigint, parts bigint,"
    " pieces bigint, stated_bp integer",
    "rates_off": "order_key ubigint, scope varchar, line_no integer, code varchar, value_read varchar,"
    " expected varchar",
    "order_totals": "order_key ubigint, rates bigint, treatment varchar, price_mode varchar, is_known boolean,"
    " is_rate_off boolean, is_carried boolean, shop_vat_ore bigint, vat_ore bigint, canonical_ore bigint,"
    " line_ore bigint, unit_ore bigint, vat_gap_ore bigint, vat_bound_ore bigint, rounding_ore bigint,"
    " rounding_kind varchar, total_ore bigint, gross_ore bigint",
}
DAY = date(2026, 11, 2)


@contextmanager
def money_store() -> Iterator[Store]:
    """A database with macros, tables and seeds, and nothing in it."""
    with Store.open(None) as opened:
        opened.script_file("tables.sql")
        opened.script_file("macros.sql")
        seeds.load(opened)
        yield opened


def made(
    store: Store, stem: str, columns: str, order: str = "all", /, **tables: Sequence[Row]
) -> list[tuple[Any, ...]]:
    """What the model makes of these tables, `columns` of it; tables that are not named are empty."""
    store.script("truncate core.orders; truncate core.vat_methods")
    for name, definition in TABLES.items():
        store.script(f"create or replace temp table {name} ({definition})")
    store.script_file("findings.sql")
    for name, rows in tables.items():
        for row in rows:
            marks = ", ".join(f"${n + 1}" for n in range(len(row)))
            store.rows(f"insert into {name.replace('__', '.')} ({', '.join(row)}) values ({marks})", list(row.values()))
    run = model(stem)
    store.run_model(run)
    target = {"372_vat_methods": "core.vat_methods", "920_totals": "findings_now"}.get(stem, run.name)
    return store.rows(f"select {columns} from {target} order by {order}")


def of(key: int, **more: Any) -> Row:
    return {"order_key": key, **more}
