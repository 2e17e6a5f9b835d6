"""Fault points: they do nothing unless asked, fail at the k-th hit, and every name stands for a place in the code."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from etl.faults import FAULT_POINTS, fault

CODE = Path(__file__).parent.parent / "etl"


def passed(wanted: str, times: int = 4) -> tuple[int, str]:
    """(exit code, last line of stderr) of a process that passes `after-claim` some times and counts aloud."""
    script = (
        f"from etl.faults import fault\nfor n in range({times}):\n    print(n, flush=True)\n    fault('after-claim')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"ETL_FAULT": wanted},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, f"{done.stdout.split()[-1:]} {done.stderr.strip().splitlines()[-1:]}"


def test_nothing_happens_unasked() -> None:
    for name in FAULT_POINTS:
        fault(name)


def test_a_name_that_is_not_listed_is_refused() -> None:
    with pytest.raises(ValueError, match="FAULT_POINTS"):
        fault("after-lunch")


def test_kill_at_the_third_hit() -> None:
    code, said = passed("after-claim:3:kill")
    assert code == -signal.SIGKILL
    assert "['2']" in said


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("enospc", "No space left"),
        ("eio", "Input/output error"),
        ("eperm", "PermissionError"),
        ("timeout", "TimeoutError"),
    ],
)
def test_errors_by_kind(kind: str, error: str) -> None:
    code, said = passed(f"after-claim:1:{kind}")
    assert code == 1
    assert error in said


def test_another_name_or_a_later_hit_does_not_fail() -> None:
    assert passed("after-read:1:kill")[0] == 0
    assert passed("after-claim:5:kill")[0] == 0


@pytest.mark.parametrize("wanted", ["after-claim", "after-claim:0:kill", "after-claim:1:melt", "nowhere:1:kill"])
def test_a_wrong_wish_is_an_error(wanted: str) -> None:
    code, said = passed(wanted)
    assert code == 1
    assert "ValueError" in said


@pytest.mark.skipif(not (CODE / "pipeline.py").exists(), reason="the pipeline passes most of the points")
def test_every_name_is_used_in_the_code() -> None:
    used = {
        name for path in CODE.rglob("*.py") for name in re.findall(r'\bfault\("([\w-]+)"\)', path.read_text("utf-8"))
    }
    assert used == set(FAULT_POINTS)
