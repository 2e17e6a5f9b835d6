"""A tiny writer, for tests, of what spreadsheets were before XLSX: compound files with one sheet (BIFF8)."""

import struct
from collections.abc import Sequence
from pathlib import Path

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_LEAST = 4096  # shorter streams would lie in another place


def write_xls(path: Path, sheet: str, rows: Sequence[Sequence[object]], *, is_locked: bool = False) -> Path:
    """An .xls file. `is_locked`: it says that a password is needed."""
    lock = _record(0x002F, struct.pack("<HHH", 1, 1, 1).ljust(54, b"\x5a")) if is_locked else b""
    name = sheet.encode("latin-1")
    frame = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 1997, 0, 0)) + lock
    place = len(frame) + 4 + 8 + len(name) + 4
    frame += _record(0x0085, struct.pack("<IBBBB", place, 0, 0, len(name), 0) + name) + _record(0x000A, b"")
    cells = b"".join(_cell(r, c, cell) for r, row in enumerate(rows) for c, cell in enumerate(row) if cell is not None)
    page = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 1997, 0, 0)) + cells + _record(0x000A, b"")
    return write_compound(path, "Workbook", frame + page)


def write_compound(path: Path, stream: str, data: bytes) -> Path:
    """A compound file with one stream: an old workbook, an encrypted package, an old letter."""
    data = data.ljust(_LEAST, b"\0")
    sectors = -(-len(data) // _SECTOR)
    chain = [_FAT, _END, *range(3, 2 + sectors), _END]
    fat = b"".join(struct.pack("<I", number) for number in chain).ljust(_SECTOR, b"\xff")
    root = _entry("Root Entry", 5, child=1, start=_END, size=0)
    entries = (root + _entry(stream, 2, child=_FREE, start=2, size=len(data))).ljust(_SECTOR, b"\0")
    head = struct.pack("<8s16sHHHHH6sIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b"",
                       0, 1, 1, 0, _LEAST, _END, 0, _END, 0)  # fmt: skip
    head += struct.pack("<I", 0) + struct.pack("<I", _FREE) * 108
    path.write_bytes(head + fat + entries + data.ljust(sectors * _SECTOR, b"\0"))
    return path


def _entry(name: str, kind: int, *, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le")
    length = len(text) + 2
    return struct.pack("<64sHBBIII16sIQQIQ", text, length, kind, 1, _FREE, _FREE, child, b"", 0, 0, 0, start, size)


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _cell(row: int, column: int, cell: object) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if isinstance(cell, str):
        return _record(0x0204, place + struct.pack("<HB", len(cell), 1) + cell.encode("utf-16-le"))
    if isinstance(cell, int | float):
        return _record(0x0203, place + struct.pack("<d", cell))
    raise TypeError(cell)
