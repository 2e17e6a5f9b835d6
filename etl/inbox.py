"""The inbox: which files are complete, claiming them, and putting them away for good.

A file is complete when its size and times have stood still for the settle time, or a sidecar `<file>.done` says so. It
is ours once it has been renamed into `inbox/.work`: of two claimers one gets FileNotFoundError. From there it goes,
bytes unchanged, to exactly one of `inbox/archive/YYYY/MM/` and `inbox/rejected/`. The place is decided first, written
into the ledger, and only then taken, so that a crash in between can be finished by anyone who reads the ledger.

Paths are made of our own words. A file's name is data: it is shown as it was, and stored in safe characters.
"""

import csv
import errno
import fcntl
import hashlib
import io
import json
import os
import re
import signal
import stat
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import uuid4

from etl.durable import make_folder, move_file, numbered, replace_file, storage_errors, sync_folder
from etl.errors import EtlError, FileRejected
from etl.faults import fault

RESERVED = frozenset({".work", "archive", "rejected"})
DONE = ".done"
TEMPORARY = (".part", ".tmp", ".crdownload")  # how browsers and copying programs name what is not whole yet
NAME_BYTES = 100
ENDING_LENGTH = 10  # what follows a dot further back is part of the name
_UNSAFE = re.compile(r"[^A-Za-z0-9æøåÆØÅ._ -]")
_PLAIN_SHOP = re.compile(r"[A-Za-z0-9]+(?:[_-][A-Za-z0-9]+)*")
_WORK_NAME = re.compile(r"(?P<id>[0-9a-f]{32})__(?P<shop>.*?)__(?P<name>.+)")


@dataclass(frozen=True, slots=True)
class Claimed:
    """A file in `inbox/.work`. `name` is what the merchant called it, for people; `size` in bytes."""

    work_path: Path
    name: str
    shop: str
    sha256: str
    size: int


def sweep(root: Path, shops: Iterable[str], settle_seconds: float) -> list[Path]:
    """The files in `inbox/` and `inbox/<shop>/` (folder names) that are complete, by folder and name.

    Looks a second time, after waiting at most `settle_seconds`, where a file is younger than that. The file system's
    own clock tells a file's age, so that a wrong clock, here or on a server, does not make a half file look whole.
    """
    folders = _folders(root, shops)
    seen = _looks(folders)
    if not seen:
        return []
    young = _young(root, seen, settle_seconds)
    if young:
        time.sleep(max(young.values()))
        again = _looks(folders)
        seen = {path: look for path, look in seen.items() if path not in young or again.get(path) == look}
    return sorted(seen)


def irregular(root: Path, shops: Iterable[str]) -> list[Path]:
    """What lies in the inbox, is no file (link, pipe, folder) and was not told yet: FILE_NOT_REGULAR, left alone."""
    shop_names = list(shops)
    known = {root / "inbox" / name for name in RESERVED.union(shop_names)}
    told = _told(root)
    found = []
    for path, status in _entries(_folders(root, shop_names)):
        is_known = stat.S_ISDIR(status.st_mode) and path in known
        if not stat.S_ISREG(status.st_mode) and not is_known and _identity(root, path, status) not in told:
            found.append(path)
    return sorted(found)


def mark_told(root: Path, paths: Iterable[Path]) -> None:
    """Remember that these irregular things were told, so that `irregular` names each only once."""
    new = set()
    for path in paths:
        with suppress(FileNotFoundError):  # taken away meanwhile
            new.add(_identity(root, path, path.lstat()))
    told = _told(root)
    if new <= told:
        return
    told |= new
    with storage_errors("INBOX_NOT_WRITABLE", root / "inbox"):
        make_folder(_work(root))
        replace_file(_work(root) / "told.json", json.dumps(sorted(told)).encode())


def claim(root: Path, path: Path, shop: str) -> Claimed | None:
    """Take a file into `inbox/.work`; None if another claimer was quicker or someone is still writing it.

    Raises FileRejected(FILE_NOT_READABLE) where we may not read it; the file stays where it is.
    """
    if _is_busy(path):
        return None
    name = _shown(path.name)
    work_path = _work_path(root, name, shop)
    with storage_errors("INBOX_NOT_WRITABLE", path.parent):
        path.with_name(path.name + DONE).unlink(
            missing_ok=True
        )  # first: it must not vouch for the next file of this name
        try:
            path.rename(work_path)
        except FileNotFoundError:
            _sidecar(work_path).unlink(missing_ok=True)
            return None
        sync_folder(work_path.parent)
        sync_folder(path.parent)
        fault("after-claim")
    with storage_errors("INBOX_NOT_WRITABLE", work_path):
        content = _hash(work_path)
        if content is None:
            put_back(work_path, path)
            return None
    return Claimed(work_path, name, shop, *content)


def put_back(work_path: Path, path: Path) -> None:
    """Return a claimed file to where it was, or beside it under a number if that name was used again meanwhile."""
    target = next(candidate for candidate in numbered(path) if not os.path.lexists(candidate))
    work_path.rename(target)
    sync_folder(target.parent)
    _sidecar(work_path).unlink(missing_ok=True)


def in_work(root: Path) -> list[Claimed]:
    """What was claimed and not put away, by name: the leftovers of a crash."""
    found = []
    for path in sorted(_work(root).glob("*__*")):
        parts = _WORK_NAME.fullmatch(path.name)
        content = _hash(path) if parts and not _is_busy(path) else None  # one still written to waits for the next run
        if parts and content:
            kept = {"shop": parts["shop"], "name": parts["name"]}
            with suppress(FileNotFoundError):
                kept = json.loads(_sidecar(path).read_bytes())
            found.append(Claimed(path, kept["name"], kept["shop"], *content))
    return sorted(found, key=lambda c: (c.shop, c.name, c.work_path))


def archive_name(root: Path, claimed: Claimed, at: datetime, taken: Iterable[str] = ()) -> str:
    """Where a file will lie in the archive, relative to the workspace. `taken`: places decided and not yet moved to."""
    return _free(root, PurePosixPath("inbox/archive", f"{at:%Y}", f"{at:%m}", safe_name(claimed.name)), taken)


def rejected_name(root: Path, claimed: Claimed, taken: Iterable[str] = ()) -> str:
    """Where a rejected file will lie, relative to the workspace."""
    return _free(root, PurePosixPath("inbox/rejected", safe_name(claimed.name)), taken)


def move_to(root: Path, claimed: Claimed, stored: str) -> None:
    """Put a claimed file where the ledger says it is, bytes unchanged. Doing it again does nothing."""
    target = _inside(root, stored)
    with storage_errors("INBOX_NOT_WRITABLE", target):
        make_folder(target.parent)
        if claimed.work_path.exists():
            if os.path.lexists(target) and _hash(target) != (claimed.sha256, claimed.size):
                raise EtlError("INBOX_NOT_WRITABLE", path=str(target), detail=os.strerror(errno.EEXIST))
            with suppress(PermissionError):  # a file of another user: its rights are not ours to change
                claimed.work_path.chmod(0o600)
            move_file(claimed.work_path, target)
            sync_folder(target.parent)
            sync_folder(claimed.work_path.parent)
        elif not os.path.lexists(target):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        _sidecar(claimed.work_path).unlink(missing_ok=True)
        fault("after-archive")


def reject(root: Path, claimed: Claimed, stored: str, why: str) -> None:
    """Put a file into `inbox/rejected/`, with `<file>.why.txt` beside it, which is there first."""
    target = _inside(root, stored)
    with storage_errors("INBOX_NOT_WRITABLE", target):
        make_folder(target.parent)
        replace_file(target.with_name(target.name + ".why.txt"), why.encode("utf-8"))
    move_to(root, claimed, stored)


def recover(root: Path, files: Sequence[Mapping[str, Any]], why: Callable[[Mapping[str, Any]], str]) -> list[Claimed]:
    """Finish the moves of the last load and return the claimed files that no ledger entry knows: to be read again.

    `files`: that load's `files` in the ledger. Only the last load can be unfinished, because each run starts with this.
    `why` gives the text for a rejected one.
    """
    left = in_work(root)
    for file in files:
        if not file["stored"] or os.path.lexists(_inside(root, file["stored"])):
            continue
        same = [c for c in left if (c.sha256, c.shop, c.name) == (file["sha256"], file["shop"], file["name"])]
        for claimed in same[:1]:
            left.remove(claimed)
            if file["status"] == "rejected":
                reject(root, claimed, file["stored"], why(file))
            else:
                move_to(root, claimed, file["stored"])
    _drop_orphans(root)
    return left


def write_rows(
    root: Path,
    name: str,
    header: Sequence[str],
    rows: Iterable[tuple[Sequence[str], str, str, str]],
    *,
    delimiter: str = ",",
) -> Path:
    """Write the rows that were not taken to `inbox/rejected/<file>.rows.csv`, to be mended and dropped again.

    `rows`: (the cells as they were, what is wrong, what to do, which row it is). The last columns are `_error` and
    `_fix`, which reading ignores, and `_row`, by which the mended row is known to take the place of this one. Writing
    the same again makes no second file; something else under the same name gets a number.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow([*header, "_error", "_fix", "_row"])
    writer.writerows([*cells, error, fix, link] for cells, error, fix, link in rows)
    content = text.getvalue().encode("utf-8-sig")  # with the mark, so that a spreadsheet sees æ, ø and å
    wanted = root / "inbox" / "rejected" / (safe_name(name) + ".rows.csv")
    with storage_errors("INBOX_NOT_WRITABLE", wanted):
        make_folder(wanted.parent)
        expected = (hashlib.sha256(content).hexdigest(), len(content))
        path = next(p for p in numbered(wanted) if not os.path.lexists(p) or _hash(p) == expected)
        if not path.exists():
            replace_file(path, content)
    return path


def safe_name(name: str) -> str:
    """A name for our own folders: letters, digits, `._ -`, at most 100 bytes, not hidden, the ending kept."""
    plain = _UNSAFE.sub("_", unicodedata.normalize("NFC", name)).lstrip(". -").rstrip(". ") or "file"
    stem, dot, ending = plain.rpartition(".")
    if not stem or len(ending) > ENDING_LENGTH:
        stem, dot, ending = plain, "", ""
    room = NAME_BYTES - len((dot + ending).encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip(". ") + dot + ending


def _work(root: Path) -> Path:
    return root / "inbox" / ".work"


def _folders(root: Path, shops: Iterable[str]) -> list[Path]:
    """The folders to look into: the inbox, and those of the shops. A link to a folder is not followed."""
    inbox = root / "inbox"
    names = sorted({s for s in shops if s not in {"", ".", ".."} | RESERVED and "/" not in s})
    folders = [inbox, *(inbox / name for name in names if not (inbox / name).is_symlink())]
    return [folder for folder in folders if folder.is_dir()]


def _entries(folders: Iterable[Path]) -> Iterator[tuple[Path, os.stat_result]]:
    """What lies in the folders, links not followed, without the names that are not meant for us."""
    for folder in folders:
        with suppress(FileNotFoundError), os.scandir(folder) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):  # taken since it was listed
                    if not _is_ignored(entry.name):
                        yield Path(entry.path), entry.stat(follow_symlinks=False)


def _is_ignored(name: str) -> bool:
    lower = name.lower()
    return lower.startswith((".", "~$")) or lower.endswith((*TEMPORARY, DONE))


def _looks(folders: Iterable[Path]) -> dict[Path, tuple[int, int, int, int]]:
    """What each candidate looks like: inode, size, time of its content, time of its last change of any kind (ns)."""
    return {
        path: (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        for path, status in _entries(folders)
        if stat.S_ISREG(status.st_mode)
    }


def _young(root: Path, seen: Mapping[Path, tuple[int, int, int, int]], settle_seconds: float) -> dict[Path, float]:
    """The files that changed less than the settle time ago and have no sidecar, with the seconds still to wait."""
    with storage_errors("INBOX_NOT_WRITABLE", _work(root)):
        make_folder(_work(root))
        probe = _work(root) / ".clock"
        probe.write_bytes(b".")
        present = probe.stat().st_ctime_ns
    left = {path: settle_seconds - (present - look[3]) / 1e9 for path, look in seen.items()}
    return {
        path: min(wait, settle_seconds)
        for path, wait in left.items()
        if wait > 0 and not path.with_name(path.name + DONE).exists()
    }


def _open(path: Path) -> int:
    """A descriptor for reading a regular file. Neither follows a link nor waits for a pipe: OSError instead."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    return descriptor


def _is_busy(path: Path) -> bool:
    """The file is gone, is no file, or has a writer (Linux tells by refusing a read lease)."""
    try:
        descriptor = _open(path)
    except PermissionError:
        raise FileRejected("FILE_NOT_READABLE", value=_shown(path.name)) from None
    except OSError:
        return True
    try:
        if hasattr(fcntl, "F_SETLEASE"):
            fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)  # the default, SIGIO, would end the program
            fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:  # others: a file of another user, a file system without leases
        return error.errno in {errno.EAGAIN, errno.EWOULDBLOCK}
    finally:
        os.close(descriptor)
    return False


def _hash(path: Path) -> tuple[str, int] | None:
    """(sha256, size in bytes) of a file, its bytes being on the disk then; None if it just changed or is no file."""
    try:
        descriptor = _open(path)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        before = os.fstat(descriptor)
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(descriptor)
        after = os.fstat(descriptor)
    is_still = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    return (sha256, after.st_size) if is_still else None


def _work_path(root: Path, name: str, shop: str) -> Path:
    """A place in `.work` that says shop and name, with a sidecar where they cannot be part of a file name."""
    with storage_errors("INBOX_NOT_WRITABLE", _work(root)):
        make_folder(_work(root))
        is_plain_shop = not shop or (_PLAIN_SHOP.fullmatch(shop) and len(shop) <= NAME_BYTES)
        path = _work(root) / f"{uuid4().hex}__{shop if is_plain_shop else ''}__{safe_name(name)}"
        if not is_plain_shop or safe_name(name) != name:
            replace_file(_sidecar(path), json.dumps({"shop": shop, "name": name}).encode())
    return path


def _sidecar(work_path: Path) -> Path:
    return work_path.with_name(f"{work_path.name[:32]}.json")


def _drop_orphans(root: Path) -> None:
    """Remove sidecars whose file never came or has left."""
    ids = {path.name[:32] for path in _work(root).glob("*__*")}
    for path in _work(root).glob("*.json"):
        if re.fullmatch(r"[0-9a-f]{32}", path.stem) and path.stem not in ids:
            path.unlink(missing_ok=True)


def _shown(file_name: str) -> str:
    """A file's name as text that can be written anywhere: bytes that are no UTF-8 become the replacement sign."""
    return os.fsencode(file_name).decode("utf-8", "replace")


def _identity(root: Path, path: Path, status: os.stat_result) -> str:
    return f"{os.fsencode(path.relative_to(root)).hex()} {status.st_ino} {stat.S_IFMT(status.st_mode)}"


def _told(root: Path) -> set[str]:
    try:
        return set(json.loads((_work(root) / "told.json").read_bytes()))
    except (FileNotFoundError, ValueError):
        return set()


def _free(root: Path, wanted: PurePosixPath, taken: Iterable[str]) -> str:
    """The first numbered form of a place that nothing has and nothing was promised."""
    promised = {place.casefold() for place in taken}
    places = (path.relative_to(root).as_posix() for path in numbered(root / wanted))
    return next(p for p in places if p.casefold() not in promised and not os.path.lexists(root / p))


def _inside(root: Path, stored: str) -> Path:
    """The path of a stored place, which is below archive or rejected, whatever a ledger line says."""
    parts = PurePosixPath(stored).parts
    if parts[:2] not in {("inbox", "archive"), ("inbox", "rejected")} or ".." in parts:
        raise ValueError(f"not a place for a file: {stored!r}")
    return root / stored
