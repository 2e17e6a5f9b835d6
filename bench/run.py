"""Ours against a hand-written DuckDB script and against plain Python, on the generator's data.

    python bench/run.py [--orders 10000 100000] [--full] [--repeat 5] [--only floor plain etl] [--seed 1]

Whole processes are timed, in turns, each in a fresh folder, garbage collection as it comes. The first output of each is
compared with the truth files before any figure counts. Prints a table and writes `bench/out/results.json`.
"""

import argparse
import json
import math
import platform
import shutil
import statistics
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import one_order
from contestants import BENCH, COMPANY, ETL, FLOOR, GENERATOR, PLAIN, Contestant, entered
from measure import ContestantFailedError, Sample, measure

OUT = BENCH / "out"
FULL = 1_000_000
MANY = 100_000  # the size at which the targets hold
TARGETS = {  # name of the figure: the most it may be
    "etl / (a)": 2.0,
    "etl / (b)": 1.0,
    "etl peak MB": 1000.0,
    "one order after / before": 1.5,
}

Samples = dict[str, list[Sample]]  # by contestant, in the order of the rounds


@dataclass(frozen=True, slots=True)
class Size:
    """The samples of one number of orders."""

    orders: int
    samples: Samples

    def seconds(self, name: str) -> float:
        """Median seconds of a contestant."""
        return statistics.median(s.seconds for s in self.samples[name])

    def peak_mb(self, name: str) -> float:
        """The most memory in any round."""
        return max(s.peak_mb for s in self.samples[name])

    def ratio(self, name: str, other: str) -> float:
        """Median of the ratios of the same round, so that a slow minute of the machine counts for both."""
        pairs = zip(self.samples[name], self.samples[other], strict=True)
        return statistics.median(a.seconds / b.seconds for a, b in pairs)


def generated(orders: int, seed: int) -> Path:
    """The folder of generated data, made once."""
    folder = OUT / f"data-{orders}-{seed}"
    if not (folder / "truth.json").exists():
        shutil.rmtree(folder, ignore_errors=True)
        command = [
            sys.executable,
            str(GENERATOR),
            "--no-xml",
            f"--orders={orders}",
            f"--seed={seed}",
            f"--out={folder}",
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return folder


def one_round(contestant: Contestant, data: Path, *, is_compared: bool) -> Sample:
    """Time one run in a fresh folder; where asked, compare what it wrote with the truth."""
    folder = OUT / "work" / contestant.name
    shutil.rmtree(folder, ignore_errors=True)
    contestant.prepare(data, folder)
    sample = measure(contestant.command(folder), folder)
    if is_compared:  # in a process of its own: what this one holds would count as memory of the next child
        outputs = [str(p) for p in contestant.outputs(folder)]
        command = [sys.executable, str(BENCH / "truth.py"), str(data), str(COMPANY), *outputs]
        said = subprocess.run(command, check=False, capture_output=True, text=True)
        if said.returncode:
            raise ContestantFailedError(f"{contestant.title}: not what the truth files say\n{said.stdout}{said.stderr}")
    shutil.rmtree(folder)
    return sample


def measured(contestants: list[Contestant], data: Path, orders: int, repeat: int) -> Size:
    """Rounds in turns after one uncounted round that is compared with the truth and warms every cache."""
    for contestant in contestants:
        one_round(contestant, data, is_compared=True)
    samples: Samples = {c.name: [] for c in contestants}
    for _ in range(repeat):
        for contestant in contestants:
            samples[contestant.name].append(one_round(contestant, data, is_compared=False))
    return Size(orders, samples)


def growth(small: Size, big: Size, name: str) -> float:
    """The exponent e of seconds ~ orders ** e between two sizes; 1 is proportional."""
    return math.log(big.seconds(name) / small.seconds(name)) / math.log(big.orders / small.orders)


def figures(sizes: list[Size], one: one_order.OneOrder | None) -> dict[str, float]:
    """What is held against the targets, at 100,000 orders."""
    found: dict[str, float] = {}
    for size in (s for s in sizes if s.orders == MANY and ETL.name in s.samples):
        found["etl peak MB"] = size.peak_mb(ETL.name)
        for label, other in (("etl / (a)", FLOOR), ("etl / (b)", PLAIN)):
            if other.name in size.samples:
                found[label] = size.ratio(ETL.name, other.name)
    if one:
        found["one order after / before"] = one.ratio
    return found


def report(sizes: list[Size], contestants: list[Contestant], one: one_order.OneOrder | None) -> None:
    """The table for people."""
    print(f"{'orders':>9}  {'':20}{'median s':>9}{'best s':>9}{'peak MB':>9}{'x (a)':>8}{'x (b)':>8}")
    for size in sizes:
        for c in contestants:
            against = [
                f"{size.ratio(c.name, o):8.2f}" if o in size.samples else " " * 8 for o in (FLOOR.name, PLAIN.name)
            ]
            best = min(s.seconds for s in size.samples[c.name])
            row = f"{size.orders:9,}  {c.title:20}{size.seconds(c.name):9.2f}{best:9.2f}{size.peak_mb(c.name):9.0f}"
            print(row + "".join(against))
    for small, big in pairwise(sizes):
        exponents = ", ".join(f"{c.title} {growth(small, big, c.name):.2f}" for c in contestants)
        print(f"growth exponent {small.orders:,} -> {big.orders:,}: {exponents}")
    if one:
        parts = f"{one.after_none:.2f} s, after {MANY:,}: {one.after_many:.2f} s, interpreter start {one.start:.2f} s"
        print(f"one order after none: {parts}")
    for name, value in figures(sizes, one).items():
        verdict = "reached" if value <= TARGETS[name] else "MISSED"
        print(f"target {name} <= {TARGETS[name]:g}: {value:.2f} {verdict}")


def record(
    sizes: list[Size], contestants: list[Contestant], one: one_order.OneOrder | None, seed: int
) -> dict[str, object]:
    """The same as JSON, with every sample and what it ran on."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "duckdb": version("duckdb"),
        "polars": version("polars"),
        "machine": platform.machine(),
        "seed": seed,
        "sizes": [
            {
                "orders": size.orders,
                **{
                    c.name: {
                        "median_seconds": size.seconds(c.name),
                        "seconds": [s.seconds for s in size.samples[c.name]],
                        "peak_mb": size.peak_mb(c.name),
                    }
                    for c in contestants
                },
            }
            for size in sizes
        ],
        "growth": [
            {"from": a.orders, "to": b.orders, **{c.name: growth(a, b, c.name) for c in contestants}}
            for a, b in pairwise(sizes)
        ],
        "one_order": one and {"after_none": one.after_none, "after_many": one.after_many, "start": one.start},
        "figures": figures(sizes, one),
        "targets": TARGETS,
    }


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--orders", type=int, nargs="+", default=[10_000, MANY])
    parser.add_argument("--full", action="store_true", help=f"also {FULL:,} orders")
    parser.add_argument("--repeat", type=int, default=5, help="rounds of each size, of which the median counts")
    parser.add_argument("--only", nargs="+", default=["floor", "plain", "etl"], help="contestants")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main() -> int:
    """Measure, print, record; 1 when a contestant failed or wrote something else than the truth."""
    options = arguments()
    if not GENERATOR.exists():
        print(f"no generator at {GENERATOR}: nothing to measure")
        return 0
    contestants = entered(options.only)
    if ETL.name in options.only and ETL not in contestants:
        print("etl is not installed here: measured without it (make bench installs it)")
    orders = sorted({*options.orders, *([FULL] if options.full else [])})
    try:
        sizes = [measured(contestants, generated(n, options.seed), n, options.repeat) for n in orders]
        is_compared = ETL in contestants and MANY in orders
        one = (
            one_order.compare(generated(MANY, options.seed), OUT / "work" / "one", options.repeat)
            if is_compared
            else None
        )
    except ContestantFailedError as failure:
        print(failure)
        return 1
    report(sizes, contestants, one)
    (OUT / "results.json").write_text(
        json.dumps(record(sizes, contestants, one, options.seed), indent=1) + "\n", "utf-8"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
