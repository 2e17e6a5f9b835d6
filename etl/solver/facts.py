"""The documents of the orders to explain, from the tables that the models leave during a run (or its rehearsal)."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from etl.solver.amounts import discount_cleared
from etl.solver.document import Document, Line, Method, Rates
from etl.solver.search import in_both_modes
from etl.store import Store

_SQL = resources.files("etl.solver")
# How [[shops]] vat_method spells what changes the sum; the others come to that of a rounding per rate.
_METHODS: dict[str, Method] = {"line": "line", "unit": "unit"}
_Place = tuple[str, str, date]


@cache
def sql(name: str) -> str:
    """One of the queries beside this module."""
    return (_SQL / f"{name}.sql").read_text("utf-8")


def documents(store: Store) -> Iterator[tuple[int, tuple[Document, ...]]]:
    """Each order of `orders_to_explain` by its key, once for every price mode that it leaves open.

    An order without lines, without a total or with a line whose rate nobody knows has none: nothing can be said of it.
    """
    rates = _rates(store)
    lines: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in store.dicts(sql("line_facts")):
        lines[row["order_key"]].append(row)
    for facts in store.dicts(sql("document_facts")):
        own = lines[facts["order_key"]]
        if not own or facts["total_ore"] is None or any(row["rate_bp"] is None for row in own):
            continue
        yield facts["order_key"], _document(facts, tuple(_line(row, facts["day"], rates) for row in own))


def _document(facts: dict[str, Any], lines: tuple[Line, ...]) -> tuple[Document, ...]:
    document = Document(
        lines=lines,
        mode="excl" if facts["price_mode"] == "excl" else "incl",
        shop_vat_ore=facts["shop_vat_ore"],
        shop_total_ore=facts["total_ore"],
        gift_cards_ore=facts["gift_cards_ore"],
        method=_METHODS.get(facts["vat_method"], "rate"),
        home=(facts["home"], facts["home_bp"]) if facts["home_bp"] else None,
        abroad=(facts["abroad"], facts["abroad_bp"]) if facts["abroad_bp"] else None,
    )
    if not facts["is_discount_clear"]:
        # What the lines lack to the subtotal was read as discount and ties by itself; the stated one is what was meant.
        document = discount_cleared(document, facts["stated_discount_ore"] or 0)
    return in_both_modes(document) if facts["price_mode"] == "unknown" else (document,)


def _line(row: dict[str, Any], day: date, rates: dict[_Place, Rates]) -> Line:
    return Line(
        line_no=row["line_no"],
        kind=row["kind"],
        name=row["name"],
        amount_ore=row["amount_ore"],
        rate_bp=row["rate_bp"],
        quantity=row["quantity"],
        order_discount_ore=row["order_discount_ore"],
        line_discount_ore=row["line_discount_ore"],
        shop_bp=row["shop_bp"],
        state=row["state"] or "",
        rates=rates.get((row["state"], row["region"], day), Rates()),
    )


def _rates(store: Store) -> dict[_Place, Rates]:
    """What a state's rates are and were, by state, region and day."""
    legal: dict[_Place, set[int]] = defaultdict(set)
    stale: dict[_Place, dict[int, set[tuple[int, str]]]] = defaultdict(lambda: defaultdict(set))
    for row in store.dicts(sql("rates_on_days")):
        place = (row["state"], row["region"], row["day"])
        legal[place].add(row["rate_bp"])
        if row["stale_bp"] is not None:
            stale[place][row["rate_bp"]].add((row["stale_bp"], row["stale_until"].isoformat()))
    return {
        place: Rates(
            tuple(sorted(found, reverse=True)), {rate: tuple(sorted(old)) for rate, old in stale[place].items()}
        )
        for place, found in legal.items()
    }
