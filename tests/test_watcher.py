"""The watcher: runs at the start, after drops and by the clock; never two at a time; ends when told to."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from etl.errors import EtlError, LedgerBroken
from etl.watcher import watch

NEVER = 60.0


class Runs:
    """A stand-in for a run: takes what lies in the inbox, and notes when and how many ran at once."""

    def __init__(self, root: Path) -> None:
        """Nothing has run yet."""
        self.inbox = root / "inbox"
        self.taken: list[str] = []
        self.count = 0
        self.most_at_once = 0
        self.problem: Exception | None = None
        self._running = 0

    def __call__(self) -> None:
        self.count += 1
        self._running += 1
        self.most_at_once = max(self.most_at_once, self._running)
        for path in sorted(p for p in self.inbox.rglob("*") if p.is_file()) if self.inbox.exists() else []:
            self.taken.append(path.name)
            path.unlink()
        self._running -= 1
        if self.problem:
            problem, self.problem = self.problem, None
            raise problem


@contextmanager
def watching(root: Path, runs: Callable[[], None], *, every: float = NEVER, poll: bool = False) -> Iterator[None]:
    (root / "inbox" / "wholesale").mkdir(parents=True, exist_ok=True)
    stop = threading.Event()
    keywords = {"settle_seconds": 0.05, "stop": stop, "every_seconds": every, "poll": poll}
    thread = threading.Thread(target=watch, args=(root, runs), kwargs=keywords)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(5)
        assert not thread.is_alive()


def until(condition: Callable[[], bool], seconds: float = 5) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def test_runs_at_the_start_and_after_a_drop(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "early.csv").write_text("dropped while nobody watched")
    with watching(tmp_path, runs):
        assert until(lambda: runs.taken == ["early.csv"])
        (tmp_path / "inbox" / "a.csv").write_text("1")
        assert until(lambda: "a.csv" in runs.taken)
        (tmp_path / "b.csv").write_text("renamed into a shop's folder")
        (tmp_path / "b.csv").rename(tmp_path / "inbox" / "wholesale" / "b.csv")
        assert until(lambda: "b.csv" in runs.taken)
        quiet = runs.count
        time.sleep(0.2)
        assert runs.count - quiet <= 1  # taking files does not wake it for ever
    assert runs.most_at_once == 1


def test_many_drops_need_few_runs(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    with watching(tmp_path, runs):
        for number in range(300):
            (tmp_path / "inbox" / f"{number}.csv").write_text("1")
        assert until(lambda: len(runs.taken) == 300)
    assert runs.count < 30


def test_the_clock_finds_what_no_event_told(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    with watching(tmp_path, runs, every=0.1):
        assert until(lambda: runs.count >= 3)


def test_polling_for_network_folders(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    with watching(tmp_path, runs, poll=True):
        assert until(lambda: runs.count == 1)
        time.sleep(0.1)
        (tmp_path / "inbox" / "a.csv").write_text("1")
        assert until(lambda: runs.taken == ["a.csv"])


def test_an_inbox_that_is_replaced_is_watched_again(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    with watching(tmp_path, runs, every=0.5):
        assert until(lambda: runs.count == 1)
        (tmp_path / "inbox").rename(tmp_path / "old")
        assert until(lambda: runs.count == 2)  # goes on without an inbox
        (tmp_path / "inbox").mkdir()
        assert until(lambda: runs.count == 3)
        time.sleep(0.05)
        begun = time.monotonic()
        (tmp_path / "inbox" / "a.csv").write_text("1")
        assert until(lambda: runs.taken == ["a.csv"])
        assert time.monotonic() - begun < 0.4  # sooner than the clock would


@pytest.mark.parametrize("problem", [EtlError("DISK_FULL"), RuntimeError("a bug")])
def test_a_failed_run_is_tried_again(tmp_path: Path, problem: Exception, caplog: pytest.LogCaptureFixture) -> None:
    runs = Runs(tmp_path)
    runs.problem = problem
    with watching(tmp_path, runs, every=0.1):
        assert until(lambda: runs.count >= 2)
    assert str(problem) in caplog.text


def test_a_broken_ledger_ends_it(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    runs = Runs(tmp_path)
    runs.problem = LedgerBroken("LEDGER_BROKEN", path="ledger.jsonl", line=3)
    with pytest.raises(LedgerBroken):
        watch(tmp_path, runs, settle_seconds=0, stop=threading.Event())


SLOW = """
import sys, threading, time
from pathlib import Path
from etl.watcher import watch
def run():
    print("begun", flush=True)
    time.sleep(0.1)
    print("finished", flush=True)
watch(Path(sys.argv[1]), run, settle_seconds=0, stop=threading.Event(), every_seconds=60)
print("bye")
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_lets_the_run_finish(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "inbox").mkdir()
    with subprocess.Popen([sys.executable, "-c", SLOW, tmp_path], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        os.kill(process.pid, number)
        assert process.stdout.read().split() == ["finished", "bye"]
    assert process.returncode == 0
