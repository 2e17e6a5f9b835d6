"""Files that are on the disk when we say so: whole or not there, bytes and names, private to their owner."""

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from etl.errors import EtlError


@contextmanager
def storage_errors(code: str, path: Path) -> Iterator[None]:
    """Turn an OSError inside into EtlError: DISK_FULL, or `code`; facts: `path`, `detail`."""
    try:
        yield
    except OSError as error:
        is_full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        raise EtlError("DISK_FULL" if is_full else code, path=str(path), detail=error.strerror or str(error)) from error


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, private, so that they are there after a power cut too."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder last. File systems that cannot (some network shares) are taken as they are."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> str:
    """Make a file's bytes last, and return their sha256."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_file(path: Path, content: bytes) -> None:
    """Write a new private file whose bytes are on the disk; its name lasts after `sync_folder`."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        write_all(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_file(path: Path, content: bytes) -> None:
    """Put a file in place whole, over what was there, so that it lasts."""
    temporary = path.with_name(f".{uuid4().hex}.tmp")
    try:
        write_file(temporary, content)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_all(descriptor: int, content: bytes) -> None:
    """Write all of it: the system may take less at a time."""
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


def sha256_of(path: Path) -> str | None:
    """The sha256 of a file's bytes, None if there is no such file."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def numbered(path: Path) -> Iterator[Path]:
    """The path, then with -2, -3 ... before its ending."""
    yield path
    number = 2
    while True:
        yield path.with_name(f"{path.stem}-{number}{path.suffix}")
        number += 1


def move_file(path: Path, target: Path) -> None:
    """Rename, or copy where the archive is another file system; the target is whole or not there."""
    try:
        path.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        copy = target.with_name(f".{uuid4().hex}.tmp")
        try:
            with path.open("rb") as source, copy.open("xb") as sink:
                shutil.copyfileobj(source, sink)
                os.fchmod(sink.fileno(), 0o600)
                sink.flush()
                os.fsync(sink.fileno())
            copy.rename(target)
        except BaseException:
            copy.unlink(missing_ok=True)
            raise
        sync_folder(target.parent)
        path.unlink()
