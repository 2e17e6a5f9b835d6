"""Killed, out of disk or in the middle of anything: what ends in the outbox and the tables is what a clean run leaves.

Real processes, real files. Each test breaks runs of the shop of `scenario` off, and lets a last one finish.
`ETL_KILLS=N` says how many random kills there are, `ETL_KILL_SEED=N` chooses them again.
"""

import csv
import json
import os
import random
import secrets
import shutil
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import pytest
from scenario import NOW, Left, copy, dies, drop, etl, fresh, left, start, tables
from shop_files import LATER_FILES, ORDERS

from etl import faults, pipeline
from etl.faults import FAULT_POINTS
from etl.workspace import Workspace

pytestmark = [pytest.mark.crash, pytest.mark.timeout(1800)]
REJECTED = ["rejected/notes.csv", "rejected/notes.csv.why.txt", "rejected/orders_later.csv.rows.csv"]
KILLS = int(os.environ.get("ETL_KILLS", "25"))
SEED = int(os.environ.get("ETL_KILL_SEED", str(secrets.randbelow(2**32))))
AT_ONCE = 2  # processes
Figures = Callable[[str, object], None]


@dataclass(frozen=True)
class Story:
    """A workspace with files dropped; of a clean run, how often it passes each point, its seconds, what it leaves."""

    start: Path
    hits: dict[str, int]
    seconds: float
    end: Left

    def again(self, place: Path) -> Path:
        return copy(self.start, place)


def story(begin: Path, place: Path) -> Story:
    """What a clean run makes of a workspace. It is run here once, to count, and once in a process, to compare."""
    before = faults.hits()
    pipeline.run(Workspace(copy(begin, place / "counted")))
    hits = {name: count - before.get(name, 0) for name, count in faults.hits().items()}
    clean = copy(begin, place / "clean")
    began = time.monotonic()
    etl(clean)
    seconds = time.monotonic() - began
    end = left(clean)
    assert left(place / "counted").differences(end) == []
    return Story(begin, hits, seconds, end)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Everything is dropped at once into an empty workspace."""
    place = tmp_path_factory.mktemp("first")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ETL_NOW", NOW)
        root = fresh(place / "shop")
        drop(root, orders=ORDERS, **LATER_FILES)
        yield story(root, place)


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """The first export was sent; an overlapping one, refunds and a payout lie in the inbox."""
    place = tmp_path_factory.mktemp("second")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ETL_NOW", NOW)
        root = fresh(place / "shop")
        drop(root, orders=ORDERS)
        pipeline.run(Workspace(root))
        drop(root, **LATER_FILES)
        yield story(root, place)


def finished(root: Path, wanted: Left) -> list[str]:
    """Run to the end, once more for nothing, and tell what differs from the clean run."""
    etl(root)
    got = left(root)
    wrong = got.differences(wanted)
    if tables(Workspace(root).review) != got.tables:
        wrong.append("the snapshot is not the database")
    shutil.rmtree(root)
    return wrong


def test_every_point_is_passed(first: Story, second: Story) -> None:
    assert set(first.hits) == set(second.hits) == set(FAULT_POINTS)
    assert second.hits["after-claim"] == second.hits["after-archive"] == len(LATER_FILES)
    assert [name for name in second.end.inbox if name.startswith("rejected/")] == REJECTED


def test_killed_at_every_hit_of_every_point(second: Story, tmp_path: Path, record_property: Figures) -> None:
    def kill(fault: str) -> list[str]:
        root = second.again(tmp_path / fault)
        assert dies(root, f"{fault}:kill"), f"{fault} was not passed"
        return [f"{fault} {line}" for line in finished(root, second.end)]

    hits = [f"{name}:{hit}" for name, times in second.hits.items() for hit in range(1, times + 1)]
    wrong = at_once(kill, hits)
    record_property("figures", f"{len(FAULT_POINTS)} points, {len(hits)} kills, {len(wrong)} differences")
    assert wrong == []


def test_killed_again_and_again_on_the_way(first: Story, tmp_path: Path, record_property: Figures) -> None:
    """Each run dies one point further on than the one before, so that what is recovered was recovered before."""
    root = first.again(tmp_path / "shop")
    # In the order in which they are passed. A load that the ledger knows is taken in from there, past this one.
    on_the_way = [name for name in first.hits if name != "after-load-commit"]
    passed = [name for name in on_the_way if not dies(root, f"{name}:1:kill")]
    wrong = finished(root, first.end)
    record_property("figures", f"{len(on_the_way)} kills in a row, {len(wrong)} differences")
    assert (passed, wrong) == ([], [])


def test_errors_of_the_disk_at_every_point(second: Story, tmp_path: Path, record_property: Figures) -> None:
    """The first pass fails with an I/O error, then the last one for want of room; a further run finishes."""
    failed = Counter[str]()

    def break_down(name: str) -> list[str]:
        root = second.again(tmp_path / name)
        for fault in (f"{name}:1:eio", f"{name}:{second.hits[name]}:enospc"):
            process = start(root, fault=fault)
            _, said = process.communicate(timeout=60)
            assert process.returncode in {0, 3}, (fault, said)
            if process.returncode:
                failed[name] += 1
                assert "Traceback" not in said, (fault, said)
                assert len(said.strip().splitlines()) >= 2, (fault, said)  # what is wrong, and what to do
        assert failed[name], f"nothing failed at {name}"
        return [f"{name} {line}" for line in finished(root, second.end)]

    wrong = at_once(break_down, list(FAULT_POINTS))
    record_property("figures", f"{failed.total()} failures of the disk, {len(wrong)} differences")
    assert wrong == []


def test_random_kills_while_someone_takes_what_is_sent(first: Story, tmp_path: Path, record_property: Figures) -> None:
    chance = random.Random(SEED)  # noqa: S311 - it only has to be repeatable
    kills = rounds = 0
    wrong, torn, recovery = Counter[str](), [], 0.0
    while kills < KILLS:
        rounds += 1
        root = first.again(tmp_path / f"round {rounds}")
        with taking(root / "outbox", tmp_path / f"taken {rounds}") as taken:
            for _ in range(chance.randint(1, 6)):
                kills += _killed(root, chance.uniform(0.3, 1.0) * first.seconds)
            began = time.monotonic()
            etl(root)
            recovery = max(recovery, time.monotonic() - began)
        torn += taken.torn
        sent = Counter(batch for batch, _ in taken.batches)
        files = {f"{batch}/{name}": content for batch, found in taken.batches for name, content in found.items()}
        wrong["doubled"] += sum(times - 1 for times in sent.values())
        wrong["missing"] += len(first.end.outbox.keys() - files.keys())
        assert replace(left(root), outbox=files).differences(first.end) == [], f"ETL_KILL_SEED={SEED}"
    told = f"doubled {wrong['doubled']}, missing {wrong['missing']}, torn {len(torn)}"
    record_property("figures", f"{kills} random kills, {told}, slowest finish {recovery:.1f} s, ETL_KILL_SEED={SEED}")
    assert (wrong.total(), torn) == (0, []), f"ETL_KILL_SEED={SEED}"


def at_once(job: Callable[[str], list[str]], over: list[str]) -> list[str]:
    """The lines of every job, some at a time."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [line for lines in pool.map(job, over) for line in lines]


def _killed(root: Path, after: float) -> bool:
    """Was the run killed, after that many seconds? False: it ended well before."""
    process = start(root)
    try:
        _, said = process.communicate(timeout=after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        _, said = process.communicate()
    assert process.returncode in {0, -signal.SIGKILL}, (f"ETL_KILL_SEED={SEED}", said)
    return process.returncode != 0


class Taker:
    """Someone who takes every batch the moment it shows: its files by name, and what was torn in it."""

    def __init__(self, outbox: Path, away: Path) -> None:
        self.outbox, self.away = outbox, away
        self.batches: list[tuple[str, dict[str, bytes]]] = []
        self.torn: list[str] = []

    def take(self) -> None:
        """Move away and read what can be seen."""
        for folder in sorted(path for path in self.outbox.iterdir() if not path.name.startswith(".")):
            place = folder.rename(self.away / f"{len(self.batches)} {folder.name}")
            files = {path.name: path.read_bytes() for path in place.iterdir()}
            self.batches.append((folder.name, files))
            self.torn += [f"{folder.name}/{name}" for name in self._unlike_manifest(files)]

    def _unlike_manifest(self, files: dict[str, bytes]) -> list[str]:
        try:
            promised = json.loads(files["manifest.json"])["files"]
        except (KeyError, ValueError):
            return ["manifest.json"]
        wrong = [n for n, file in promised.items() if sha256(files.get(n, b"")).hexdigest() != file["sha256"]]
        wrong += list(files.keys() - promised.keys() - {"manifest.json"})
        return wrong + [n for n, file in promised.items() if not _is_whole(files.get(n, b""), file["rows"])]


def _is_whole(content: bytes, rows: int) -> bool:
    """Every record has the header's fields, the last one ends, and there are as many as promised."""
    header, *records = csv.reader(content.decode("utf-8-sig").splitlines(), delimiter=";")
    return content.endswith(b"\r\n") and len(records) == rows and {len(r) for r in records} <= {len(header)}


@contextmanager
def taking(outbox: Path, away: Path) -> Iterator[Taker]:
    """Take batches from a thread, until all of them were taken."""
    away.mkdir()
    taker, done = Taker(outbox, away), threading.Event()

    def work() -> None:
        while not done.wait(0.001):
            taker.take()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield taker
    finally:
        done.set()
        thread.join()
        taker.take()
