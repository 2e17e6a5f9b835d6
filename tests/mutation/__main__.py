"""`python -m mutation`: the mutants of SQL and seed tables, how many the tests kill, and which survive."""

import argparse
import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from etl import store
from mutation import seeds, sql
from mutation.patching import MACROS, MODEL, SEED, SEEDS, Mutant
from mutation.trying import RUNS_NOT, Outcome, tried

OUT = Path(__file__).parents[2] / "bench" / "out" / "mutants.json"
UNCHANGED = "only written anew"
NUMBERS = [*range(300, 380), 920]
WHOLE = {MODEL: "SQL", MACROS: "SQL", SEED: "seed tables"}


def mutants() -> Iterator[Mutant]:
    """All there are: of the models that decide VAT and totals, of the macros they use, of the seed tables."""
    for model in store.models():
        if model.number in NUMBERS:
            stem = f"{model.number:03d}_{model.name}"
            yield Mutant(f"{stem}:0 {UNCHANGED}", MODEL, stem, sql.unchanged(model.sql))
            yield from (Mutant(one.name, MODEL, stem, one.sql) for one in sql.mutants(stem, model.sql))
    used = "\n".join(model.sql for model in store.models() if model.number in NUMBERS)
    macros = (store.MODELS / "macros.sql").read_text("utf-8")
    yield from (Mutant(one.name, MACROS, "macros", one.sql) for one in sql.macro_mutants(macros, used))
    for table in seeds.TABLES:
        text = (SEEDS / f"{table}.csv").read_text("utf-8")
        yield from (Mutant(one.name, SEED, table, one.text) for one in seeds.mutants(table, text))


def _chosen(only: str, kind: str, sample: int, *, again: bool) -> list[Mutant]:
    every = [one for one in mutants() if re.search(only, one.name) and (one.kind == SEED) <= (kind != "sql")]
    every = [one for one in every if kind != "seeds" or one.kind == SEED]
    if again:
        before = _before()
        every = [one for one in every if not before.get(one.name)]
    if sample and sample < len(every):
        every = random.Random(sample).sample(every, sample)  # noqa: S311 - the same ones each time
    return every


def _before() -> dict[str, str]:
    """By mutant what killed it when it was tried last; empty: it survived."""
    return json.loads(OUT.read_text("utf-8")) if OUT.exists() else {}


def _said(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _report(outcomes: Sequence[Outcome]) -> bool:
    """Say how many of each model and table are killed, and which survive. Are nine in ten, of SQL and of seeds?"""
    groups, killed, broken = Counter[str](), Counter[str](), Counter[str]()
    for mutant, by in outcomes:
        for name in (mutant.target, WHOLE[mutant.kind]):
            groups[name] += 1
            killed[name] += bool(by)
            broken[name] += by == RUNS_NOT
    for mutant, by in sorted(outcomes):
        if not by:
            _said(f"survived: {mutant.name}")
    for name in sorted(groups):
        share = 100 * killed[name] / groups[name]
        _said(f"{name:30} {groups[name]:5} mutants {killed[name]:5} killed {share:6.1f} %  {broken[name]:4} do not run")
    return all(10 * killed[name] >= 9 * groups[name] for name in WHOLE.values() if name in groups)


def main() -> int:
    """Try the mutants that the options name; 1 where fewer than nine in ten are killed."""
    options = argparse.ArgumentParser(prog="mutation", description=__doc__)
    options.add_argument("kind", choices=["sql", "seeds", "all"], nargs="?", default="all")
    options.add_argument("--only", default="", help="a pattern in the mutant's name")
    options.add_argument("--sample", type=int, default=0, help="that many of them, the same ones each time")
    options.add_argument("--again", action="store_true", help="only those that survived when all were tried last")
    options.add_argument("--quick", action="store_true", help="without the tests themselves")
    options.add_argument("--jobs", type=int, default=2)
    chosen = options.parse_args()
    began, outcomes = time.monotonic(), list[Outcome]()
    for outcome in tried(
        _chosen(chosen.only, chosen.kind, chosen.sample, again=chosen.again), chosen.jobs, is_quick=chosen.quick
    ):
        if not outcome.mutant.name.endswith(UNCHANGED):
            outcomes.append(outcome)
        elif outcome.by:
            _said(f"{outcome.mutant.name} is not the same: {outcome.by}")
            return 2
        if len(outcomes) % 100 == 0:
            _said(f"{len(outcomes)} tried in {time.monotonic() - began:.0f} s")
    is_enough = _report(outcomes)
    OUT.parent.mkdir(exist_ok=True)
    found = _before() | {one.mutant.name: one.by for one in outcomes}
    OUT.write_text(json.dumps(found, indent=0, sort_keys=True), "utf-8")
    _said(f"{len(outcomes)} mutants in {time.monotonic() - began:.0f} s; what killed each: {OUT}")
    return int(not is_enough)


if __name__ == "__main__":
    sys.exit(main())
