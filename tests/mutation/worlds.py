"""Where a mutant is tried first: a database that stands ready just before the models, and what they must say there.

Each world runs from the mutant's model on and compares what the tests of that name compare. Mutants of later models
come first: whatever a mutant leaves behind is then made anew by the next one.
"""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

import test_totals as totals
import test_totals_properties as properties
import test_vat_decision_cases as decisions
import test_vat_rules as rules
import totals_cases
import vat_cases
from totals_harness import _LINE_RULES, _results, _stage, totals_store
from totals_orders import at_wrong_rate, generated
from vat_cases import _orders, _settings

from etl import deciding
from etl.company import Company
from etl.company.settings import write_settings
from etl.store import DatabaseError, Store
from etl.vat import numbers, seeds
from etl.vat_cases import ANSWERS, asking
from etl.vat_cases.case import Case
from mutation.patching import MACROS, RUNS_NOT, SEED, Mutant, in_place

SECONDS = 30.0
ORDERS = 100
VAT, TOTALS = range(300, 340), range(340, 380)
_DECISIONS = (
    "select order_key, treatment, vat_country, vat_rate, vat_code, hold_code, hold_field, hold_value, hold_expected,"
    " rule_id from line_rules"
)
FINDINGS = 920  # the model of totals among the checks


class World:
    """A database and a question; `first` is the number of the first model to run again."""

    name = ""
    macros_from = 300

    def __init__(self) -> None:
        self._stack = ExitStack()
        self.store = self._opened(self._stack)
        self.store.script("set enable_progress_bar = false")
        if not self.agrees(self.macros_from):
            raise AssertionError(f"{self.name}: the models themselves do not agree")

    def _opened(self, stack: ExitStack) -> Store:
        raise NotImplementedError

    def agrees(self, first: int) -> bool:
        """Run the models from `first` on: do they say what the tests expect?"""
        raise NotImplementedError

    def close(self) -> None:
        """Give the database back."""
        self._stack.close()

    def verdict(self, mutant: Mutant) -> str | None:
        """What kills the mutant; None while nothing does."""
        try:
            with in_place(mutant), _limited(self.store):
                self._renewed(mutant)
                return None if self.agrees(self._first(mutant)) else self.name
        except DatabaseError:
            return RUNS_NOT
        except Exception as error:  # noqa: BLE001 - whatever it is, the tests would have seen it
            return f"{self.name}: {type(error).__name__}"
        finally:
            self._renewed(mutant)

    def _renewed(self, mutant: Mutant) -> None:
        if mutant.kind == MACROS:
            self.store.script_file("macros.sql")
        elif mutant.kind == SEED:
            seeds.load(self.store)

    def _first(self, mutant: Mutant) -> int:
        if mutant.kind == MACROS:
            return self.macros_from
        return 300 if mutant.kind == SEED else int(mutant.target[:3])


@contextmanager
def _limited(store: Store) -> Iterator[None]:
    """A mutant may ask for all rows times all rows."""
    timer = threading.Timer(SECONDS, store._connection.interrupt)  # noqa: SLF001 - nobody else needs it
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


class Decisions(World):
    """The golden cases of VAT decisions (test_vat_decision_cases)."""

    name = "decision cases"

    def _opened(self, stack: ExitStack) -> Store:
        store = stack.enter_context(Store.open(None))
        store.script_file("tables.sql")
        store.script_file("macros.sql")
        seeds.load(store)
        write_settings(store, Company())
        known = {category for (category,) in store.rows("select distinct category from setting.vat_rates")}
        inputs = [{n: word for n, word in case.items() if n not in decisions.NOT_INPUTS} for case in decisions.CASES]
        asking._put(store, [Case(n, row, known) for n, row in enumerate(inputs, 1)], None)  # noqa: SLF001
        numbers.check(store)
        return store

    def agrees(self, first: int) -> bool:
        self.store.run(first, 339)
        found = self.store.dicts((asking.SQL / "answers.sql").read_text("utf-8"))
        if len(found) != len(decisions.CASES):
            return False
        for case, row in zip(decisions.CASES, found, strict=True):
            answer = {name: asking._text(row[name]) for name in ANSWERS}  # noqa: SLF001
            decisions.test_case(case, {case["case"]: asking._without_codes(answer)})  # noqa: SLF001
        return True


class Coded(World):
    """The decisions with the company's codes and rates of its shop's own, and what a hold tells (test_vat_rules)."""

    name = "coded cases"

    def _opened(self, stack: ExitStack) -> Store:
        (cases,) = getattr(rules.test_a_hold_says_what_was_read_and_what_is_expected, "pytestmark")  # noqa: B009
        self._told = dict[vat_cases.Sale, tuple[str | None, ...]](cases.args[1])
        self._sales = [*(sale for sale, _ in rules.CASES), *self._told]
        self._approved = {sale.seller.approved for sale in self._sales}
        self._stores = [self._of(approved, stack.enter_context(vat_cases.vat_store())) for approved in self._approved]
        return self._stores[0]

    def _of(self, approved: tuple[str, ...], store: Store) -> Store:
        """The sales under those approvals of numbers, each with its own seller."""
        numbered = [(n, sale) for n, sale in enumerate(self._sales) if sale.seller.approved == approved]
        for at, seller in enumerate({sale.seller: None for _, sale in numbered}):
            _settings(store, seller, [n for n, sale in numbered if sale.seller == seller])
            make = "insert into sellers" if at else "create temp table sellers as"
            store.script(f"{make} select * from setting.vat")
        store.script("create or replace table setting.vat as from sellers")
        _orders(store, numbered)
        numbers.check(store)
        return store

    def agrees(self, first: int) -> bool:
        found: dict[int, vat_cases.Decision] = {}
        for store in self._stores:
            store.run(first, 339)
            for key, *row in store.rows(_DECISIONS):
                if key in found:
                    return False
                found[key] = vat_cases.Decision._make([*row[:5], tuple(row[5:8]), row[8]])
        decided = [found[n] for n in range(len(self._sales))]
        for n in range(len(rules.CASES)):
            rules.test_case(decided, n)
        return all(one.told == self._told.get(sale, one.told) for one, sale in zip(decided, self._sales, strict=True))

    def _renewed(self, mutant: Mutant) -> None:
        for store in self._stores:
            self.store = store
            super()._renewed(mutant)


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


def worlds_of(mutants: Sequence[Mutant]) -> list[type[World]]:
    """Where mutants of these targets are tried, the quickest first; all of them are of one kind and stage."""
    first = mutants[0]
    if first.kind == SEED:
        return [Decisions, Coded]
    if first.kind == MACROS:
        return [Decisions, Coded, Generated, Verdicts]
    number = int(first.target[:3])
    if number in VAT:
        return [Decisions, Coded]
    return [Generated, Verdicts] if number in TOTALS or number == FINDINGS else []
