"""Publishing: each batch appears whole and exactly once, whatever is killed and however quickly someone takes it."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from etl import outbox
from etl.errors import EtlError
from etl.ledger import Ledger

FILES = {"orders.csv": b"1;2\r\n", "manifest.json": b"{}"}

# Sends what no batch of the ledger has, three files a batch, as the pipeline does: recover, then prepare and publish.
SEND = """
import json, sys
from pathlib import Path
from etl import outbox
from etl.faults import fault
from etl.ledger import Ledger
root = Path(sys.argv[1])
ledger = Ledger.open(root / ".etl" / "ledger")
outbox.recover(root, ledger)
for number in (1, 2):
    if any(b.entry["batch_no"] == number for b in ledger.batches()):
        continue
    batch_id = f"2025-11-30-{number}"
    files = {name: f"{name} of {number}".encode() * 2000 for name in ("debtors_new.csv", "orders.csv")}
    files["manifest.json"] = json.dumps({name: len(content) for name, content in files.items()}).encode()
    (ledger.new_batch(batch_id) / "documents.parquet").write_bytes(b"rows")
    sums = outbox.prepare(root, batch_id, files)
    frozen = ledger.seal_batch(batch_id, files)
    ledger.append("prepared", batch_id=batch_id, batch_no=number, files=sums, frozen=frozen)
    fault("after-ledger-prepared")
    outbox.publish(root, batch_id)
    ledger.append("published", batch_id=batch_id)
    fault("after-ledger-published")
"""
# Every fault point of the way with how often a run of two batches passes it.
HITS = {
    "after-prepare-write": 6,
    "after-prepare-fsync": 2,
    "after-ledger-prepared": 2,
    "after-rename": 2,
    "after-ledger-published": 2,
}


def send(root: Path, wanted: str = "") -> int:
    """Exit code of a process that sends, with a fault."""
    return subprocess.run(
        [sys.executable, "-c", SEND, root],
        env=os.environ | {"ETL_FAULT": wanted},
        check=False,
        stderr=subprocess.DEVNULL,
    ).returncode


@contextmanager
def consumer(root: Path) -> Iterator[Counter[str]]:
    """Someone who takes every batch on sight; counts those that were whole. A torn one is counted as `torn`."""
    seen: Counter[str] = Counter()
    stop = threading.Event()
    (root / "outbox").mkdir()
    (root / "taken").mkdir()

    def take() -> None:
        while not stop.is_set():
            is_last = stop.wait(0.0005)
            for path in (root / "outbox").iterdir():
                if not path.name.startswith("."):
                    target = root / "taken" / f"{path.name}-{sum(seen.values())}"
                    path.rename(target)
                    sizes = {p.name: p.stat().st_size for p in target.iterdir()}
                    sizes.pop("manifest.json")
                    seen[path.name if sizes == json.loads((target / "manifest.json").read_bytes()) else "torn"] += 1
            if is_last:
                return

    taker = threading.Thread(target=take)
    taker.start()
    try:
        yield seen
    finally:
        stop.set()
        taker.join()


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger.open(tmp_path / ".etl" / "ledger")


def prepared(root: Path, ledger: Ledger, batch_id: str = "b-1") -> None:
    ledger.new_batch(batch_id)
    sums = outbox.prepare(root, batch_id, FILES)
    ledger.seal_batch(batch_id, FILES)
    ledger.append("prepared", batch_id=batch_id, batch_no=1, files=sums)


def published(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root / "outbox")): p.read_bytes() for p in (root / "outbox").rglob("*") if p.is_file()}


def test_nothing_shows_before_it_is_published(tmp_path: Path, ledger: Ledger) -> None:
    sums = outbox.prepare(tmp_path, "b-1", FILES)
    assert sums == {name: sha256(content).hexdigest() for name, content in FILES.items()}
    assert [p.name for p in (tmp_path / "outbox").iterdir()] == [".pending"]
    assert outbox.publish(tmp_path, "b-1")
    assert published(tmp_path) == {f"b-1/{name}": content for name, content in FILES.items()}
    assert not outbox.publish(tmp_path, "b-1")
    assert (tmp_path / "outbox/b-1/orders.csv").stat().st_mode & 0o777 == 0o600
    assert outbox.recover(tmp_path, ledger) == []


def test_what_was_never_prepared_goes(tmp_path: Path, ledger: Ledger) -> None:
    outbox.prepare(tmp_path, "b-1", {"left.csv": b"by a crash"})
    outbox.prepare(tmp_path, "b-1", FILES)
    assert sorted(p.name for p in (tmp_path / "outbox/.pending/b-1").iterdir()) == sorted(FILES)
    assert outbox.recover(tmp_path, ledger) == []
    assert published(tmp_path) == {}


def test_what_was_prepared_is_published_once(tmp_path: Path, ledger: Ledger) -> None:
    prepared(tmp_path, ledger)
    assert outbox.recover(tmp_path, ledger) == ["b-1"]
    assert outbox.recover(tmp_path, ledger) == []
    assert published(tmp_path) == {f"b-1/{name}": content for name, content in FILES.items()}
    assert [b.is_published for b in Ledger(ledger.folder).batches()] == [True]
    with pytest.raises(EtlError, match="OUTBOX_NOT_WRITABLE"):
        outbox.prepare(tmp_path, "b-1", FILES)


def test_a_damaged_pending_folder_is_written_again_from_the_ledger(tmp_path: Path, ledger: Ledger) -> None:
    prepared(tmp_path, ledger)
    (tmp_path / "outbox/.pending/b-1/orders.csv").write_bytes(b"")
    assert outbox.recover(tmp_path, ledger) == ["b-1"]
    assert published(tmp_path) == {f"b-1/{name}": content for name, content in FILES.items()}


@pytest.mark.parametrize("name", ["", ".hidden", "../b", "a/b", "..", "a\0b"])
def test_names_are_single_parts(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        outbox.prepare(tmp_path, "b-1", {name: b""})
    with pytest.raises(ValueError, match="not a name"):
        outbox.prepare(tmp_path, name, FILES)


@pytest.mark.parametrize(("point", "hits"), HITS.items())
def test_killed_anywhere_each_batch_is_taken_exactly_once(tmp_path: Path, point: str, hits: int) -> None:
    for hit in range(1, hits + 1):
        root = tmp_path / str(hit)
        root.mkdir()
        with consumer(root) as seen:
            assert send(root, f"{point}:{hit}:kill") == -signal.SIGKILL
            assert send(root, f"{point}:1:kill") in {0, -signal.SIGKILL}  # while recovering, too
            assert send(root) == 0
        assert seen == {"2025-11-30-1": 1, "2025-11-30-2": 1}
        assert Ledger(root / ".etl" / "ledger").verify().batch_files == 8
        assert published(root) == {}


@pytest.mark.parametrize("kind", ["enospc", "eio", "eperm"])
@pytest.mark.parametrize("point", ["after-prepare-write", "after-prepare-fsync", "after-rename"])
def test_when_the_cause_is_gone_work_goes_on(tmp_path: Path, point: str, kind: str) -> None:
    with consumer(tmp_path) as seen:
        assert send(tmp_path, f"{point}:2:{kind}") == 1
        assert send(tmp_path) == 0
    assert seen == {"2025-11-30-1": 1, "2025-11-30-2": 1}


@pytest.mark.skipif(os.geteuid() == 0, reason="rights do not bind root")
def test_a_read_only_outbox_holds_back_and_then_publishes(tmp_path: Path, ledger: Ledger) -> None:
    (tmp_path / "outbox").mkdir()
    (tmp_path / "outbox").chmod(0o555)
    with pytest.raises(EtlError, match="OUTBOX_NOT_WRITABLE"):
        outbox.prepare(tmp_path, "b-1", FILES)
    (tmp_path / "outbox").chmod(0o755)
    prepared(tmp_path, ledger)
    assert outbox.recover(tmp_path, ledger) == ["b-1"]


FULL = """
import sys
from pathlib import Path
from etl import outbox
from etl.errors import EtlError
try:
    outbox.prepare(Path(sys.argv[1]), "b-1", {"orders.csv": b"x" * 200_000})
except EtlError as error:
    print(error.code, error.facts["path"])
"""


@pytest.mark.parametrize(("options", "code"), [("size=64k", "DISK_FULL"), ("ro", "OUTBOX_NOT_WRITABLE")])
@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_a_full_or_read_only_file_system_is_named(tmp_path: Path, options: str, code: str) -> None:
    (tmp_path / "outbox").mkdir()
    script = 'mount -t tmpfs -o "$1" tmpfs "$2/outbox" && exec "$3" -c "$4" "$2"'
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, "sh", options, tmp_path, sys.executable, FULL],
        capture_output=True,
        text=True,
        check=False,
    )
    if "mount" in done.stderr or "unshare" in done.stderr:
        pytest.skip("this machine does not let us mount")
    assert done.stdout.split() == [code, str(tmp_path / "outbox")]
