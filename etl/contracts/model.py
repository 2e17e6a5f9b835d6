"""The contract of a source: what `schemas/sources/<system>_<report>.toml` may say. It names; it does not compute."""

import difflib
import re
from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from etl.entities import ENTITIES, VOCABULARIES, Entity

DIRECTIVES = frozenset("YmdHMSfzTZ%bBjy")
ISO_DATES = ("%Y-%m-%d",)
ISO_MOMENTS = (
    "%Y-%m-%d %H:%M:%S %z",
    "%Y-%m-%dT%H:%M:%S%z",
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
)
BOOLEANS = {
    **dict.fromkeys(("true", "yes", "y", "1", "ja", "j", "sand", "x"), "true"),
    **dict.fromkeys(("false", "no", "n", "0", "nej", "falsk"), "false"),
}
REST = "*"


def nearest(word: str, known: Collection[str]) -> str:
    """The known word that looks most like it, else all of them."""
    return next(iter(difflib.get_close_matches(word, known, 1, 0.5)), ", ".join(sorted(known)))


class Part(BaseModel):
    """A table of a contract: frozen, and no key that we do not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Match(Part):
    """What a file is recognised by: all of `headers`, a heading for each of `columns`, none of `not_headers`."""

    headers: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    not_headers: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not self.headers and not self.columns:
            raise ValueError("headers or columns: say what the file is recognised by")
        return self


class Csv(Part):
    """How the CSV files of this source are written.

    `decimal = "infer"`: point or comma, proven from whole columns. `thousands`: the sign that groups digits by three;
    empty = no grouping. `date_formats` and `moment_formats` are strptime patterns; one with `%z` or a final `Z` knows
    its offset. `header_row`: how far down the header may stand: in the first line, below a line of one cell, below
    any preamble. `footer`: patterns of the lines below the data. `block_start`: the column that is filled only in an
    order's first row. `pending_rows`: rows appear before they have a payout, and again when they have one.
    """

    delimiters: tuple[Annotated[str, Field(min_length=1, max_length=1)], ...] = (",", ";", "\t")
    encodings: tuple[Literal["utf-8", "utf-16", "cp1252", "latin-1"], ...] = ("utf-8", "utf-16", "cp1252", "latin-1")
    decimal: Literal[".", ",", "infer"] = "."
    thousands: Literal["", ".", ",", " ", "'"] = ""
    date_formats: tuple[str, ...] = ISO_DATES
    moment_formats: tuple[str, ...] = ISO_MOMENTS
    header_row: Literal["first", "type_line", "preamble"] = "preamble"
    footer: tuple[str, ...] = ()
    block_start: str | None = None
    pending_rows: bool = False

    @model_validator(mode="after")
    def _can_be_read(self) -> Self:
        if self.thousands and self.thousands == self.decimal:
            raise ValueError("thousands: the same sign as decimal")
        for form in (*self.date_formats, *self.moment_formats):
            if wrong := set(re.findall(r"%(.)", form)) - DIRECTIVES:
                raise ValueError(f"date format {form}: %{min(wrong)} is not one of %{' %'.join(sorted(DIRECTIVES))}")
        for pattern in self.footer:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"footer: {pattern}: {error}") from error
        return self


class Reading(Part):
    """Where a canonical column is read: the first of `names` that the file has; with `by_value`, the first filled one.

    `position` is for a name that several columns bear: 1 is the leftmost of them.
    """

    names: Annotated[tuple[str, ...], Field(min_length=1)]
    position: Annotated[int, Field(ge=1)] = 1
    by_value: bool = False


def _reading(value: object) -> object:
    """A reading from its short forms: "Header", ["Header", "Synonym"], {header, position}, {first_of}."""
    if isinstance(value, str):
        return {"names": (value,)}
    if isinstance(value, list):
        return {"names": value}
    if isinstance(value, Mapping) and set(value) == {"header", "position"}:
        return {"names": (value["header"],), "position": value["position"]}
    if isinstance(value, Mapping) and set(value) == {"first_of"}:
        return {"names": value["first_of"], "by_value": True}
    raise ValueError(
        'write "Header", ["Header", "Synonym"], { header = "Header", position = 2 } or { first_of = ["A", "B"] }'
    )


class Attributes(Part):
    """Facts inside one column of `key: value` lines: for each canonical column the keys that may carry it."""

    column: str
    keys: dict[str, tuple[str, ...]]

    @model_validator(mode="before")
    @classmethod
    def _from_table(cls, value: Any) -> Any:
        if isinstance(value, Mapping) and "keys" not in value:
            return {"column": value.get("column"), "keys": {k: v for k, v in value.items() if k != "column"}}
        return value


class Extra(Part):
    """Columns that no canonical column takes but that are worth keeping, as JSON."""

    columns: tuple[str, ...]


def _word(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


Word = Annotated[str, BeforeValidator(_word)]


class Contract(Part):
    """A source: which records its files hold and how their words become ours.

    `precedence`: which of two versions of an order is newer. `payout_sign`: -1 where the source writes money that
    goes to the bank as negative. `required`: canonical columns that may not be empty, besides those of the entity;
    where `block_start` is set, in an order's first row. `values`: their words (any case) to ours; `"*"` takes every
    other word. `evidence`: we hold a real file (`sample`), or only its description.
    """

    source: str
    system: str
    entity: str
    evidence: Literal["sample", "documented"]
    precedence: Literal["updated_at", "state_rank", "received"] = "received"
    payout_sign: Literal[1, -1] = 1
    match: Match
    csv: Csv | None = None
    columns: dict[str, Annotated[Reading, BeforeValidator(_reading)]]
    attributes: Attributes | None = None
    values: dict[str, dict[str, Word]] = {}
    constants: dict[str, Word] = {}
    required: tuple[str, ...] = ()
    extra: Extra | None = None
    text: str = Field(repr=False)
    sha256: str

    @property
    def record(self) -> Entity:
        """The entity that one row becomes."""
        return ENTITIES[self.entity]

    @property
    def needed(self) -> tuple[str, ...]:
        """Canonical columns that a file must have: required ones, where nothing else gives their value."""
        otherwise = {*self.constants, *(self.attributes.keys if self.attributes else ())}
        return tuple(n for n in (*self.record.required, *self.required, *self._block()) if n not in otherwise)

    def words(self, canonical: str) -> dict[str, str]:
        """Lower-case words of the file and what they mean, for a column that has a closed set of words; else {}."""
        column = self.record.column(canonical)
        said = {word.lower(): ours for word, ours in self.values.get(canonical, {}).items() if word != REST}
        if column is None or said:
            return BOOLEANS | said if column and column.type == "boolean" else said
        return (
            BOOLEANS if column.type == "boolean" else {word.lower(): word for word in VOCABULARIES.get(column.type, ())}
        )

    @model_validator(mode="after")
    def _speaks_of_its_entity(self) -> Self:
        if self.entity not in ENTITIES:
            raise ValueError(f"entity: there is no {self.entity}; did you mean {nearest(self.entity, ENTITIES)}?")
        known = [column.name for column in self.record.columns]
        for key, name in self._named():
            if name not in known:
                raise ValueError(f"{key}: {self.entity} has no {name}; did you mean {nearest(name, known)}?")
        given = {*self.columns, *self.constants, *(self.attributes.keys if self.attributes else ())}
        wanted = (*self.match.columns, *self.record.required, *self.required, *self._block())
        if missing := [name for name in wanted if name not in given]:
            raise ValueError(f"columns: {missing[0]} must be read from somewhere")
        for canonical, words in self.values.items():
            self._check_words(canonical, words.values())
        for canonical, word in self.constants.items():
            self._check_words(canonical, [word])
        return self

    def _block(self) -> tuple[str, ...]:
        return (self.csv.block_start,) if self.csv and self.csv.block_start else ()

    def _named(self) -> list[tuple[str, str]]:
        """Every canonical name in the contract, and the table that says it."""
        tables: dict[str, Collection[str]] = {
            "columns": self.columns,
            "attributes": self.attributes.keys if self.attributes else (),
            "values": self.values,
            "constants": self.constants,
            "required": self.required,
            "match.columns": self.match.columns,
            "csv.block_start": self._block(),
        }
        return [(key, name) for key, names in tables.items() for name in names]

    def _check_words(self, canonical: str, words: Collection[str]) -> None:
        column = self.record.column(canonical)
        kind = column.type if column else "text"
        known = ("true", "false") if kind == "boolean" else VOCABULARIES.get(kind)
        for word in words:
            if known and word not in known:
                raise ValueError(
                    f"values.{canonical}: {word} is not a word of ours; did you mean {nearest(word, known)}?"
                )
