"""One process works on a workspace at a time: an advisory lock that the system lets go of when its holder dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from etl.errors import WorkspaceLocked


@contextmanager
def workspace_lock(path: Path) -> Iterator[None]:
    """Hold the lock file `path` (`.etl/lock`) until the end; WorkspaceLocked(pid) at once if another process has it.

    The file is never removed: a second process could lock the removed one. Its text is the holder's pid, for people.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = os.read(descriptor, 20).decode("ascii", "replace").strip()
            raise WorkspaceLocked("WORKSPACE_LOCKED", pid=int(pid) if pid.isdecimal() else 0) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)
        yield
    finally:
        os.close(descriptor)
