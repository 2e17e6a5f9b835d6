"""One process, timed from its start to its end, with the most memory it held."""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

BYTES_PER_UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss


class ContestantFailedError(Exception):
    """A process of the benchmark ended with an error; the message ends with what it said."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Wall-clock seconds of a whole process and its peak resident memory in MB."""

    seconds: float
    peak_mb: float


def measure(command: list[str], folder: Path) -> Sample:
    """Run a command in a folder and measure it. What was written before is on disk first: nobody pays for others."""
    os.sync()
    with tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            tail = said.read().decode("utf-8", "replace")[-2000:]
            raise ContestantFailedError(f"{' '.join(command)} ended with {process.returncode}:\n{tail}")
    return Sample(seconds, usage.ru_maxrss * BYTES_PER_UNIT / 1e6)
