"""The draft of a contract as TOML text, as people write them: what was seen first, evidence beside each column.

What is open stands there as a comment, `# ASK`, with the lines that could be; so a draft is a contract as soon as
enough is known, and never says what nobody knows.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from etl.contracts import folded
from etl.entities import ENTITIES
from etl.learn.findings import Found, Guess, Question
from etl.learn.grid import Grid, toml
from etl.learn.profile import Profile, Profiles

_WIDTH = 110


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything a draft is written from. `open_keys` are the keys of the questions."""

    name: str
    system: str
    grid: Grid
    profiles: Profiles
    guess: Guess
    questions: Sequence[Question]

    @property
    def open_keys(self) -> frozenset[str]:
        """The keys that nobody has answered yet."""
        return frozenset(question.key for question in self.questions)

    @property
    def is_known(self) -> bool:
        """Is it known what a row is, so that columns can be written at all?"""
        return not self.open_keys & {"entity", "record", "rows"}

    def text(self) -> str:
        """The draft."""
        parts = [self._head(), self._match(), self._writing(), self._columns(), *self._rest()]
        return "\n".join("\n".join(part) + "\n" for part in map(list, parts) if part)

    def _head(self) -> Iterator[str]:
        read, all_of_them = coverage(self.grid, self.guess if self.is_known else None)
        yield f"# Draft of a contract, made by `etl learn` from {_plain(self.grid.path.name)}."
        seen = _plain("; ".join(self.grid.notes))
        yield f"# Seen: {seen}; {len(self.grid.rows)} rows, {read} of {all_of_them} columns read."
        if not self.grid.is_whole:
            yield "# Only the first rows were looked at; what is said of all rows is said of those."
        yield from (f"# It holds: {_plain(told)}." for told in self.guess.told)
        yield "# Say here: which system and menu it comes from, what one row is, what is odd."
        yield f"system = {toml(self.system)}"
        yield from self._ask("entity")
        yield f"{'' if self.is_known else '# '}entity = {toml(self.guess.entity)}"
        yield 'evidence = "sample"'
        if self.guess.payout_sign == -1:
            yield "payout_sign = -1     # the transfers to the bank are negative"
        elif self.guess.payout_sign == 0:
            yield "# payout_sign = -1   # if transfers to the bank are negative; none was seen for certain"
        if self.guess.part != "whole":
            yield f"part = {toml(self.guess.part)}"

    def _match(self) -> Iterator[str]:
        yield "[match]"
        if self.grid.kind == "xml":
            yield from self.grid.match
            return
        names = dict.fromkeys(header for found in self.guess.found.values() for header in found.headers)
        all_names = [name for name in self.grid.header if name]
        yield from _listed("headers", list(names) if names and self.is_known else all_names)
        yield from (line for line in self.grid.match if not line.startswith("headers"))

    def _writing(self) -> Iterator[str]:
        """How values are written: only what was seen, and the orders of day and month that it leaves open."""
        yield f"[{self.grid.form}]"
        for key in ("record", "rows"):
            yield from self._ask(key)
        yield from self.grid.writing
        used = self._used()
        yield from self._ask("decimal")
        yield f"decimal = {toml(self.profiles.decimal)}"
        if self.profiles.group and self.profiles.decimal != "infer":
            yield f"thousands = {toml(self.profiles.group)}"
        yield from self._ask("date_order")
        days, moments = formats_of(self.guess, used)
        yield f"date_formats = {toml(days)}"
        yield f"moment_formats = {toml(moments)}"
        if "date_order" in self.open_keys:
            yield 'date_order = "infer"     # until somebody says: rows are read where their file proves it'
        yield from self._ask("minor_units")
        if self.guess.is_minor:
            yield "minor_units = true"
        for key, values in (("strip", "strips"), ("empty", "empties")):
            if said := sorted({word for column in used for word in getattr(column, values)}):
                yield f"{key} = {toml(said)}"
        if self.guess.block_start and self.is_known:
            yield f"block_start = {toml(self.guess.block_start)}     # only in the first row of each order"

    def _used(self) -> list[Profile]:
        """The columns that are read."""
        headers = {folded(header) for found in self.guess.found.values() for header in found.headers}
        return [column for column in self.profiles if folded(column.name) in headers]

    def _columns(self) -> Iterator[str]:
        yield "[columns]"
        for column in ENTITIES[self.guess.entity].columns:
            found = self.guess.found.get(column.name)
            if found is not None:
                is_open = not self.is_known or ("minor_units" in self.open_keys and column.type == "amount")
                yield f"{'# ' if is_open else ''}{column.name} = {reading(found)}     # {_plain(found.evidence)}"
            for question in self.questions:
                if question.key == f"columns.{column.name}":
                    yield f"# ASK {column.name}: {_plain(question.asks)}"
                    if question.evidence:
                        yield f"#   {_plain(question.evidence)}"
                    headers = [choice for choice in question.choices if not choice.startswith("= ")]
                    yield from (f"# {column.name} = {toml(choice)}" for choice in headers)
                    if len(headers) < len(question.choices):
                        yield f'# or, where it is the same for every row, in [constants]: {column.name} = "sale"'

    def _rest(self) -> Iterator[Iterator[str]]:
        if not self.is_known:
            return
        for canonical, found in self.guess.found.items():
            if found.words:
                yield self._words(canonical, found)
        if constants := dict(self.guess.constants):
            yield iter(["[constants]", *(f"{name} = {toml(word)}" for name, word in constants.items())])
        if self.guess.controls:
            yield iter(["[controls]", *(f"{name} = {value}" for name, value in self.guess.controls.items())])
        if unread := self._unread():
            why = "# Not read: put here what never will be, so that only new columns are told as drift."
            yield iter([why, "# [ignored]", *(f"# {line}" for line in _listed("columns", unread))])

    def _words(self, canonical: str, found: Found) -> Iterator[str]:
        yield f"[values.{canonical}]"
        for word, ours in found.words.items():
            if ours:
                yield f"{toml(word)} = {toml(ours)}"
            else:
                yield f"# ASK {canonical}: what is {toml(word)}?"
                yield f"# {toml(word)} = "
        if canonical == "line_type":
            yield '"*" = "unknown"     # every other word: kept, told, and posted to the error account'

    def _unread(self) -> list[str]:
        read = {folded(header) for found in self.guess.found.values() for header in found.headers}
        asked = {folded(choice) for question in self.questions for choice in question.choices}
        return [n for n in dict.fromkeys(self.grid.header) if n and folded(n) not in read | asked and n[0] != "#"]

    def _ask(self, key: str) -> Iterator[str]:
        for question in self.questions:
            if question.key == key:
                yield f"# ASK {key}: {_plain(question.asks)} {_plain(' | '.join(question.choices))}"
                if question.evidence:
                    yield f"#   {_plain(question.evidence)}"


def formats_of(guess: Guess, used: Sequence[Profile]) -> tuple[list[str], list[str]]:
    """The patterns of days and of moments in the columns that are read, a day and a time beside it as one moment."""
    days: dict[str, None] = {}
    moments: dict[str, None] = {}
    by_name = {folded(column.name): column for column in used}
    for column in used:
        for form in column.days.formats if column.days else ():
            (moments if column.days and column.days.is_moment else days)[form] = None
    for found in guess.found.values():
        columns = [by_name[folded(header)] for header in found.plus if folded(header) in by_name]
        if found.is_join and columns[0].days:
            times = sorted({time for cell in columns[-1].said if (time := _time_format(cell))})
            moments |= dict.fromkeys(f"{day} {time}" for day in columns[0].days.formats for time in times)
    return list(days), list(moments)


def _time_format(cell: str) -> str | None:
    from etl.learn.days import time_format

    form = time_format(f" {cell}")
    return form.strip() if form else None


def reading(found: Found) -> str:
    """Where a column is read, as a contract writes it."""
    if found.less:
        plus = f"sum_of = {toml(list(found.plus))}, " if found.plus else ""
        return f"{{ {plus}less = {toml(list(found.less))} }}"
    if len(found.plus) > 1:
        return f"{{ {'join' if found.is_join else 'sum_of'} = {toml(list(found.plus))} }}"
    header = toml(found.plus[0])
    also = f", position = {found.position}" if found.position > 1 else ""
    also += f", pattern = {toml(found.pattern)}" if found.pattern else ""
    return f"{{ header = {header}{also} }}" if also else header


def coverage(grid: Grid, guess: Guess | None) -> tuple[int, int]:
    """How many columns are read, and how many there are."""
    read = {folded(header) for found in (guess.found if guess else {}).values() for header in found.headers}
    names = {folded(name) for name in grid.header if name and name[0] != "#"}
    return len(read & names), len(names)


def _listed(key: str, names: Sequence[str]) -> Iterator[str]:
    """A list of texts, on several lines where it is long."""
    one = f"{key} = {toml(list(names))}"
    if len(one) <= _WIDTH:
        yield one
        return
    yield f"{key} = ["
    line = "   "
    for name in names:
        if len(line) + len(toml(name)) > _WIDTH:
            yield line
            line = "   "
        line += f" {toml(name)},"
    yield line
    yield "]"


def _plain(text: str) -> str:
    """A text of the file as a comment may hold it: in one line, without control characters."""
    return re.sub(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+", " ", text).strip()
