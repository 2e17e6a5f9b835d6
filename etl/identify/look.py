"""What is seen of a file before anything of it is read: its size, its kind by its bytes, its beginning and its end."""

from dataclasses import dataclass
from pathlib import Path

from etl.contracts.dialect import binary_kind, encoding_of
from etl.contracts.limits import MAX_BYTES
from etl.errors import FileRejected

HEAD_BYTES = 256 * 1024
TAIL_BYTES = 16 * 1024
_SHEETS = {"xlsx/zip": "xlsx", "xls": "xlsx"}
_BLANKS = "\ufeff\0 \t\r\n\u00a0"


@dataclass(frozen=True, slots=True)
class Look:
    """A file's size and kind (text, markup, xlsx); of text also its encoding and mark, its head, its tail as bytes."""

    size: int
    kind: str
    encoding: str = "utf-8"
    mark: int = 0
    head: str = ""
    tail: bytes = b""

    def whole(self, path: Path) -> str:
        """The whole text, whose columns may begin anywhere; what is no text of its encoding is left to the reader."""
        if self.size <= HEAD_BYTES:
            return self.head
        return path.read_bytes()[self.mark :].decode(self.encoding, errors="replace")

    @property
    def is_json(self) -> bool:
        """Does the text begin as JSON does?"""
        return self.head.lstrip(_BLANKS)[:1] in {"{", "["}


def look_at(path: Path) -> Look:
    """Look at a file, or FileRejected: FILE_TOO_LARGE, FILE_EMPTY, or FILE_NOT_TEXT where nobody here reads it."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise FileRejected("FILE_TOO_LARGE", field="MB", value=size // 1024**2, expected=MAX_BYTES // 1024**2)
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        file.seek(max(0, size - TAIL_BYTES))
        tail = file.read(TAIL_BYTES)
    found = encoding_of(head, is_whole=size <= HEAD_BYTES)
    if found is None:
        kind = _SHEETS.get(binary_kind(head))
        if kind is None:
            raise FileRejected("FILE_NOT_TEXT", value=binary_kind(head))
        return Look(size, kind)
    encoding, mark = found
    text = head[mark:].decode(encoding, errors="replace")
    start = text.lstrip(_BLANKS)
    if not start:
        raise FileRejected("FILE_EMPTY", value=path.name)
    return Look(size, "markup" if start[0] == "<" else "text", encoding, mark, text, tail)
