"""Which mutants the tests kill: tried in a world, in a fraction of a second, and if need be by the tests themselves."""

import io
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mutation.patching import MACROS, RUNS_NOT, SEED, Mutant, in_place

if TYPE_CHECKING:
    from mutation.worlds import World

__all__ = ["RUNS_NOT", "Outcome", "tried"]
TESTS = Path(__file__).parents[1]
AT_ONCE = 40
SECONDS = 240
# The tests that concern what was changed and that no world tries, the quick ones first.
_OF_SEEDS = (
    *("test_vat_rates", "test_vat_seeds", "test_vat_tables", "test_vat_words", "test_vat_table_edges"),
    "test_vat_models",
)
_OF_VAT = ("test_vat_seeds", "test_vat_words", "test_vat_command")
_OF_TOTALS = ("test_totals", "test_totals_methods", "test_totals_examples", "test_published_vectors")
_CONTEXT = get_context("forkserver")


class Outcome(NamedTuple):
    """What became of a mutant; `by` is what killed it, empty: it survived."""

    mutant: Mutant
    by: str


def tried(mutants: Sequence[Mutant], jobs: int, *, is_quick: bool) -> Iterator[Outcome]:
    """Every mutant's outcome, in no certain order; `is_quick`: as the worlds have it, without the tests themselves."""
    os.environ.setdefault("HYPOTHESIS_SEED", "20261124")
    _CONTEXT.set_forkserver_preload(["mutation.worlds_vat", "mutation.worlds_money"])
    with ThreadPoolExecutor(jobs) as pool:
        left = list[Mutant]()
        for found in pool.map(_in_worlds, _batches(mutants)):
            left += [outcome.mutant for outcome in found if not outcome.by]
            yield from (outcome for outcome in found if outcome.by or is_quick)
        if not is_quick:
            yield from pool.map(_by_tests, left)


def _batches(mutants: Sequence[Mutant]) -> Iterator[list[Mutant]]:
    """Mutants that share their worlds, those of later models first."""
    groups = defaultdict[str, list[Mutant]](list)
    for one in mutants:
        groups[_group(one)].append(one)
    for group in groups.values():
        group.sort(key=lambda one: one.target, reverse=True)
        yield from (group[start : start + AT_ONCE] for start in range(0, len(group), AT_ONCE))


def _group(one: Mutant) -> str:
    if one.kind in {SEED, MACROS}:
        return one.kind
    number = int(one.target[:3])
    return "vat" if number < 340 else "totals"


def _in_worlds(batch: Sequence[Mutant]) -> list[Outcome]:
    found = _asked(_try_in_worlds, batch)
    if not found:
        raise SystemExit(f"no answer about {batch[0].name} and {len(batch) - 1} more: see above")
    return found


def _by_tests(mutant: Mutant) -> Outcome:
    found = _asked(_try_by_tests, [mutant])
    return found[0] if found else Outcome(mutant, "no answer")


def _asked(work: Callable[[Sequence[Mutant], Connection], None], batch: Sequence[Mutant]) -> list[Outcome]:
    """What a process of its own makes of the batch; nothing where it dies or takes too long."""
    mine, its = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=work, args=(batch, its))
    process.start()
    its.close()
    try:
        return mine.recv() if mine.poll(SECONDS * (1 + len(batch) // 10)) else []
    except EOFError:
        return []
    finally:
        process.kill()
        process.join()


def _try_in_worlds(batch: Sequence[Mutant], answer: Connection) -> None:
    from etl import store

    store.CONFIG["threads"] = "1"
    left, found = list(batch), list[Outcome]()
    for world in _worlds_of(batch):
        here = world()
        verdicts = [Outcome(one, here.verdict(one) or "") for one in left]
        if not here.agrees(here.macros_from):
            raise AssertionError(f"{here.name}: a mutant has left something behind")
        here.close()
        found += [outcome for outcome in verdicts if outcome.by]
        left = [outcome.mutant for outcome in verdicts if not outcome.by]
    answer.send([*found, *(Outcome(one, "") for one in left)])


def _worlds_of(mutants: Sequence[Mutant]) -> list[type["World"]]:
    """Where mutants of these targets are tried, the quickest first; all of them are of one kind and stage."""
    from mutation.worlds import FINDINGS, TOTALS, VAT
    from mutation.worlds_money import Figures, Generated, Outcomes, Verdicts
    from mutation.worlds_vat import Coded, Decisions, Steps

    first = mutants[0]
    if first.kind == SEED:
        return [Decisions, Coded]
    if first.kind == MACROS:
        return [Generated, Decisions, Figures, Coded, Verdicts, Outcomes, Steps]
    number = int(first.target[:3])
    if number in VAT:
        return [Decisions, Coded, Steps]
    return [Figures, Generated, Verdicts, Outcomes] if number in TOTALS or number == FINDINGS else []


def _try_by_tests(batch: Sequence[Mutant], answer: Connection) -> None:
    import pytest

    os.environ["HYPOTHESIS_SEED"] = "20261124"
    failed = _Failed()
    arguments = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--rootdir", str(TESTS.parent)]
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()), in_place(batch[0]):
        code = pytest.main([*arguments, *_tests(batch[0])], plugins=[failed])
    answer.send([Outcome(batch[0], failed.first or ("" if code == 0 else f"pytest {code}"))])


class _Failed:
    first = ""

    def pytest_runtest_logreport(self, report: "object") -> None:
        if getattr(report, "failed", False) and not self.first:
            self.first = re.sub(r"^tests/", "", str(getattr(report, "nodeid", "?")))[:100]

    def pytest_collectreport(self, report: "object") -> None:
        self.pytest_runtest_logreport(report)


def _tests(mutant: Mutant) -> Iterable[str]:
    names: tuple[str, ...]
    if mutant.kind == SEED:
        names = _OF_SEEDS
    elif mutant.kind == MACROS:
        names = (*_OF_VAT, *_OF_TOTALS, "test_vat_q")
    else:
        names = _OF_VAT if _group(mutant) == "vat" else _OF_TOTALS
    return [str(path) for name in names if (path := TESTS / f"{name}.py").exists()]
