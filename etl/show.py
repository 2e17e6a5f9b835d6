"""Answers as text for people: the sentences of the summaries, tables, and JSON for machines.

On a terminal tables are drawn; in a pipe they are plain, unwrapped lines. What came from files is data: control and
direction characters are shown as escapes and nothing is read as markup.
"""

import json
import sys
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib import resources
from math import isfinite
from typing import Any, TextIO

from etl import messages

Row = Mapping[str, Any]
_IN_WORDS = frozenset({"verdict", "status", "fate"})
_PIPE_WIDTH = 10_000  # a pipe has no edge to wrap at


def as_json(answer: object) -> str:
    """One JSON document: decimals as text, dates in ISO form, everything else as it is."""
    return json.dumps(_plain(answer), ensure_ascii=False, indent=2, allow_nan=False)


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, bool | int | str) else _scalar(value)


def _scalar(value: object) -> float | str:
    """A value that JSON has no word for, as text; a float stays one unless it is no number."""
    if isinstance(value, float) and isfinite(value):
        return value
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else str(value)


class Page:
    """What a command says to a person, in the company's language."""

    def __init__(self, language: messages.Language, stream: TextIO | None = None) -> None:
        from rich.console import Console

        self.language = language
        stream = stream or sys.stdout
        self._is_terminal = stream.isatty()
        width = None if self._is_terminal else _PIPE_WIDTH
        self._console = Console(file=stream, width=width, markup=False, highlight=False, emoji=False, soft_wrap=True)

    def word(self, name: str, /, **facts: object) -> str:
        """A word or sentence of the screens; a name that has none is itself (a column, a code)."""
        text = words()[self.language].get(name, name)
        return text.format(**facts) if facts else text

    def say(self, name: str, /, **facts: object) -> None:
        """Write a sentence of the screens."""
        self.line(self.word(name, **facts))

    def message(self, code: str, facts: Row) -> None:
        """Write the catalogue's sentence of a code, and what can be done."""
        for text in sentences(code, self.language, facts):
            self.line(text)

    def line(self, text: str = "") -> None:
        """Write a line."""
        self._console.print(shown(text))

    def heading(self, name: str) -> None:
        """Write a heading, after an empty line."""
        self._console.print()
        self._console.print(shown(self.word(name)), style="bold")

    def table(self, rows: Sequence[Row], columns: Sequence[str] | None = None, *, heading: str | None = None) -> None:
        """Write rows as a table, columns in the given order; nothing at all where there are none."""
        from rich import box
        from rich.table import Table

        if not rows:
            return
        if heading:
            self.heading(heading)
        names = list(columns or rows[0])
        table = Table(box=box.SIMPLE_HEAD if self._is_terminal else None, pad_edge=False, show_edge=False)
        for name in names:
            is_number = any(isinstance(row.get(name), int | Decimal) for row in rows)
            table.add_column(self._header(name), justify="right" if is_number else "left", overflow="fold")
        for row in rows:
            table.add_row(*(self._told(name, row.get(name)) for name in names))
        self._console.print(table, soft_wrap=not self._is_terminal)

    def _header(self, name: str) -> str:
        word = shown(self.word(name))
        return word[:1].lower() + word[1:] if word != name else word

    def _told(self, name: str, value: object) -> str:
        """A cell; of a column whose values are words of ours, the word."""
        return self.word(value).lower() if name in _IN_WORDS and isinstance(value, str) else self.cell(value)

    def facts(self, facts: Row | None) -> None:
        """Write the facts that say something, one a line, names to the left."""
        known = {name: value for name, value in (facts or {}).items() if value not in (None, "", [], {})}
        width = max((len(self.word(name)) for name in known), default=0)
        for name, value in known.items():
            self.line(f"  {self.word(name):<{width}}  {self._told(name, value)}")

    def counts(self, counts: Mapping[str, int], heading: str) -> None:
        """Write counts in one line: `Orders: 87 sent, 5 held`."""
        if counts:
            told = ", ".join(f"{count} {self.word(name).lower()}" for name, count in counts.items())
            self.line(f"{self.word(heading)}: {told}")

    def cell(self, value: object) -> str:
        """A value as a person reads it."""
        if value is None:
            return ""
        if isinstance(value, bool):
            return "✓" if value else "–"  # noqa: RUF001 - an en dash for "no"
        if isinstance(value, datetime):
            return value.isoformat(" ", "seconds")
        if isinstance(value, Mapping):
            return "; ".join(f"{key} {self.cell(item)}" for key, item in value.items())
        if isinstance(value, list | tuple):
            return ", ".join(self.cell(item) for item in value)
        return shown(str(value))


def sentences(code: str, language: messages.Language, facts: Row) -> list[str]:
    """What happened and what to do, of a reason code; a code that nobody wrote a text for is told as it is."""
    try:
        message = messages.render(code, language, **facts)
    except KeyError:
        return [f"{code} {dict(facts) if facts else ''}".rstrip()]
    return [text for text in (message.text, message.next_step) if text]


@cache
def words() -> dict[messages.Language, dict[str, str]]:
    """The words of the screens by language."""
    content = (resources.files("etl.messages") / "words.toml").read_text("utf-8")
    found = tomllib.loads(content)
    return {"da": found["da"], "en": found["en"]}


def shown(text: str) -> str:
    """Text without power over the terminal: control, format and direction characters become escapes."""
    return "".join(
        c if c == "\n" or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co"} else f"\\x{ord(c):02x}" for c in text
    )
