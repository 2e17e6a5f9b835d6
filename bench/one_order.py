"""What one more order costs: a file with one order into a workspace without orders, and into one with many.

The start of the interpreter with our engine is measured beside it and taken off both, which makes the ratio stricter.
Processing, publishing and the snapshot are all inside.
"""

import csv
import shutil
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path

import contestants
from measure import ContestantFailedError, measure

FIRST_NUMBER = 9_000_000  # beyond every order of the generator
START = [sys.executable, "-c", "import etl.cli, etl.store"]
RENAMED = ("Name", "Payment Reference", "Payment ID", "Payment References", "Id")


@dataclass(frozen=True, slots=True)
class OneOrder:
    """Median seconds of the whole process after no orders and after many, and of the start that is in both."""

    after_none: float
    after_many: float
    start: float

    @property
    def ratio(self) -> float:
        """Cost after many over cost after none, the start taken off both."""
        return (self.after_many - self.start) / (self.after_none - self.start)


def first_order(data: Path) -> tuple[list[str], list[dict[str, str]]]:
    """Header and rows of the first order of a generated export."""
    with (data / "orders_export.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = [next(reader)]
        for row in reader:
            if row["Name"] != rows[0]["Name"]:
                break
            rows.append(row)
        return list(reader.fieldnames or ()), rows


def drop_order(data: Path, workspace: Path, no: int) -> None:
    """A file with one new order, the generator's first under another number, into the inbox."""
    header, rows = first_order(data)
    names = dict(zip(RENAMED, (f"#{FIRST_NUMBER + no}", *[f"one{no}"] * 3, str(7_000_000_000_000 + no)), strict=True))
    with (workspace / "inbox" / f"one_order_{no}.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, header, lineterminator="\n")
        out.writeheader()
        out.writerows(row | {k: v for k, v in names.items() if row[k]} for row in rows)


def add_order(data: Path, workspace: Path, no: int) -> float:
    """Seconds of the run that takes in one new order and publishes it."""
    drop_order(data, workspace, no)
    before = len(contestants.batches(workspace))
    seconds = measure(contestants.etl_run(workspace), workspace).seconds
    if len(contestants.batches(workspace)) != before + 1:
        raise ContestantFailedError(f"order {no} was not published into {workspace}")
    return seconds


def compare(data: Path, folder: Path, repeat: int) -> OneOrder:
    """The cost of one order, measured in turns in two workspaces that both have had a run before."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    none, many = folder / "none", folder / "many"
    contestants.fresh_workspace(none)
    contestants.drop_inputs(data, many)
    for workspace in (none, many):
        measure(contestants.etl_run(workspace), workspace)
    after_none, after_many, start = [], [], []
    for no in range(1, repeat + 1):
        after_none.append(add_order(data, none, no))
        after_many.append(add_order(data, many, no))
        start.append(measure(START, folder).seconds)
    return OneOrder(*(statistics.median(s) for s in (after_none, after_many, start)))
