"""What the bytes of a CSV file say about its records, found without reading a single cell.

The engine's CSV reader is quick and silent: blank lines vanish, blanks round quotes are trimmed, surplus empty cells
are swallowed, NUL passes. This looks at the bytes independently, a megabyte at a time: everything between quotes is
cut out (a doubled quote inside leaves an empty piece, which is dropped), and what is left must be, record by record,
one line end and exactly as many delimiters as the header has. `is_plain` claims that the quick reader will read what
stands there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path

CHUNK_BYTES = 1 << 20
_LINE_ENDS = (b"\n", b"\r\n")
_FIRST, _LAST = itemgetter(slice(0, 1)), itemgetter(slice(-1, None))


@dataclass(frozen=True, slots=True)
class Structure:
    """`records` counts the header as well; it means something only where `is_plain`."""

    is_plain: bool
    records: int = 0


def structure_of(path: Path, *, delimiter: str, columns: int, start: int = 0) -> Structure:
    """The structure of a UTF-8 file of `columns` columns, from byte `start` on."""
    sign = delimiter.encode()
    boundary = sign + b"\r\n"
    others = bytes(byte for byte in range(256) if byte not in boundary)
    record = pending = b""
    records = 0
    for outside in _outside_quotes(path, start, boundary):
        if outside is None:
            return Structure(is_plain=False)
        pending += outside.translate(None, others)
        if not record:
            cells = sign * (columns - 1)
            record = next((cells + end for end in _LINE_ENDS if pending.startswith(cells + end)), b"")
            if not record:
                return Structure(is_plain=False)
        count = len(pending) // len(record)
        if not pending.startswith(record * count):
            return Structure(is_plain=False)
        pending = pending[count * len(record) :]
        records += count
    return Structure(is_plain=bool(record) and not pending, records=records)


def _outside_quotes(path: Path, start: int, boundary: bytes) -> Iterator[bytes | None]:
    """Chunk by chunk what stands outside quotes, ending with a line end; None for what is not plain.

    A quote may open only behind a delimiter or line end and close only before one.
    """
    is_inside = False
    with path.open("rb") as file:
        file.seek(start)
        while chunk := file.read(CHUNK_BYTES):
            chunk += file.readline(CHUNK_BYTES)
            if not chunk.endswith(b"\n"):
                if file.read(1):
                    yield None  # a line of more than a megabyte
                chunk += b"\r\n" if b"\r\n" in chunk else b"\n"
            if b"\0" in chunk:
                yield None
            pieces = chunk.split(b'"')
            outside = pieces[1 if is_inside else 0 :: 2]
            begins_inside, is_inside = is_inside, is_inside ^ (len(pieces) % 2 == 0)
            filled = list(filter(None, outside))
            # The first piece of a chunk that begins outside follows a line end, so a quote before it is none of ours.
            opens_behind = filled if is_inside else filled[:-1]
            closes_before = filled if begins_inside else filled[1:]
            if not begins_inside and outside and not outside[0]:
                closes_before = filled
            ends = b"".join(map(_LAST, opens_behind)) + b"".join(map(_FIRST, closes_before))
            yield None if ends.translate(None, boundary) else b"".join(filled)
        if is_inside:
            yield None
