"""The careful CSV reader: slow, strict, and able to say in which line and column something is wrong.

It takes over where the quick one refuses or a check of the bytes fails, and it finds single records again for people.
A record is what RFC 4180 calls one; blank lines are not records. `source_record` is the ordinal of a record behind the
header, from 1. A record whose cells are all empty is counted, so that the others keep their ordinals, but it says
nothing and is not staged; lines above the header and the contract's footer lines are outside the data and not counted
at all.
"""

import codecs
import csv
import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from etl.contracts import Dialect, Identified
from etl.contracts.dialect import encoding_of
from etl.contracts.limits import MAX_CELL, MAX_COLUMNS, MAX_RECORD, MAX_RECORDS
from etl.errors import FileRejected
from etl.readers.grid import Record

_COPY_BYTES = 1 << 20


@contextmanager
def utf8_copy(path: Path, dialect: Dialect) -> Iterator[Path]:
    """The header and data of a file, nothing above or below, as UTF-8 in a file that is gone afterwards.

    The encoding is decided anew from all bytes. FILE_DAMAGED names the line of the first byte that is not of it.
    """
    data = path.read_bytes()
    found = encoding_of(data, is_whole=True)
    encoding = found[0] if found else dialect.encoding
    body = memoryview(data)[dialect.start : dialect.end]
    decoder = codecs.getincrementaldecoder(encoding)()
    with tempfile.NamedTemporaryFile(prefix="etl-", suffix=".csv") as copy:
        try:
            for begin in range(0, len(body), _COPY_BYTES):
                copy.write(decoder.decode(bytes(body[begin : begin + _COPY_BYTES])).encode())
            copy.write(decoder.decode(b"", final=True).encode())
        except UnicodeError as error:
            raise _wrong_byte(data, dialect, encoding) from error
        copy.flush()
        yield Path(copy.name)


def _wrong_byte(data: bytes, dialect: Dialect, encoding: str) -> FileRejected:
    """What to say of bytes that are not text in their encoding."""
    try:
        data[dialect.start : dialect.end].decode(encoding)
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode(encoding, errors="replace")
        line = dialect.header_line + before.replace("\r\n", "\n").replace("\r", "\n").count("\n")
        return damaged(line, value=f"0x{error.object[error.start]:02X}", expected=encoding.upper())
    return damaged(dialect.header_line, value="–", expected=encoding.upper())  # noqa: RUF001 - a dash for nothing


def records_of(copy: Path, identified: Identified) -> Iterator[Record]:
    """Every record behind the header of a UTF-8 copy, in order. Raises FileRejected at the first that is damaged."""
    dialect, width = identified.dialect, identified.width
    with copy.open(encoding="utf-8-sig", newline="") as text:
        reader = csv.reader(text, delimiter=dialect.delimiter, strict=True)
        line, ordinal = dialect.header_line, -1
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise _unreadable(error, line, dialect.delimiter) from error
            if not _is_blank(cells, width):
                ordinal += 1
                cells = _evened(cells, identified)
                _check_size(cells, line, identified, ordinal)
                if ordinal:
                    yield Record(ordinal, line, cells)
            line = dialect.header_line + reader.line_num


def rows_of_text(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of a text that say anything, each with the line it begins on. FILE_DAMAGED where a quote stays open."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _unreadable(error, line, delimiter) from error
        if any(map(str.strip, cells)):
            yield line, cells
        line = reader.line_num + 1


def _is_blank(cells: list[str], width: int) -> bool:
    return not cells or (width > 1 and len(cells) == 1 and not cells[0].strip())


def _evened(cells: list[str], identified: Identified) -> list[str]:
    """The cells of a row that may lack its last ones, or have empty ones too many, where the contract allows that."""
    table, width = identified.contract.table, identified.width
    if table is None or not table.ragged or len(cells) == width:
        return cells
    return [*cells, *[""] * (width - len(cells))] if len(cells) < width or any(cells[width:]) else cells[:width]


def _check_size(cells: list[str], line: int, identified: Identified, ordinal: int) -> None:
    """The record has as many cells as the header, and not more text or a higher ordinal than is read."""
    header, sign = identified.header[: identified.width], identified.dialect.delimiter
    if len(cells) != len(header):
        column = header[min(len(cells), len(header)) - 1]
        wrong, right = (f"{count - 1} x {sign!r}" for count in (len(cells), len(header)))
        raise damaged(line, column=column, value=wrong, expected=right)
    if sum(map(len, cells)) > MAX_RECORD:
        raise FileRejected("FILE_TOO_LARGE", line=line, field="record", value=sum(map(len, cells)), expected=MAX_RECORD)
    if ordinal > MAX_RECORDS:
        raise FileRejected("FILE_TOO_LARGE", line=line, field="records", value=ordinal, expected=MAX_RECORDS)


def _unreadable(error: csv.Error, line: int, delimiter: str) -> FileRejected:
    """What the csv module did not accept, as a place in the file."""
    if "field limit" in str(error):
        return FileRejected("FILE_TOO_LARGE", line=line, field="cell", value=f"> {MAX_CELL}", expected=MAX_CELL)
    if "unexpected end" in str(error):
        return damaged(line, value="1 x '\"'", expected="2 x '\"'")
    return damaged(line, value="'\"'", expected=f"'\"' {delimiter!r}")


def damaged(line: int, *, value: str, expected: str, column: str | None = None) -> FileRejected:
    """The refusal of a file whose records cannot be told apart for certain, from physical line `line` on."""
    field = f"{line} ({column})" if column else str(line)
    return FileRejected("FILE_DAMAGED", field=field, value=value, expected=expected, line=line, column=column)


def check_columns(header: tuple[str, ...]) -> None:
    """Refuse a file with more columns than are read."""
    if len(header) > MAX_COLUMNS:
        raise FileRejected("FILE_TOO_LARGE", field="columns", value=len(header), expected=MAX_COLUMNS)
