"""How one text file is written: its encoding, its delimiter, where the header stands, where the data ends.

The encoding is decided by evidence in the bytes: a byte order mark; else the zero bytes that UTF-16 puts beside every
letter; else UTF-8 if the bytes are valid UTF-8; else one byte a letter. Of those cp1252 is what Danish Windows writes;
latin-1 is meant only where a byte stands that cp1252 does not have.

>>> encoding_of("Rødgrød".encode("cp1252"), is_whole=True)
('cp1252', 0)
>>> encoding_of("Rødgrød".encode("utf-8-sig"), is_whole=True)
('utf-8', 3)
"""

import codecs
import re
from dataclasses import dataclass

MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
BINARY = {
    b"PK\x03\x04": "xlsx/zip",
    b"%PDF": "pdf",
    b"\xd0\xcf\x11\xe0": "xls",
    b"\x1f\x8b": "gzip",
    b"\xff\xfe\x00\x00": "utf-32",
}
_NOT_IN_CP1252 = frozenset(b"\x81\x8d\x8f\x90\x9d")
_MULTIBYTE = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_ASCII = bytes(range(128))
_CONTROLS = bytes(i for i in range(32) if i not in b"\t\n\v\f\r")
# Text has hardly any control characters; a picture or a database has them everywhere.
_MOST_CONTROLS, _FEW_CONTROLS = 0.02, 8


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file is written.

    `start` and `end` are byte offsets: of the header's first byte (after a mark and what stands above the header) and
    behind the last byte of data (before footer lines). `header_line` is the physical line of the header, from 1, or
    the row of a `sheet`. `kind` names the reader: csv, xlsx, workbook (Excel's XML), xml, or one of an odd syntax.
    """

    encoding: str
    delimiter: str
    start: int
    end: int
    header_line: int
    kind: str = "csv"
    sheet: str = ""


def folded(name: str) -> str:
    """A header name as it is compared: without case, marks and surrounding blanks, every inner blank one space."""
    return " ".join(name.replace("\ufeff", "").split()).casefold()


def encoding_of(data: bytes, *, is_whole: bool) -> tuple[str, int] | None:
    """The encoding of a file's (first) bytes and the length of its mark, or None where they are not text."""
    if any(data.startswith(magic) for magic in BINARY):
        return None
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return encoding, len(mark)
    if b"\0" in data and (wide := _wide_encoding(data)):
        return wide, 0
    if len(data) - len(data.translate(None, _CONTROLS)) > max(_FEW_CONTROLS, _MOST_CONTROLS * len(data)):
        return None
    return (_utf8(data, is_whole=is_whole) or ("latin-1" if _NOT_IN_CP1252 & set(data) else "cp1252")), 0


def binary_kind(data: bytes) -> str:
    """A word for what the bytes are when they are not text."""
    return next((kind for magic, kind in BINARY.items() if data.startswith(magic)), "binary")


def _wide_encoding(data: bytes) -> str | None:
    """UTF-16 without a mark: western text has a zero in nearly every second byte, and hardly any between them."""
    first, second, half = data[0::2].count(0), data[1::2].count(0), len(data) / 2
    if second > half / 2 and first < half / 10:
        return "utf-16-le"
    if first > half / 2 and second < half / 10:
        return "utf-16-be"
    return None


def _utf8(data: bytes, *, is_whole: bool) -> str | None:
    """UTF-8 if the bytes are that, or are that but for a few: then the file is damaged, not in another encoding."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data, final=is_whole)
    except UnicodeDecodeError:
        letters = len(_MULTIBYTE.findall(data))
        others = len(_MULTIBYTE.sub(b"", data).translate(None, _ASCII))
        return "utf-8" if letters > others else None
    return "utf-8"
