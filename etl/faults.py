"""Places where a test makes the program fail, to show that nothing is lost or doubled. No-ops otherwise.

`ETL_FAULT=name:k:kind` fails the k-th time (from 1) that this process passes `name`. kind: kill (SIGKILL), enospc, eio,
eperm, timeout. `tests/test_faults.py` shows that every name is used, so that a new step cannot go untested.
"""

import errno
import os
import signal
from functools import cache

FAULT_POINTS: tuple[str, ...] = (
    "after-claim",  # per file: renamed into inbox/.work
    "after-read",  # per file: staged, nothing committed
    "before-load-ledger",
    "after-load-ledger",  # the ledger knows the load, the database does not yet
    "after-load-commit",
    "after-archive",  # per file: moved to archive or rejected
    "before-decide-commit",
    "after-decide-commit",
    "after-prepare-write",  # per file of the batch
    "after-prepare-fsync",
    "after-ledger-prepared",
    "after-rename",  # the batch can be seen and taken, the ledger does not say so yet
    "after-ledger-published",
    "before-snapshot",
    "after-snapshot",
)
ERRORS = {"enospc": errno.ENOSPC, "eio": errno.EIO, "eperm": errno.EPERM, "timeout": errno.ETIMEDOUT}
_hits: dict[str, int] = {}


def fault(name: str) -> None:
    """Fail here if the environment asks for it; raises ValueError for a name that is not in FAULT_POINTS."""
    if name not in FAULT_POINTS:
        raise ValueError(f"{name!r} is not in FAULT_POINTS")
    _hits[name] = _hits.get(name, 0) + 1
    armed = _armed()
    if armed is None or armed[0] != name or armed[1] != _hits[name]:
        return
    if armed[2] == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    number = ERRORS[armed[2]]
    raise OSError(number, os.strerror(number))


def hits() -> dict[str, int]:
    """How often this process has passed each point, by name."""
    return dict(_hits)


@cache
def _armed() -> tuple[str, int, str] | None:
    """What ETL_FAULT asks for: (name, hit, kind). Read once per process; a wrong value is an error, not silence."""
    wanted = os.environ.get("ETL_FAULT")
    if not wanted:
        return None
    name, hit, kind = wanted.split(":")
    if name not in FAULT_POINTS or kind not in {"kill", *ERRORS} or int(hit) < 1:
        raise ValueError(f"ETL_FAULT={wanted!r}: expected name:k:kind")
    return name, int(hit), kind
