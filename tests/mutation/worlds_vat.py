"""Worlds of the VAT decision: the golden cases, the coded cases, and the models one by one."""

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

import test_vat_decision_cases as decisions
import test_vat_models as models
import test_vat_rules as rules
import test_vat_thresholds as thresholds
import test_vat_words as words
import vat_cases
import vat_orders
from vat_cases import _orders, _settings

from etl.company import Company
from etl.company.settings import write_settings
from etl.store import Store
from etl.vat import numbers, seeds
from etl.vat_cases import ANSWERS, asking
from etl.vat_cases.case import Case
from mutation.patching import MACROS, Mutant
from mutation.worlds import World, each_test

_DECISIONS = (
    "select order_key, treatment, vat_country, vat_rate, vat_code, hold_code, hold_field, hold_value, hold_expected,"
    " rule_id from line_rules"
)


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
        inputs += [dict(case) for case, _ in (*words.GROUNDS, *words.REFUSED)]
        asking._put(store, [Case(n, row, known) for n, row in enumerate(inputs, 1)], None)  # noqa: SLF001
        numbers.check(store)
        return store

    def agrees(self, first: int) -> bool:
        self.store.run(first, 339)
        rows = self.store.dicts((asking.SQL / "answers.sql").read_text("utf-8"))
        answers = [_answer(row) for row in rows]
        cases, many = decisions.CASES, len(decisions.CASES)
        if len(answers) != many + len(words.GROUNDS) + len(words.REFUSED):
            return False
        by_name: dict[str, Mapping[str, str]] = {
            case["case"]: answer for case, answer in zip(cases, answers, strict=False)
        }
        for case in cases:
            decisions.test_case(case, by_name)
        for held in words.HELD:
            words.test_what_a_hold_says(by_name, *held)
        of_words = answers[many:]
        grounds = [answer["evidence"] for answer in of_words[: len(words.GROUNDS)]]
        refused = [answer["rejected_alternatives"].split("; ") for answer in of_words[len(words.GROUNDS) :]]
        return (grounds, refused) == ([want for _, want in words.GROUNDS], [want for _, want in words.REFUSED])


def _answer(row: Mapping[str, Any]) -> dict[str, str]:
    return asking._without_codes({name: asking._text(row[name]) for name in ANSWERS})  # noqa: SLF001


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


class Steps(World):
    """The models one by one (test_vat_models, test_vat_thresholds)."""

    name = "single models"

    def _opened(self, stack: ExitStack) -> Store:
        self._others = stack.enter_context(vat_orders.seller_store(*thresholds.SELLERS))
        return stack.enter_context(models.models_store())

    def agrees(self, first: int) -> bool:
        """All of it, from the first model on: each test has orders of its own."""
        del first
        self.store.script("truncate ops.vat_answers; truncate ops.decisions")
        each_test(thresholds, self._others)
        each_test(models, self.store)
        held = models.told(self.store, *(facts for facts, _ in models.HELD))
        for n in range(len(models.HELD)):
            models.check_held(held, n)
        return True

    def _renewed(self, mutant: Mutant) -> None:
        super()._renewed(mutant)
        if mutant.kind == MACROS:
            self._others.script_file("macros.sql")
