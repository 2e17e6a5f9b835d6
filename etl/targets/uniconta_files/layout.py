"""`schemas/uniconta/*.toml`: which columns an import file has, in which order, from which of our columns.

The import maps by position (docs/uniconta-import.md), so the order of the columns is a contract with the people who
typed the mapping: add at the end, never in the middle.
"""

import tomllib
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Kind = Literal["text", "key", "amount", "quantity", "date", "boolean", "integer", "word", "country"]
Language = Literal["da", "en"]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Part):
    """The same word in both languages."""

    en: str
    da: str

    def of(self, language: Language) -> str:
        """The word in a language."""
        return self.en if language == "en" else self.da


class Column(_Part):
    """One column of an import file.

    `field` is the property's name in Uniconta and the heading; without `from` the column stays empty. Kinds: `text` is
    cut at `max_length`; `key` identifies something and is never cut; `amount` has two decimals; `quantity` as many as
    it needs; `word` must be one of `words`; `country` is the English name where we know it, else the code.
    """

    field: Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9]*$")]
    source: Identifier | None = Field(None, alias="from")
    kind: Kind
    max_length: Annotated[int, Field(gt=0)] | None = None
    label: Words
    words: dict[Identifier, Words] = {}

    @model_validator(mode="after")
    def _fits(self) -> "Column":
        if (self.kind == "word") != bool(self.words):
            raise ValueError(f"{self.field}: words belong to kind word, and kind word needs them")
        if self.max_length and self.kind not in {"text", "key"}:
            raise ValueError(f"{self.field}: only text and key have a length")
        return self


class Layout(_Part):
    """One kind of import file. `entity` is the table of Uniconta that it is loaded into."""

    entity: str
    columns: tuple[Column, ...]

    @model_validator(mode="after")
    def _distinct(self) -> "Layout":
        fields = [column.field for column in self.columns]
        if len(set(fields)) != len(fields):
            raise ValueError("a field stands twice")
        return self


@cache
def layout(name: str) -> Layout:
    """The layout `schemas/uniconta/<name>.toml`."""
    return Layout.model_validate(tomllib.loads((_folder() / f"{name}.toml").read_text("utf-8")))


@cache
def countries() -> dict[str, str]:
    """ISO code to the English name that import files carry."""
    names: dict[str, str] = tomllib.loads((_folder() / "countries.toml").read_text("utf-8"))
    return names


def _folder() -> Traversable:
    """The layouts inside the installed package, or in the repository."""
    installed = resources.files("etl") / "_schemas"
    return (installed if installed.is_dir() else Path(__file__).parents[3] / "schemas") / "uniconta"
