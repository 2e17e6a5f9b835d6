"""Where in company.toml a key stands, so that an error can name its line."""

import re
from collections.abc import Sequence
from functools import lru_cache

Path = tuple[str | int, ...]

_PART = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_KEY = rf"{_PART}(?:\s*\.\s*{_PART})*"
_TABLE = re.compile(rf"^\s*(\[\[?)\s*({_KEY})\s*\]\]?")
_ASSIGNMENT = re.compile(rf"^\s*({_KEY})\s*=")
_PARTS = re.compile(_PART)


def _parts(dotted: str) -> Path:
    """The parts of a key as TOML writes it, unquoted."""
    return tuple(part.strip("\"'") if part[0] in "\"'" else part for part in _PARTS.findall(dotted))


@lru_cache(maxsize=4)
def places(text: str) -> dict[Path, int]:
    """Line (from 1) of every table and key that starts a line. Keys of an inline table stand where the table does."""
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    for number, line in enumerate(text.split("\n"), 1):
        if header := _TABLE.match(line):
            table = _parts(header[2])
            if header[1] == "[[":
                index = counts.get(table, 0)
                counts[table] = index + 1
                table = (*table, index)
            found.setdefault(table, number)
        elif assignment := _ASSIGNMENT.match(line):
            found.setdefault((*table, *_parts(assignment[1])), number)
    return found


def line_of(text: str, path: Sequence[str | int]) -> int:
    """The line of a key, else of the nearest table around it, else 1."""
    found = places(text)
    for length in range(len(path), 0, -1):
        if line := found.get(tuple(path[:length])):
            return line
    return 1


def dotted(path: Sequence[str | int]) -> str:
    """A key as a person writes it: payment_methods."Shopify Payments".register, shops[0].id."""
    written = ""
    for part in path:
        if isinstance(part, int):
            written += f"[{part + 1}]"
        else:
            quoted = part if re.fullmatch(r"[\w-]+", part, re.ASCII) else f'"{part}"'
            written += f".{quoted}" if written else quoted
    return written
