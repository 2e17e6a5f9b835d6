"""The inbox: only whole files are taken, each by one claimer, and each ends in one place with its bytes unchanged."""

import csv
import os
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from etl import inbox
from etl.errors import EtlError
from etl.inbox import Claimed

AT = datetime(2025, 11, 30, 12, tzinfo=UTC)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "inbox" / "wholesale").mkdir(parents=True)
    return tmp_path


def drop(root: Path, name: str, content: bytes = b"a;b\r\n1;2\r\n") -> Path:
    path = root / "inbox" / name
    path.write_bytes(content)
    return path


def claimed(root: Path, name: str, content: bytes = b"a;b\r\n1;2\r\n", shop: str = "main") -> Claimed:
    found = inbox.claim(root, drop(root, name, content), shop)
    assert found is not None
    return found


def swept(root: Path, settle_seconds: float = 0) -> list[str]:
    return [str(p.relative_to(root / "inbox")) for p in inbox.sweep(root, ["wholesale"], settle_seconds)]


def test_sweep_finds_files_of_the_inbox_and_of_the_shops(root: Path) -> None:
    for name in ("b.csv", "a.csv", "wholesale/c.csv", ".hidden", "~$a.xlsx", "a.CSV.part", "x.tmp", "y.crdownload"):
        drop(root, name)
    for reserved in (".work", "archive", "rejected", "stranger"):
        (root / "inbox" / reserved).mkdir()
        drop(root, f"{reserved}/old.csv")
    assert swept(root) == ["a.csv", "b.csv", "wholesale/c.csv"]
    assert inbox.sweep(root / "nowhere", [], 0) == []


def test_a_file_must_stand_still_for_the_settle_time(root: Path) -> None:
    drop(root, "still.csv")
    growing = drop(root, "growing.csv")
    stop = threading.Event()

    def grow() -> None:
        while not stop.wait(0.02):
            with growing.open("ab") as file:
                file.write(b"1;2\r\n")

    writer = threading.Thread(target=grow)
    writer.start()
    begun = time.monotonic()
    assert swept(root, 0.2) == ["still.csv"]
    assert time.monotonic() - begun >= 0.15
    stop.set()
    writer.join()
    time.sleep(0.25)
    begun = time.monotonic()
    assert swept(root, 0.2) == ["growing.csv", "still.csv"]
    assert time.monotonic() - begun < 0.15  # old enough: nothing to wait for


def test_a_sidecar_says_that_a_file_is_whole_and_is_used_up(root: Path) -> None:
    path = drop(root, "a.csv")
    drop(root, "a.csv.done", b"")
    assert swept(root, 60) == ["a.csv"]
    assert inbox.claim(root, path, "main") is not None
    assert not (root / "inbox" / "a.csv.done").exists()


def test_links_pipes_and_folders_are_told_once_and_left(root: Path) -> None:
    secret = root / "secret.csv"
    secret.write_bytes(b"secret")
    (root / "inbox" / "link.csv").symlink_to(secret)
    os.mkfifo(root / "inbox" / "pipe.csv")
    (root / "inbox" / "folder").mkdir()
    (root / "inbox" / "archive").mkdir()
    assert swept(root) == []
    told = inbox.irregular(root, ["wholesale"])
    assert [p.name for p in told] == ["folder", "link.csv", "pipe.csv"]
    for path in told:
        assert inbox.claim(root, path, "main") is None
        assert os.path.lexists(path)
    inbox.mark_told(root, [*told, root / "inbox" / "gone"])
    assert inbox.irregular(root, ["wholesale"]) == []
    (root / "inbox" / "second.csv").symlink_to(secret)
    assert [p.name for p in inbox.irregular(root, ["wholesale"])] == ["second.csv"]
    assert secret.read_bytes() == b"secret"


def test_claiming_keeps_shop_name_and_bytes(root: Path) -> None:
    found = claimed(root, "wholesale/Ordrer æøå.csv", b"abc", shop="wholesale-2")
    assert (found.name, found.shop, found.size) == ("Ordrer æøå.csv", "wholesale-2", 3)
    assert found.sha256 == sha256(b"abc").hexdigest()
    assert re.fullmatch(r"[0-9a-f]{32}__wholesale-2__Ordrer æøå\.csv", found.work_path.name)
    assert inbox.in_work(root) == [found]
    assert inbox.claim(root, root / "inbox" / "wholesale" / "Ordrer æøå.csv", "main") is None


def undecodable() -> str:
    return os.fsdecode(b"\xff\xe6.csv")


@pytest.mark.parametrize(
    ("name", "shown", "stored"),
    [
        ("..\\a.csv", "..\\a.csv", "_a.csv"),
        ("=cmd|' -C calc'!A0.csv", "=cmd|' -C calc'!A0.csv", "_cmd__ -C calc__A0.csv"),
        ("a\nb\x1b[31m.csv", "a\nb\x1b[31m.csv", "a_b__31m.csv"),
        ("ordre\u202evsc.csv", "ordre\u202evsc.csv", "ordre_vsc.csv"),
        ("o\u0308 a\u030a.csv", "o\u0308 a\u030a.csv", "_ å.csv"),
        ("æ" * 120 + ".csv", "æ" * 120 + ".csv", "æ" * 48 + ".csv"),
        ("__main__x__.csv", "__main__x__.csv", "__main__x__.csv"),
        (undecodable(), "\ufffd\ufffd.csv", "__.csv"),
        ("-rf", "-rf", "rf"),
        ("文", "文", "_"),
    ],
)
def test_names_are_shown_as_they_are_and_stored_safely(root: Path, name: str, shown: str, stored: str) -> None:
    try:
        found = claimed(root, name)
    except OSError:
        pytest.skip("this file system does not take the name")
    assert found.name == shown
    assert inbox.in_work(root) == [found]
    assert inbox.archive_name(root, found, AT) == f"inbox/archive/2025/11/{stored}"
    assert len(stored.encode()) <= 100
    shown.encode("utf-8")  # can be written into the ledger
    inbox.move_to(root, found, f"inbox/archive/2025/11/{stored}")
    assert list((root / "inbox" / ".work").iterdir()) == []  # the sidecar is gone too


@pytest.mark.parametrize("shop", ["", "a_b", "with space", "x__y", "_x", "../..", "b" * 200])
def test_any_shop_survives_the_way_through_work(root: Path, shop: str) -> None:
    claimed(root, "_a.csv", shop=shop)
    assert [(c.shop, c.name) for c in inbox.in_work(root)] == [(shop, "_a.csv")]


def test_archive_keeps_bytes_and_numbers_what_has_the_same_name(root: Path) -> None:
    places = []
    for number in range(3):
        found = claimed(root, "a.csv", str(number).encode())
        places.append(inbox.archive_name(root, found, AT))
        inbox.move_to(root, found, places[-1])
        inbox.move_to(root, found, places[-1])  # as a recovery does: nothing more happens
    assert places == [f"inbox/archive/2025/11/a{n}.csv" for n in ("", "-2", "-3")]
    assert [(root / p).read_bytes() for p in places] == [b"0", b"1", b"2"]
    assert (root / places[0]).stat().st_mode & 0o777 == 0o600
    one, two = claimed(root, "b.csv"), claimed(root, "B.csv")
    first = inbox.archive_name(root, one, AT)
    assert inbox.archive_name(root, two, AT, [first]) == "inbox/archive/2025/11/B-2.csv"
    with pytest.raises(ValueError, match="not a place"):
        inbox.move_to(root, one, "inbox/archive/../../company.toml")
    with pytest.raises(EtlError, match="INBOX_NOT_WRITABLE"):
        inbox.move_to(root, one, places[0])  # never over another file
    one.work_path.unlink()
    with pytest.raises(EtlError, match="INBOX_NOT_WRITABLE"):
        inbox.move_to(root, one, first)  # neither here nor there


def test_a_rejected_file_lies_beside_its_reason(root: Path) -> None:
    found = claimed(root, "a.csv")
    place = inbox.rejected_name(root, found)
    inbox.reject(root, found, place, "Hvorfor\n\nWhy\n")
    assert place == "inbox/rejected/a.csv"
    assert (root / place).read_bytes() == b"a;b\r\n1;2\r\n"
    assert (root / "inbox/rejected/a.csv.why.txt").read_text("utf-8") == "Hvorfor\n\nWhy\n"
    assert inbox.rejected_name(root, found) == "inbox/rejected/a-2.csv"


def test_rows_can_be_mended_and_dropped_again(root: Path) -> None:
    rows = [(["1", 'a "b";\nc'], "beløb", "ret det", "0f:1")]
    path = inbox.write_rows(root, "a.csv", ["no", "text"], rows, delimiter=";")
    assert path == inbox.write_rows(root, "a.csv", ["no", "text"], rows, delimiter=";")
    with path.open(encoding="utf-8-sig", newline="") as file:
        read = list(csv.reader(file, delimiter=";", strict=True))
    assert read == [["no", "text", "_error", "_fix", "_row"], ["1", 'a "b";\nc', "beløb", "ret det", "0f:1"]]
    assert inbox.write_rows(root, "a.csv", ["no"], [], delimiter=";").name == "a.csv.rows-2.csv"


def test_a_file_that_someone_writes_is_left_alone(root: Path) -> None:
    path = drop(root, "a.csv")
    with path.open("ab"):
        assert inbox.claim(root, path, "main") is None  # the system tells that there is a writer
    assert path.exists()
    assert inbox.claim(root, path, "main") is not None


def test_a_file_that_grows_while_it_is_claimed_goes_back(root: Path) -> None:
    big = b"1;2\r\n" * 2_000_000
    path = drop(root, "a.csv", big)
    work = root / "inbox" / ".work"
    added = []

    def grow() -> None:
        while not (found := list(work.glob("*__a.csv"))):
            time.sleep(0.0005)
        drop(root, "a.csv", b"the next one")  # the name is used again at once
        with suppress(FileNotFoundError):
            while True:
                descriptor = os.open(found[0], os.O_WRONLY | os.O_APPEND)
                added.append(os.write(descriptor, b"3;4\r\n"))
                os.close(descriptor)

    writer = threading.Thread(target=grow)
    writer.start()
    assert inbox.claim(root, path, "main") is None
    writer.join()
    assert path.read_bytes() == b"the next one"
    assert (root / "inbox" / "a-2.csv").read_bytes() == big + b"3;4\r\n" * len(added)
    assert inbox.in_work(root) == []


CLAIM = """
import sys
from pathlib import Path
from etl import inbox
root = Path(sys.argv[1])
sys.stdin.readline()
while ready := inbox.sweep(root, [], 0):
    for path in ready:
        if found := inbox.claim(root, path, "main"):
            print(found.name, flush=True)
"""


def test_four_claimers_share_two_hundred_files(root: Path) -> None:
    names = {f"{n}.csv" for n in range(200)}
    for name in names:
        drop(root, name, name.encode())
    pipes = [
        subprocess.Popen([sys.executable, "-c", CLAIM, root], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for one in pipes:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    taken = [one.communicate()[0].split() for one in pipes]
    assert all(one.returncode == 0 for one in pipes)
    assert sorted(name for names_of_one in taken for name in names_of_one) == sorted(names)
    assert {(c.name, c.sha256) for c in inbox.in_work(root)} == {(n, sha256(n.encode()).hexdigest()) for n in names}


def test_a_claimer_that_is_killed_loses_nothing(root: Path) -> None:
    drop(root, "a.csv", b"abc")
    killed = subprocess.run(
        [sys.executable, "-c", CLAIM, root],
        input="go\n",
        env=os.environ | {"ETL_FAULT": "after-claim:1:kill"},
        text=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert [(c.name, c.size) for c in inbox.in_work(root)] == [("a.csv", 3)]


def test_recovery_finishes_the_moves_that_the_ledger_decided(root: Path) -> None:
    same = [claimed(root, "same.csv", b"same"), claimed(root, "same.csv", b"same")]
    bad, new = claimed(root, "bad:.csv", b"bad"), claimed(root, "new.csv", b"new")
    places = ["inbox/archive/2025/11/same.csv", "inbox/archive/2025/11/same-2.csv", "inbox/rejected/bad_.csv"]
    files = [
        {"name": c.name, "shop": c.shop, "sha256": c.sha256, "stored": place, "status": status}
        for c, place, status in zip([*same, bad], places, ["archived", "duplicate", "rejected"], strict=True)
    ]
    inbox.move_to(root, same[0], places[0])
    for _ in range(2):
        assert inbox.recover(root, files, lambda file: f"why {file['name']}") == [new]
    assert [(root / place).read_bytes() for place in places] == [b"same", b"same", b"bad"]
    assert (root / "inbox/rejected/bad_.csv.why.txt").read_text("utf-8") == "why bad:.csv"
    assert [p.name for p in (root / "inbox" / ".work").iterdir()] == [new.work_path.name]


@pytest.mark.skipif(os.geteuid() == 0, reason="rights do not bind root")
def test_a_file_that_may_not_be_read_is_told(root: Path) -> None:
    path = drop(root, "a.csv")
    path.chmod(0)
    with pytest.raises(EtlError, match="FILE_NOT_READABLE"):
        inbox.claim(root, path, "main")
    assert path.exists()
