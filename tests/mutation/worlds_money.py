"""Worlds of money: the models one by one, generated orders against the oracle, worked orders and their documents."""

import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import money_models
import test_totals as totals
import test_totals_macros as macros
import test_totals_methods as methods
import test_totals_models as figures
import test_totals_parts as parts
import test_totals_properties as properties
import test_totals_reasons as reasons
import totals_cases
from totals_harness import _LINE_RULES, _results, _stage, totals_store
from totals_orders import at_wrong_rate, generated

from etl import deciding
from etl.store import Store
from mutation.worlds import FINDINGS, TOTALS, VAT, World, each_test

ORDERS = 100


class Generated(World):
    """Generated orders against the oracle (test_totals_properties)."""

    name = "generated orders"
    macros_from = 100

    def _opened(self, stack: ExitStack) -> Store:
        store = stack.enter_context(totals_store())
        self._seed = os.environ["HYPOTHESIS_SEED"]
        self._orders, self._wrong = generated(self._seed, ORDERS), at_wrong_rate(self._seed, ORDERS // 4)
        self._shuffled = [properties.shuffle(order, f"{self._seed}-{i}") for i, order in enumerate(self._orders)]
        every = [*self._orders, *(order.negated() for order in self._orders), *self._shuffled, *self._wrong]
        self._count = len(every)
        _stage(store, every)
        store.run(60, 69)
        store.script_file("findings.sql")
        return store

    def agrees(self, first: int) -> bool:
        if first < TOTALS.start:
            self.store.run(first, 219)
            self.store.script(_LINE_RULES)
        self.store.run(max(first, TOTALS.start), TOTALS.stop - 1)
        self.store.script("truncate findings_now")
        self.store.run(FINDINGS, FINDINGS)
        n, found = ORDERS, _results(self.store, self._count)
        batch = properties.Batch(
            self.store, self._orders, found[:n], found[n : 2 * n], self._shuffled, found[2 * n : 3 * n], self._wrong,
            found[3 * n :],
        )  # fmt: skip
        for holds_for in properties.PROPERTIES:
            holds_for(batch)
        return True


class Verdicts(World):
    """The verdicts on orders worked out by hand (test_totals)."""

    name = "worked orders"
    macros_from = 100

    def _opened(self, stack: ExitStack) -> Store:
        store = stack.enter_context(totals_cases.totals_store())
        self._expected = list(_expected())
        totals_cases._stage(store, [one for one, _ in self._expected])  # noqa: SLF001
        store.run(60, 69)
        store.script_file("findings.sql")
        deciding.work_out(store)
        return store

    def agrees(self, first: int) -> bool:
        if first < VAT.start:
            deciding.work_out(self.store)
        elif first <= TOTALS.stop:
            self.store.run(first, 399)
        self.store.script("truncate findings_now")
        self.store.run(900, 949)
        found = self.store.rows(
            "select verdict, reason_code, value_read, expected from core.verdicts order by order_key"
        )
        words = [" | ".join(word for word in row if word is not None) for row in found]
        return len(words) == len(self._expected) and all(
            is_as(word) for word, (_, is_as) in zip(words, self._expected, strict=True)
        )


class Figures(World):
    """The models of money one by one (test_totals_macros, _parts, _models, _reasons)."""

    name = "single models of money"

    def _opened(self, stack: ExitStack) -> Store:
        return stack.enter_context(money_models.money_store())

    def agrees(self, first: int) -> bool:
        """All of it: each test has tables of its own."""
        del first
        each_test(macros, self.store)
        each_test(parts, self.store)
        each_test(figures, self.store)
        each_test(reasons, self.store)
        return True


class Outcomes(World):
    """The documents of the worked orders, line by line (test_totals, test_totals_methods)."""

    name = "worked documents"
    macros_from = 100

    def _opened(self, stack: ExitStack) -> Store:
        store = stack.enter_context(totals_cases.totals_store())
        of_methods: list[totals_cases.Order] = [one for one, *_ in methods.NOT_USED]
        of_methods += [one for one, _ in methods.USED] + [one for one, _ in methods.CREDITED]
        of_totals = [one for one, _ in _expected()]
        freights = [
            totals_cases.Order(totals.FREIGHT, vat, country="DE", shop=shop)
            for shop, *_ in totals.FREIGHTS
            for vat in ("59.74", "60.65")
        ]
        self._orders = list(dict.fromkeys([*of_totals, *freights, *of_methods]))
        totals_cases._stage(store, self._orders)  # noqa: SLF001
        store.run(60, 69)
        store.script_file("findings.sql")
        deciding.work_out(store)
        return store

    def agrees(self, first: int) -> bool:
        if first < VAT.start:
            deciding.work_out(self.store)
        elif first <= TOTALS.stop:
            self.store.run(first, 399)
        self.store.begin_open()
        self.store.script("truncate findings_now")
        self.store.run(900, 949)
        self.store.run(500, 548)
        outcomes = dict(zip(self._orders, self._decided(), strict=True))
        for test, cases in _OF_OUTCOMES:
            for values in cases:
                test(outcomes, *values)
        return True

    def _decided(self) -> Iterator[totals_cases.Decided]:
        """As totals_cases does order by order, all at once."""
        documents = defaultdict[int, dict[str, list[totals_cases.Line]]](dict)
        for key, event, *line in self.store.rows(_LINES):
            documents[key].setdefault(event, []).append(totals_cases.Line(*line))
        for key, verdict, *told in self.store.rows(_VERDICTS):
            yield totals_cases.Decided(verdict, tuple(told) if told[0] else (), documents[key], [])


# Tests of what was decided, and what they are tried with.
_OF_OUTCOMES: list[tuple[Callable[..., None], list[tuple[Any, ...]]]] = [
    (totals.test_the_rate_then_the_amount,
     [*totals.RATES, *totals.TINY, *totals.BY_LINE, *totals.BY_RATE, *totals.AMOUNTS]),
    (totals.test_one_rounding_line_or_held,
     [*((*case, "AFRUNDING") for case in totals.TOTALS), *((*case, "KONTANTAFRUNDING") for case in totals.CASH)]),
    (totals.test_a_currency_has_its_own_minor_unit, [*totals.MINOR_UNITS]),
    (totals.test_freight_follows_the_goods_or_what_the_shop_is_said_to_do, [*totals.FREIGHTS]),
    (methods.test_vat_is_the_shops_where_its_way_is_known, [*methods.USED]),
    (methods.test_another_way_is_not_taken_for_it, [*methods.NOT_USED]),
    (methods.test_credits_sum_to_the_sale_exactly, [*methods.CREDITED]),
]  # fmt: skip
_VERDICTS = "select order_key, verdict, reason_code, value_read, expected from core.verdicts order by order_key"
_LINES = """
select documents.order_key, event, item, lines.net_amount::varchar, lines.vat_amount::varchar, gross_amount::varchar
from open_document_lines as lines inner join open_documents as documents using (doc_key)
order by documents.order_key, event, line_no
"""


def _expected() -> Iterator[tuple[totals_cases.Order, Callable[[str], bool]]]:
    """Orders of test_totals, and whether a verdict (with its reason, what was read and expected) is theirs."""
    for one, outcome in [*totals.RATES, *totals.TINY, *totals.BY_LINE, *totals.BY_RATE, *totals.AMOUNTS]:
        yield one, outcome.__eq__
    for one, rounding in [*totals.TOTALS, *totals.CASH]:
        yield one, (_starting("held | TOTAL_MISMATCH") if rounding == "TOTAL_MISMATCH" else "ready".__eq__)
    for currency, one, lines in totals.MINOR_UNITS:
        yield one.but(currency=currency), (_starting("held | ") if not lines else "ready".__eq__)


def _starting(begin: str) -> Callable[[str], bool]:
    return lambda word: word.startswith(begin)
