"""Why an order's money does not tie: the finite explanations, tried one by one and in pairs.

A shop that works otherwise than its file says leaves a trace: the VAT and the total that it states are those of *one*
other way of reckoning. For every order that is held because its money does not tie, each way is worked out in whole
øre, and those that give both figures exactly are named, with the setting or the thing to mend. Two that do are both
named. An explanation never changes a verdict: the order stays held until its cause is mended.

`document`, `variant`            an order in øre, and what a shop makes of it
`amounts`, `pricing`, `rates`    the explanations, a small pure function each
`search`                         which of them close both gaps
`facts`                          the documents, from the tables of a run
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from etl.solver.facts import documents, sql
from etl.solver.search import Solution, Way, solve
from etl.store import Store

# Orders explained in one run; of the rest it is said that they were not tried, and `etl why` tries them when asked.
MOST_ORDERS = 200
MOST_NAMED = 6
# The reasons for which an order is explained: its money does not tie.
CODES = (
    *("TOTAL_MISMATCH", "VAT_TOTAL_MISMATCH", "VAT_RATE_MISMATCH", "PRICE_MODE_UNKNOWN", "DISCOUNT_UNCLEAR"),
    *("VAT_CHARGED_NOT_DUE", "VAT_CATEGORY_MISSING"),
)
UNEXPLAINED, SO_FAR, NOT_TRIED = "GAP_UNEXPLAINED", "GAP_UNEXPLAINED_SO_FAR", "GAP_NOT_TRIED"
# What would mend it: a key of company.toml, or the shop's own set-up, or the file (its export or its contract).
SETTINGS = {
    "GAP_PRICE_MODE": "shops.prices_include_vat",
    "GAP_RATE_STATED": "vat.categories",
    "GAP_RATE_WRONG": "vat.categories",
    "GAP_RATE_STALE": "shop",
    "GAP_RATE_OF_ORIGIN": "vat.oss",
    "GAP_RATE_OF_DESTINATION": "vat.threshold",
    "GAP_DISCOUNT_NOT_TAKEN": "file",
    "GAP_DISCOUNT_TWICE": "file",
    "GAP_GIFT_CARD": "payment_methods.is_gift_card",
    "GAP_GIFT_CARD_DISCOUNT": "payment_methods.is_gift_card",
    "GAP_QUANTITY": "file",
    "GAP_LINE_NOT_COUNTED": "file",
    "GAP_LINE_MISSING": "file",
    "GAP_FREIGHT_VAT_UNTOLD": "file",
    "GAP_MINOR_UNITS": "file",
    "GAP_ROUNDED_PER_RATE": "shops.vat_method",
    "GAP_ROUNDED_PER_LINE": "shops.vat_method",
    "GAP_ROUNDED_PER_UNIT": "shops.vat_method",
    "GAP_FREIGHT_RATE": "shops.freight_vat",
}
_COLUMNS = (
    "order_key", "place", "ways", "explanations", "fields", "values_read", "expected", "settings", "vat_gap",
    "total_gap", "vat_gap_left", "total_gap_left",
)  # fmt: skip
_ROWS_AT_ONCE = 200


def explain(store: Store, most: int = MOST_ORDERS) -> int:
    """Write `core.explanations` anew for the touched orders; returns how many orders were to be explained."""
    store.script("delete from core.explanations where order_key in (select order_key from touched_orders)")
    store.rows(sql("orders_to_explain"), {"codes": list(CODES)})
    wanted = [key for (key,) in store.rows("select order_key from orders_to_explain order by order_key")]
    if not wanted:
        return 0
    store.rows("delete from orders_to_explain where order_key > $1", [wanted[: max(most, 1)][-1]])
    rows = [row for key, order in documents(store) for row in _rows(key, solve(order))]
    rows += [(key, 0, 0, [NOT_TRIED], *[[""]] * 4, *[None] * 4) for key in wanted[most:]]
    _insert(store, rows)
    return len(wanted)


def explained(store: Store) -> list[dict[str, Any]]:
    """What explains the one order that a rehearsal has decided again, whether or not a run had the time for it."""
    store.script("create or replace temp table orders_to_explain as select order_key from touched_orders")
    found = [row for key, order in documents(store) for row in _rows(key, solve(order))]
    return [dict(zip(_COLUMNS[1:], row[1:], strict=True)) for row in found]


def _rows(key: int, solution: Solution) -> Iterator[tuple[object, ...]]:
    """The rows of an order: one per way, or one that says that nothing closes. None where there is no gap."""
    if solution.gap.is_closed:
        return
    if not solution.ways:
        gap = _amounts(solution.gap)
        code = UNEXPLAINED if solution.is_all_tried else SO_FAR
        yield (key, 0, 0, [code], *[[""]] * 4, *gap, *gap)
    for place, way in enumerate(solution.ways[:MOST_NAMED], 1):
        yield (key, place, len(solution.ways), *_words(way), *_amounts(way.gap), Decimal("0.00"), Decimal("0.00"))


def _words(way: Way) -> tuple[list[str], ...]:
    variants = way.variants
    return (
        [v.code for v in variants],
        [v.field for v in variants],
        [v.value for v in variants],
        [v.expected for v in variants],
        [SETTINGS.get(v.code, "shop") for v in variants],
    )


def _amounts(gap: tuple[int | None, int]) -> tuple[Decimal | None, Decimal]:
    vat, total = gap
    return None if vat is None else Decimal(vat).scaleb(-2), Decimal(total).scaleb(-2)


def _insert(store: Store, rows: Sequence[tuple[object, ...]]) -> None:
    names = ", ".join(_COLUMNS)
    row_of_marks = f"({', '.join('?' * len(_COLUMNS))})"
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        some = rows[start : start + _ROWS_AT_ONCE]
        marks = ", ".join([row_of_marks] * len(some))
        store.rows(f"insert into core.explanations ({names}) values {marks}", [value for row in some for value in row])
