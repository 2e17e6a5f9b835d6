"""The contract of a source: what `schemas/sources/<system>_<report>.toml` may say. It names; it does not compute."""

from collections.abc import Collection
from fnmatch import fnmatchcase
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from etl.contracts.dialect import folded
from etl.contracts.part import Part, nearest
from etl.contracts.writing import Attributes, Controls, Csv, FanOut, Reading, Writing, Xml, checked, reading
from etl.entities import ENTITIES, VOCABULARIES, Entity

__all__ = ["BOOLEANS", "REST", "Contract", "Csv", "Reading", "nearest"]

BOOLEANS = {
    **dict.fromkeys(("true", "yes", "y", "1", "ja", "j", "sand", "x"), "true"),
    **dict.fromkeys(("false", "no", "n", "0", "nej", "falsk"), "false"),
}
REST = "*"
_READ = ("match", "columns")


def _roots(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class Match(Part):
    """What a file is recognised by: all of `headers`, a heading for each of `columns`, none of `not_headers`.

    XML: its root element and namespace (a glob). Spreadsheets: the sheet's name (a glob). Text of an odd syntax:
    `starts_with`, a pattern that its beginning matches.
    """

    headers: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    not_headers: tuple[str, ...] = ()
    root: Annotated[tuple[str, ...], BeforeValidator(_roots)] = ()
    namespace: str = "*"
    sheet: str = "*"
    starts_with: str = ""

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not (self.headers or self.columns or self.root or self.starts_with):
            raise ValueError("headers or columns: say what the file is recognised by")
        checked(self.starts_with, "starts_with")
        return self


class Names(Part):
    """Columns by name: those worth keeping as JSON, or those known and not read (globs)."""

    columns: tuple[str, ...]


class Refuse(Part):
    """A file that is recognised and cannot be used: what to export instead."""

    en: str
    da: str


class About(Part):
    """What people want to know of a source: the menu it comes from, what it holds, what it cannot tell."""

    menu: str = ""
    kinds: str = ""
    cannot_tell: dict[str, str] = Field(default_factory=dict)


def _word(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


Word = Annotated[str, BeforeValidator(_word)]


class Contract(Part):
    """A source: which records its files hold and how their words become ours.

    `precedence`: which of two versions of an order is newer. `payout_sign`: -1 where the source writes money that
    goes to the bank as negative. `required`: canonical columns that may not be empty, besides those of the entity;
    where `block_start` is set, in an order's first row. `values`: their words (any case) to ours; `"*"` takes every
    other word. `evidence`: we hold a real file (`sample`), or only its description. `part`: the file has only the
    heads or only the lines of orders; another file has the rest. `reader`: the module that knows an odd syntax.
    `skip`: rows that are no records, by their word in a column.
    """

    source: str
    system: str
    entity: str = ""
    evidence: Literal["sample", "documented"]
    precedence: Literal["updated_at", "state_rank", "received"] = "received"
    payout_sign: Literal[1, -1] = 1
    part: Literal["whole", "head", "lines"] = "whole"
    reader: str | None = None
    about: About = About()
    refuse: Refuse | None = None
    match: Match
    csv: Csv | None = None
    xlsx: Csv | None = None
    xml: Xml | None = None
    fan_out: FanOut | None = None
    columns: dict[str, Annotated[Reading, BeforeValidator(reading)]] = Field(default_factory=dict)
    attributes: Attributes | None = None
    values: dict[str, dict[str, Word]] = Field(default_factory=dict)
    constants: dict[str, Word] = Field(default_factory=dict)
    required: tuple[str, ...] = ()
    extra: Names | None = None
    ignored: Names | None = None
    skip: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    controls: Controls = Controls()
    text: str = Field(repr=False)
    sha256: str

    @property
    def record(self) -> Entity:
        """The entity that one row becomes."""
        return ENTITIES[self.entity]

    @property
    def as_xml(self) -> "Contract":
        """The contract of an XML file: its elements come and go, so that of synonyms the first filled one counts."""
        by_value = {
            name: one.model_copy(update={"by_value": True})
            for name, one in self.columns.items()
            if len(one.names) > 1 and not (one.join or one.is_sum)
        }
        return self.model_copy(update={"columns": self.columns | by_value})

    @property
    def table(self) -> Csv | None:
        """How it is written as a table, in whatever file; None where it never is one."""
        is_other = self.xml or self.reader
        return self.csv or self.xlsx or (None if is_other else Csv())

    def writing(self, kind: str) -> Writing:
        """How its values are written in a file of that kind."""
        forms: tuple[Writing | None, ...] = {
            "csv": (self.csv, self.xlsx, self.xml),
            "xml": (self.xml, self.csv),
        }.get(kind, (self.xlsx, self.csv, self.xml))
        return next((form for form in forms if form), Csv())

    @property
    def block_start(self) -> str | None:
        """The column that is filled only in an order's first row, where a source has orders in blocks."""
        return next((form.block_start for form in (self.csv, self.xlsx, self.xml) if form and form.block_start), None)

    @property
    def has_pending_rows(self) -> bool:
        """Do rows appear before they have a payout, and again when they have one?"""
        return any(form.pending_rows for form in (self.csv, self.xlsx, self.xml) if form)

    @property
    def required_facts(self) -> tuple[str, ...]:
        """The columns without which a row is nothing."""
        return self.record.required

    @property
    def needed(self) -> tuple[str, ...]:
        """Canonical columns that a file must have: required ones, where nothing else gives their value."""
        if not self.entity:
            return ()
        otherwise = {*self.constants, *(self.attributes.keys if self.attributes else ())}
        return tuple(n for n in (*self.required_facts, *self.required, *self._block()) if n not in otherwise)

    def knows(self, name: str) -> bool:
        """Is the column of that name read, kept or named as one that is not read?"""
        return folded(name) in self._known_names() or any(
            fnmatchcase(folded(name), folded(pattern)) for pattern in self._patterns()
        )

    def _known_names(self) -> frozenset[str]:
        named = {name for one in self.columns.values() for name in one.every_name}
        named.update(self.match.headers, self.skip, self.extra.columns if self.extra else ())
        if self.attributes:
            named.add(self.attributes.column)
        return frozenset(map(folded, named))

    def _patterns(self) -> tuple[str, ...]:
        fan_out = self.fan_out.columns if self.fan_out else ()
        return (*(self.ignored.columns if self.ignored else ()), *fan_out)

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
        if self.refuse and not self.entity:
            return self
        if self.entity not in ENTITIES:
            raise ValueError(f"entity: there is no {self.entity}; did you mean {nearest(self.entity, ENTITIES)}?")
        known = [column.name for column in self.record.columns]
        for key, name in self._named():
            if name not in known:
                raise ValueError(f"{key}: {self.entity} has no {name}; did you mean {nearest(name, known)}?")
        given = {*self.columns, *self.constants, *(self.attributes.keys if self.attributes else ())}
        wanted = (*self.match.columns, *self.required_facts, *self.required, *self._block())
        if missing := [name for name in wanted if name not in given]:
            raise ValueError(f"columns: {missing[0]} must be read from somewhere")
        for canonical, words in self.values.items():
            self._check_words(canonical, words.values())
        for canonical, word in self.constants.items():
            self._check_words(canonical, [word])
        return self

    @model_validator(mode="after")
    def _has_a_form(self) -> Self:
        if self.part != "whole" and self.record.kind != "orders":
            raise ValueError("part: only orders come in two files")
        if self.xml and not self.match.root:
            raise ValueError("match.root: say which XML root the file has")
        if self.reader and not self.match.starts_with:
            raise ValueError("match.starts_with: say how a file of this reader begins")
        return self

    def _block(self) -> tuple[str, ...]:
        return (self.block_start,) if self.block_start else ()

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
