"""What the cells of one column are, from all of them: numbers, days, countries, words, ids; and how they are written.

Nothing here knows what a column means. A number is read only where its decimal sign is proven, by the column or by the
rest of the file; a day only where the order of day and month is.
"""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property, partial

from etl.conform.amounts import AMBIGUOUS, Grammar, inferred, proof_pattern
from etl.learn.days import Days, days_of
from etl.learn.grid import Grid
from etl.learn.words import Words

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
_TIME = re.compile(r"\d{1,2}([:.])\d{2}(?:\1\d{2}(?:\.\d+)?)?(?: ?[AaPp][Mm])?")
_ID = re.compile(r"#?[\w#/.:+-]+")
_VAT_NUMBER = re.compile(r"[A-Z]{2} ?[A-Z0-9+*]{2,13}|\d{8,12}")
_POSTCODE = re.compile(r"['\"]*(?:[A-Z]{1,2}[- ]?)?[0-9A-Z]{3,6}(?:[- ]?[0-9A-Z]{1,4})?['\"]*")
_QUOTED = re.compile(r"\"+[^\"]+\"+|'[^'\" ]+")
_PAIRS = re.compile(r"\w+:[^|;]*(?:[|;]\w+:[^|;]*)+", re.DOTALL)
_TRUTHS = frozenset({"true", "false", "yes", "no", "0", "1", "ja", "nej"})
_POINT, _COMMA = (re.compile(proof_pattern(*signs)) for signs in (".,", ",."))
_NUMBER = re.compile("|".join(Grammar(*signs).pattern(None) for signs in (".,", ",.", (",", " "))))
_MOST_WORDS = 15
_ID_DIGITS = 9


@dataclass(frozen=True)
class Profile:
    """One column: its cells, and every kind that fits all filled ones.

    Kinds: empty, number, integer, date, time, email, country, currency, boolean, id, vat_number, postcode, words (few
    different ones), pairs (lists of `key:value`). `values`: a number for each row, None where the cell is empty; only
    where its decimal sign is proven. `proof`: does the column prove the decimal point, does it prove the comma?
    """

    name: str
    position: int
    cells: tuple[str, ...]
    kinds: frozenset[str]
    values: tuple[Decimal | None, ...] = ()
    days: Days | None = None
    proof: tuple[bool, bool] = (False, False)
    is_ambiguous: bool = False
    strips: frozenset[str] = frozenset()
    empties: frozenset[str] = frozenset()

    @cached_property
    def said(self) -> tuple[str, ...]:
        """The filled cells."""
        return tuple(cell for cell in self.cells if cell and cell not in self.empties)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Its different cells, sorted."""
        return tuple(sorted(set(self.said)))

    @property
    def is_empty(self) -> bool:
        """Does no cell say anything?"""
        return not self.said

    @property
    def is_unique(self) -> bool:
        """Is no filled cell like another?"""
        return len(self.words) == len(self.said) > 1

    def is_quoted(self, *, bare: bool = False) -> bool:
        """Do quotes stand round some of its cells, or an apostrophe before them (which may be `bare` already)?"""
        return any(_QUOTED.fullmatch(cell) and not (bare and cell[0] == "'") for cell in self.said)

    @property
    def has_decimals(self) -> bool:
        """Is any of its numbers written with decimals?"""
        return any(self.proof) or any(value is not None and value % 1 for value in self.values)

    @property
    def is_long_number(self) -> bool:
        """Are they whole numbers of so many digits that they are ids?"""
        return "integer" in self.kinds and any(len(cell.lstrip("-+")) >= _ID_DIGITS for cell in self.said)

    @property
    def told(self) -> str:
        """What the cells are, in a few words."""
        if self.is_empty:
            return "empty"
        order = ("email", "date", "time", "currency", "country", "integer", "number", "words", "id")
        kind = next((kind for kind in order if kind in self.kinds), "text")
        also = ", all different" if self.is_unique else f", {len(self.words)} different"
        return f"{kind} in {len(self.said)} of {len(self.cells)} rows{also if len(self.said) > 1 else ''}"


@dataclass(frozen=True, slots=True)
class Profiles:
    """All columns of a file, and how the file writes its numbers.

    `decimal`: the sign that is proven, else `infer`; `is_decimal_open`: cells like 1.234 need it and nothing proves it.
    """

    columns: tuple[Profile, ...]
    decimal: str
    is_decimal_open: bool
    group: str

    def __iter__(self) -> Iterator[Profile]:
        """The columns, from the left."""
        return iter(self.columns)

    def of_kind(self, kind: str) -> list[Profile]:
        """The columns of a kind."""
        return [column for column in self.columns if kind in column.kinds]


def profiles_of(grid: Grid, words: Words, *, decimal: str | None = None) -> Profiles:
    """The profile of each column of a file. `decimal`: the sign that a person said it is."""
    found = [_column(grid, position, words) for position in range(len(grid.header))]
    grammars = inferred([column.proof for column in found])
    if decimal:
        grammars = [Grammar(decimal, "," if decimal == "." else ".")] * len(found)
    columns = tuple(_numbered(column, grammar) for column, grammar in zip(found, grammars, strict=True))
    point, comma = (any(column.proof[sign] for column in found) for sign in (0, 1))
    proven = decimal or ("infer" if point == comma else "." if point else ",")
    is_open = decimal is None and any(
        column.is_ambiguous and grammar.decimal is None for column, grammar in zip(columns, grammars, strict=True)
    )
    return Profiles(columns, proven, is_open, _group(columns, proven))


def _group(columns: Collection[Profile], decimal: str) -> str:
    """The sign that groups thousands in any number of the file, for a proven decimal sign."""
    signs = {".": ",'", ",": ". '"}.get(decimal, "")
    texts = [cell for column in columns if "number" in column.kinds for cell in column.said]
    return next((sign for sign in signs if any(re.search(rf"\d[{sign}]\d{{3}}", text) for text in texts)), "")


def _column(grid: Grid, position: int, words: Words) -> Profile:
    cells = tuple(row[position].strip() for row in grid.rows)
    filled = {cell for cell in cells if cell}
    empties = frozenset(cell for cell in filled if cell.casefold() in words.empty)
    said = filled - empties
    name = grid.header[position]
    if not said:
        return Profile(name, position, cells, frozenset({"empty"}), empties=empties)
    kinds = {kind for kind, fits in _tests(words) if all(map(fits, said))}
    numbers, strips = _numbers(said, words.strip)
    days = days_of(said) if not numbers else None
    kinds |= {"date"} if days else set()
    if numbers:
        kinds.discard("time")  # 12.50
        kinds |= {"number", "integer"} if all(re.fullmatch(r"[-+]?\d+", n) for n in numbers) else {"number"}
    if len(said) <= _MOST_WORDS and not kinds & {"date", "time", "email"} and (not numbers or "integer" in kinds):
        kinds.add("words")
    proof = (any(map(_POINT.fullmatch, numbers)), any(map(_COMMA.fullmatch, numbers)))
    is_strange = bool(kinds & {"number", "date", "time"})
    return Profile(
        name, position, cells, frozenset(kinds), days=days, proof=proof,
        is_ambiguous=any(re.fullmatch(AMBIGUOUS, number) for number in numbers),
        strips=strips, empties=empties if is_strange else frozenset(),
    )  # fmt: skip


def _tests(words: Words) -> list[tuple[str, Callable[[str], object]]]:
    return [
        ("email", _EMAIL.fullmatch),
        ("time", _TIME.fullmatch),
        ("country", lambda cell: cell.casefold() in words.countries),
        ("currency", lambda cell: cell.casefold() in words.currencies),
        ("boolean", lambda cell: cell.casefold() in _TRUTHS),
        ("vat_number", _VAT_NUMBER.fullmatch),
        ("postcode", _POSTCODE.fullmatch),
        ("id", _ID.fullmatch),
        ("pairs", _PAIRS.fullmatch),
    ]


def _numbers(cells: Collection[str], signs: Collection[str]) -> tuple[list[str], frozenset[str]]:
    """The cells as numbers without the signs round them, and those signs; nothing where one of them is no number."""
    numbers: list[str] = []
    used: set[str] = set()
    for cell in cells:
        number, stripped = _bare(cell, signs)
        if not _NUMBER.fullmatch(number):
            return [], frozenset()
        numbers.append(number)
        used |= stripped
    return numbers, frozenset(used)


def _bare(cell: str, signs: Collection[str]) -> tuple[str, set[str]]:
    """A cell without the signs at its ends, its minus in front."""
    text = cell.replace("\u2212", "-")
    used: set[str] = set()
    for sign in sorted(signs, key=len, reverse=True):
        minus = "-" if text.startswith("-") else ""
        if text.removeprefix("-").startswith(sign):
            text, used = minus + text.removeprefix("-").removeprefix(sign).strip(), used | {sign}
        if text.endswith(sign):
            text, used = text.removesuffix(sign).strip(), used | {sign}
    return text, used


def _numbered(column: Profile, grammar: Grammar) -> Profile:
    """The column with its numbers, where it has any and their decimal sign is proven or does not matter."""
    if "number" not in column.kinds:
        return column
    value = partial(_value, grammar=grammar, strips=column.strips)
    values = tuple(value(cell) if cell and cell not in column.empties else None for cell in column.cells)
    if any(v is None and c and c not in column.empties for v, c in zip(values, column.cells, strict=True)):
        return column
    return replace(column, values=values)


def _value(cell: str, *, grammar: Grammar, strips: Collection[str]) -> Decimal | None:
    text, _ = _bare(cell, strips)
    if grammar.decimal is None and re.fullmatch(AMBIGUOUS, text):
        return None
    for reading in grammar.readings:
        if re.fullmatch(reading.pattern(None), text) or (" " in text and reading.decimal == ","):
            plain = re.sub(r"[ ']", "", text.replace(reading.group, "")).replace(reading.decimal or ".", ".")
            return Decimal(f"-{plain[:-1]}" if plain.endswith("-") else plain)
    return None
