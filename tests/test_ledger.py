"""The ledger: a hash chain on the disk that survives torn lines and shows every change; and the workspace lock."""

import hashlib
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from etl.errors import EtlError, LedgerBroken, WorkspaceLocked
from etl.ledger import START, Ledger
from etl.lock import workspace_lock


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".etl" / "ledger"


def filled(folder: Path) -> Ledger:
    ledger = Ledger.open(folder)
    ledger.append("load", load_no=1, files=[{"file_id": 1, "name": "ordrer æøå.csv"}, {"file_id": 2, "name": "b.csv"}])
    ledger.append("decision", decision_no=1, decision="approve", by="anna")
    return ledger


def lines(folder: Path) -> list[bytes]:
    return (folder / "ledger.jsonl").read_bytes().split(b"\n")[:-1]


def test_begins_with_a_workspace_of_its_own(folder: Path, tmp_path: Path) -> None:
    first, again, other = Ledger.open(folder), Ledger.open(folder), Ledger.open(tmp_path / "other")
    assert first.uuid == again.uuid != other.uuid
    assert [e["kind"] for e in again.entries] == ["workspace"]
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "ledger.jsonl").stat().st_mode & 0o777 == 0o600


def test_lines_are_canonical_and_chained(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETL_NOW", "2025-11-30T23:30:00+01:00")
    ledger = filled(folder)
    previous = START
    for seq, (line, entry) in enumerate(zip(lines(folder), ledger.entries, strict=True), start=1):
        assert json.loads(line) == entry
        assert json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() == line
        assert (entry["seq"], entry["prev"], entry["at"]) == (seq, previous, "2025-11-30T22:30:00+00:00")
        previous = hashlib.sha256(line).hexdigest()
    assert Ledger(folder).entries == ledger.entries


def test_numbers_follow_what_was_given_out(folder: Path) -> None:
    ledger = Ledger.open(folder)
    assert (ledger.next_file_id(), ledger.next_load_no(), ledger.next_batch_no(), ledger.config_sha()) == (
        1,
        1,
        1,
        None,
    )
    ledger = filled(folder)
    sha256 = ledger.keep_text("[company]\n")
    ledger.append("config", sha256=sha256, sections={})
    ledger.append("prepared", batch_id="b-7", batch_no=7, files={})
    ledger.append("prepared", batch_id="b-8", batch_no=8, files={})
    ledger.append("published", batch_id="b-7")
    ledger = Ledger.open(folder)
    assert (ledger.next_file_id(), ledger.next_load_no(), ledger.next_batch_no()) == (3, 2, 9)
    assert ledger.config_sha() == sha256
    assert ledger.text(sha256) == "[company]\n"
    assert [(b.batch_id, b.is_published) for b in ledger.batches()] == [("b-7", True), ("b-8", False)]
    assert [d["by"] for d in ledger.decisions()] == ["anna"]
    assert ledger.last_seq == 7


@pytest.mark.parametrize("fields", [{"seq": 4}, {"at": "now"}, {"prev": ""}])
def test_the_chain_is_not_the_callers_to_write(folder: Path, fields: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="not an entry"):
        Ledger.open(folder).append("load", **fields)


def test_reading_changes_nothing_and_cannot_append(folder: Path) -> None:
    assert Ledger(folder).entries == []
    assert not folder.exists()
    filled(folder)
    with pytest.raises(ValueError, match="for reading"):
        Ledger(folder).append("config", sha256="")


def test_a_line_torn_at_any_byte_was_never_acknowledged(folder: Path) -> None:
    ledger = filled(folder)
    path = folder / "ledger.jsonl"
    whole = path.read_bytes()
    start = len(whole) - len(lines(folder)[-1]) - 1
    for cut in range(start, len(whole)):
        path.write_bytes(whole[:cut])
        assert Ledger(folder).entries == ledger.entries[:-1]
        assert path.stat().st_size == cut  # a reader mends nothing
    mended = Ledger.open(folder)
    mended.append("published", batch_id="b-1")
    assert Ledger(folder).last_seq == 3
    assert (folder / "torn-3").read_bytes() == whole[start : len(whole) - 1]


def test_a_page_that_never_reached_the_disk_reads_as_nul(folder: Path) -> None:
    filled(folder)
    path = folder / "ledger.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:-40] + b"\0" * 39 + b"\n")
    assert Ledger.open(folder).last_seq == 2
    path.write_bytes(whole + b"\0" * 100)
    assert Ledger.open(folder).last_seq == 3


@pytest.mark.parametrize("line", [1, 2, 3])
def test_any_change_of_history_is_seen(folder: Path, line: int) -> None:
    filled(folder)
    content = lines(folder)
    tampered = [*content]
    tampered[line - 1] = content[line - 1].replace(b'"kind":"', b'"kind":"x', 1)
    gone = content[: line - 1] + content[line:]
    doubled = content[:line] + content[line - 1 :]
    broken = [*content]
    broken[line - 1] = content[line - 1][:-1]
    for changed in (tampered, gone, doubled, broken):
        (folder / "ledger.jsonl").write_bytes(b"".join(one + b"\n" for one in changed))
        if changed in (content[:2], tampered) and line == 3:
            continue  # the newest line has no successor that vouches for it; the database knows its number
        with pytest.raises(LedgerBroken) as caught:
            Ledger.open(folder)
        assert caught.value.facts["line"] in {line, line + 1}


def test_a_failed_append_leaves_the_ledger_as_it_was(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = filled(folder)
    before = (folder / "ledger.jsonl").read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(EtlError, match="DISK_FULL"):
            ledger.append("published", batch_id="b-1")
    assert (folder / "ledger.jsonl").read_bytes() == before
    assert ledger.last_seq == 3
    ledger.append("published", batch_id="b-1")
    assert Ledger(folder).last_seq == 4


def test_two_writers_cannot_fork_the_chain(folder: Path) -> None:
    one, two = Ledger.open(folder), Ledger.open(folder)
    one.append("published", batch_id="b-1")
    with pytest.raises(LedgerBroken):
        two.append("published", batch_id="b-1")
    assert Ledger(folder).last_seq == 2


def test_verify_names_what_changed(folder: Path, tmp_path: Path) -> None:
    ledger = Ledger.open(folder)
    sha256 = ledger.keep_text("text")
    place = ledger.new_batch("b-1")
    (place / "documents.parquet").write_bytes(b"rows")
    frozen = ledger.seal_batch("b-1", {"orders.csv": b"1;2\r\n"})
    ledger.append("prepared", batch_id="b-1", batch_no=1, files=hashes({"orders.csv": b"1;2\r\n"}), frozen=frozen)
    stored = tmp_path / "inbox" / "archive" / "a.csv"
    stored.parent.mkdir(parents=True)
    stored.write_bytes(b"a")
    ledger.append(
        "load", load_no=1, files=[{"file_id": 1, "stored": "inbox/archive/a.csv", **hashes({"sha256": b"a"})}]
    )
    found = ledger.verify(tmp_path)
    assert (found.entries, found.texts, found.batch_files, found.archived_files) == (3, 1, 2, 1)
    assert ledger.batch_files("b-1") == {"orders.csv": b"1;2\r\n"}
    for path in (place / "files" / "orders.csv", place / "documents.parquet", stored, folder / "texts" / sha256):
        content = path.read_bytes()
        path.write_bytes(content + b"x")
        with pytest.raises(LedgerBroken) as caught:
            ledger.verify(tmp_path)
        assert caught.value.facts["path"] == str(path)
        path.write_bytes(content)


def hashes(files: dict[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def test_a_batch_is_made_anew_until_it_is_prepared(folder: Path) -> None:
    ledger = Ledger.open(folder)
    (ledger.new_batch("b-1") / "left.parquet").write_bytes(b"of a crash")
    assert list(ledger.new_batch("b-1").iterdir()) == []
    ledger.append("prepared", batch_id="b-1", batch_no=1, files={})
    with pytest.raises(ValueError, match="before"):
        ledger.new_batch("b-1")
    with pytest.raises(ValueError, match="not a batch id"):
        ledger.new_batch("../b")


def test_thousands_of_entries_are_quick(folder: Path) -> None:
    ledger = Ledger.open(folder)
    content = bytearray(lines(folder)[0] + b"\n")
    previous = hashlib.sha256(lines(folder)[0]).hexdigest()
    file = {"file_id": 1, "name": "orders.csv", "stored": "inbox/archive/2025/11/orders.csv", "sha256": "0" * 64}
    for seq in range(2, 3001):
        entry = {"kind": "load", "seq": seq, "at": "2025", "prev": previous, "load_no": seq, "files": [file]}
        line = json.dumps(entry, sort_keys=True).encode()
        previous = hashlib.sha256(line).hexdigest()
        content += line + b"\n"
    (folder / "ledger.jsonl").write_bytes(content)
    took = []
    for _ in range(5):
        begun = time.perf_counter()
        ledger = Ledger(folder)
        took.append(time.perf_counter() - begun)
    assert ledger.last_seq == 3000
    assert min(took) < 0.1  # 0.02 on an idle machine


def test_the_lock_is_for_one_process_and_dies_with_it(tmp_path: Path) -> None:
    path = tmp_path / ".etl" / "lock"
    script = (
        "import sys, time; from pathlib import Path; from etl.lock import workspace_lock\n"
        "with workspace_lock(Path(sys.argv[1])):\n    print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script, path], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(WorkspaceLocked) as caught, workspace_lock(path):
            pass
        assert caught.value.facts["pid"] == holder.pid
        holder.kill()
        holder.wait()
    with workspace_lock(path):
        pass
    with workspace_lock(path), pytest.raises(WorkspaceLocked), workspace_lock(path):
        pass
