"""Every sentence the program says about data, in Danish and English, by a stable reason code.

One entry of `catalogue.toml` per code: what happened with the values, what becomes of the rest, and what a person can
do. Placeholders are names in braces. Texts of findings use {field}, {value} and {expected} alone, because
`review.findings` fills them in SQL; texts about settings and about the program have the facts of their error.
"""

import hashlib
import string
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

Language = Literal["da", "en"]
Severity = Literal["error", "warning", "info"]
LANGUAGES: tuple[Language, ...] = ("da", "en")


@dataclass(frozen=True, slots=True)
class Entry:
    """What the catalogue says of one code. `is_approvable`: a person may decide that it goes all the same."""

    code: str
    severity: Severity
    is_approvable: bool
    texts: dict[Language, str]
    next_steps: dict[Language, str]


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence for a person, and what to do next."""

    text: str
    next_step: str


class _Facts(dict[str, object]):
    """Facts by name; one that is not known reads as a dash, since a sentence with a gap is better than none."""

    def __missing__(self, key: str) -> str:
        return "–"  # noqa: RUF001 - an en dash is what a person writes for "nothing"


@cache
def _content() -> bytes:
    return (resources.files("etl.messages") / "catalogue.toml").read_bytes()


@cache
def catalogue() -> dict[str, Entry]:
    """All entries by code, in the order of the file."""
    return {
        code: Entry(
            code=code,
            severity=entry["severity"],
            is_approvable=entry.get("approvable", False),
            texts={"da": entry["da"], "en": entry["en"]},
            next_steps={"da": entry["next_da"], "en": entry["next_en"]},
        )
        for code, entry in tomllib.loads(_content().decode()).items()
    }


def sha256() -> str:
    """SHA-256 of the catalogue, in hex."""
    return hashlib.sha256(_content()).hexdigest()


def render(code: str, language: Language, /, **facts: object) -> Message:
    """The sentence of a code with its facts filled in. A code that is not in the catalogue is a KeyError."""
    entry = catalogue()[code]
    known = _Facts({name: "" if fact is None else fact for name, fact in facts.items()})
    return Message(
        string.Formatter().vformat(entry.texts[language], (), known),
        string.Formatter().vformat(entry.next_steps[language], (), known),
    )


def placeholders(text: str) -> set[str]:
    """The names in braces of a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def rows(language: Language) -> Iterator[tuple[str, str, bool, str, str]]:
    """The rows of `setting.messages`: code, severity, is_approvable, reason, next_step."""
    for entry in catalogue().values():
        yield entry.code, entry.severity, entry.is_approvable, entry.texts[language], entry.next_steps[language]
