"""The watcher: runs again and again, soon after something was dropped.

Events are only a hint. They differ by system, get lost when a queue is full and never come from network shares, so they
do no more than wake the loop; what is complete is found by looking (`inbox.sweep`): at the start, after a wake-up, and
every few seconds. The loop is the only caller, so two runs never overlap. The only module that imports watchdog.
"""

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

from watchdog.events import (
    FileClosedEvent,
    FileCreatedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.polling import PollingObserver

from etl.errors import EtlError, LedgerBroken

if TYPE_CHECKING:
    from watchdog.observers.api import BaseObserver, ObservedWatch

logger = logging.getLogger(__name__)

SLICE_SECONDS = 0.2  # how quickly `stop` is noticed
# Not: opened, read, deleted. Our own reading and claiming makes those.
EVENTS: list[type[FileSystemEvent]] = [FileCreatedEvent, FileModifiedEvent, FileMovedEvent, FileClosedEvent]
NOT_WATCHED = frozenset({".work", "archive", "rejected"})


def watch(
    root: Path,
    run_once: Callable[[], None],
    *,
    settle_seconds: float,
    stop: threading.Event,
    poll: bool = False,
    every_seconds: float = 5.0,
) -> None:
    """Call `run_once` now, after drops and every few seconds, until `stop` is set or SIGINT or SIGTERM comes.

    A run that has begun is always finished. What it cannot do now (a full disk, a workspace that another process has)
    is tried again; only a broken ledger ends the watch. `poll`: look through the folders instead of waiting for the
    system's events, for network folders.
    """
    wake = threading.Event()
    with _stopping_on_signals(stop), _Eyes(root / "inbox", wake, poll=poll) as eyes:
        while not stop.is_set():
            eyes.look()
            wake.clear()
            _run(run_once)
            _wait(stop, wake, every_seconds)
            if wake.is_set():
                stop.wait(
                    settle_seconds
                )  # whatever is being written has this long to finish; events meanwhile count once


def _run(run_once: Callable[[], None]) -> None:
    """One run. The edge where a failure must not end the watch: it is logged, and the next run tries again."""
    try:
        run_once()
    except LedgerBroken:
        raise
    except EtlError as error:
        logger.error("run stopped: %s", error)  # noqa: TRY400  # a condition, not a bug: no traceback
    except Exception:
        logger.exception("run failed")


def _wait(stop: threading.Event, wake: threading.Event, seconds: float) -> None:
    """Until something wakes us, at most so long."""
    waited = 0.0
    while waited < seconds and not stop.is_set() and not wake.wait(min(SLICE_SECONDS, seconds - waited)):
        waited += SLICE_SECONDS


@contextmanager
def _stopping_on_signals(stop: threading.Event) -> Iterator[None]:
    """SIGINT and SIGTERM set `stop`; as before afterwards. Only the main thread may say so: elsewhere nothing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Waker(FileSystemEventHandler):
    def __init__(self, wake: threading.Event) -> None:
        self._wake = wake

    def on_any_event(self, event: FileSystemEvent) -> None:  # noqa: ARG002  # which event it was does not matter
        self._wake.set()


class _Eyes:
    """The watches on the inbox and its shop folders. Where the system refuses one, the timer alone must do."""

    def __init__(self, inbox: Path, wake: threading.Event, *, poll: bool) -> None:
        self._inbox = inbox
        self._waker = _Waker(wake)
        self._observer: BaseObserver = PollingObserver(timeout=1) if poll else Observer()
        self._watches: dict[Path, tuple[tuple[int, int], ObservedWatch]] = {}

    def __enter__(self) -> Self:
        self._observer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._observer.stop()
        self._observer.join()

    def look(self) -> None:
        """Watch the folders that are there now: a folder that was replaced is another one under the same name."""
        present = self._folders()
        for path, (identity, watch_of_path) in list(self._watches.items()):
            if present.get(path) != identity:
                del self._watches[path]
                with suppress(KeyError, OSError):
                    self._observer.unschedule(watch_of_path)
        for path, identity in present.items():
            if path not in self._watches:
                with suppress(OSError):  # the system's limit of watches, or the folder is gone again
                    made = self._observer.schedule(self._waker, path, recursive=False, event_filter=EVENTS)
                    self._watches[path] = (identity, made)

    def _folders(self) -> dict[Path, tuple[int, int]]:
        """The inbox and its shop folders with what tells them apart: device and inode."""
        found: dict[Path, tuple[int, int]] = {}
        with suppress(OSError):
            shops = (
                p for p in self._inbox.iterdir() if p.name not in NOT_WATCHED and not p.is_symlink() and p.is_dir()
            )
            for path in (self._inbox, *shops):
                status = path.stat()
                found[path] = (status.st_dev, status.st_ino)
        return found
