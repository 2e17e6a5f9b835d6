"""A table of cases put before the models 300-339, and what they say."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from importlib import resources

from etl import clock
from etl.company import Company
from etl.company.settings import write_settings
from etl.store import Store
from etl.vat import numbers, overrides, seeds
from etl.vat.overrides import RateOverrides
from etl.vat_cases import ANSWERS
from etl.vat_cases.case import Case

SQL = resources.files("etl.vat_cases")
_NOT_A_HOLD = "VAT_CODE_MISSING"  # the VAT is known; which of the company's codes it is, is another question


def decide(
    rows: Sequence[Mapping[str, str]], company: Company | None, own_rates: RateOverrides | None
) -> list[dict[str, str]]:
    """As `etl.vat_cases.decide` says."""
    with Store.open(None) as store:
        store.script_file("tables.sql")
        store.script_file("macros.sql")
        seeds.load(store, own_rates or overrides.NONE)
        write_settings(store, company or Company())
        known = {category for (category,) in store.rows("select distinct category from setting.vat_rates")}
        cases = [Case(number, row, known) for number, row in enumerate(rows, 1)]
        _put(store, cases, company)
        numbers.check(store)
        store.run(300, 339)
        found = store.dicts((SQL / "answers.sql").read_text("utf-8"))
    answers = [{name: _text(row[name]) for name in ANSWERS} for row in found]
    return [_without_codes(answer) if company is None else answer for answer in answers]


def _without_codes(answer: dict[str, str]) -> dict[str, str]:
    """An answer where nobody's VAT codes are known, so that none is missing."""
    if answer["hold_code"] != _NOT_A_HOLD:
        return answer
    return answer | dict.fromkeys(("hold_code", "field", "value_read", "expected"), "")


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "" if value is None else str(value)


def _put(store: Store, cases: Sequence[Case], company: Company | None) -> None:
    """The tables that the models 300-339 read, one order of one line per case, each with a seller of its own."""
    own = frozenset(category.strip().lower() for category in (company.vat.categories if company else {}))
    today = clock.now().date()
    named = sorted(category for category in _categories(store) if category.lower() not in own)
    store.script((SQL / "tables.sql").read_text("utf-8"))
    _insert(store, "setting.vat", [case.seller(company) for case in cases])
    _insert(store, "setting.vat_registrations", [row for case in cases for row in case.registrations(company)])
    _insert(store, "setting.vat_categories", [(category, category) for category in named])
    _insert(store, "case_orders", [case.order(today) for case in cases])
    _insert(store, "buyers", [case.buyer() for case in cases])
    _insert(store, "order_lines", [case.line(own) for case in cases])
    store.script((SQL / "orders.sql").read_text("utf-8"))


def _categories(store: Store) -> list[str]:
    rates = [category for (category,) in store.rows("select distinct category from setting.vat_rates")]
    return [*rates, "electronics_rc"]


def _insert(store: Store, table: str, rows: Sequence[tuple[object, ...]]) -> None:
    if rows:
        marks = ", ".join(f"unnest(${n + 1})" for n in range(len(rows[0])))
        store.rows(f"insert into {table} select {marks}", [list(column) for column in zip(*rows, strict=True)])
