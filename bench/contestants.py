"""The three ways to do the job: what each needs in its folder, how it is started, where its output files are.

All take the generator's `orders_export.csv` and `payouts.csv` under `../shared/bench/company.toml`, and write
order lines and journal lines. Each run starts in a fresh folder; preparing it is not timed.
"""

import importlib.util
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

BENCH = Path(__file__).resolve().parent
SHARED = BENCH.parents[1] / "shared" / "bench"
COMPANY = SHARED / "company.toml"
GENERATOR = SHARED / "generate.py"
INPUTS = ("orders_export.csv", "payouts.csv")


@dataclass(frozen=True, slots=True)
class Contestant:
    """`prepare(data, folder)` lays out a folder, `command(folder)` does the job, `outputs(folder)` finds the files."""

    name: str
    title: str
    prepare: Callable[[Path, Path], None]
    command: Callable[[Path], list[str]]
    outputs: Callable[[Path], list[Path]]


def link_inputs(data: Path, folder: Path) -> None:
    """The two input files, as links."""
    folder.mkdir(parents=True)
    for name in INPUTS:
        (folder / name).symlink_to(data / name)


def fresh_workspace(folder: Path) -> None:
    """An empty workspace of the benchmark's company, with the contract for the generator's payouts in it."""
    shutil.copytree(BENCH / "workspace", folder)
    shutil.copyfile(COMPANY, folder / "company.toml")
    (folder / "inbox").mkdir()


def drop_inputs(data: Path, folder: Path) -> None:
    """A fresh workspace with copies of the two input files in its inbox, which `etl run` takes away."""
    fresh_workspace(folder)
    for name in INPUTS:
        shutil.copyfile(data / name, folder / "inbox" / name)


def etl_run(folder: Path) -> list[str]:
    """The command that takes in, decides and publishes what lies in the inbox of a workspace."""
    return [sys.executable, "-m", "etl", "run", "--workspace", str(folder)]


def batches(folder: Path) -> list[Path]:
    """The published batches of a workspace, oldest first by name."""
    return sorted(p for p in (folder / "outbox").glob("*") if p.is_dir() and not p.name.startswith("."))


def script(name: str) -> Callable[[Path], list[str]]:
    """The command that runs a script of this folder on a work folder."""
    return lambda folder: [sys.executable, str(BENCH / name), str(folder)]


FLOOR = Contestant("floor", "(a) DuckDB script", link_inputs, script("floor.py"), lambda folder: [folder])
PLAIN = Contestant("plain", "(b) csv + Decimal", link_inputs, script("plain.py"), lambda folder: [folder])
ETL = Contestant("etl", "etl run", drop_inputs, etl_run, batches)


def entered(names: list[str]) -> list[Contestant]:
    """The contestants of these names; ours only when there is a command to run."""
    present = [c for c in (FLOOR, PLAIN, ETL) if c.name in names]
    is_installed = importlib.util.find_spec("etl") and importlib.util.find_spec("etl.cli")
    return [c for c in present if c is not ETL or is_installed]
