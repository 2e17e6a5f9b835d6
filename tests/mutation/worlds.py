"""Where a mutant is tried first: a database that stands ready just before the models, and what they must say there.

Each world runs from the mutant's model on and compares what the tests of that name compare. Mutants of later models
come first: whatever a mutant leaves behind is then made anew by the next one.
"""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from inspect import signature
from types import ModuleType

from etl.store import DatabaseError, Store
from etl.vat import seeds
from mutation.patching import MACROS, RUNS_NOT, SEED, Mutant, in_place

SECONDS = 30.0
VAT, TOTALS = range(300, 340), range(340, 380)
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


def each_test(module: ModuleType, store: Store) -> None:
    """Every test of a module that asks for a database alone, or for a database and what its parameters say."""
    for name, test in vars(module).items():
        if not name.startswith("test_") or next(iter(signature(test).parameters), "") != "store":
            continue
        marks = [mark for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"]
        for values in marks[0].args[1] if marks else [()]:
            test(store, *(values if isinstance(values, tuple) else (values,)))
