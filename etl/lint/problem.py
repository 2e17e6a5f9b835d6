"""What a lint check gives: a code, where it is in company.toml, and the facts of its sentence."""

from collections.abc import Collection
from difflib import get_close_matches
from typing import NamedTuple

from etl.company.describe import expectation

Path = tuple[str | int, ...]


class Problem(NamedTuple):
    """A finding before it has words."""

    code: str
    path: Path
    facts: dict[str, object]


def missing(path: Path, needed_by: str) -> Problem:
    """A setting without a default that something in use needs."""
    return Problem("LINT_SETTING_MISSING", path, {"value": needed_by, "expected": expectation(path)})


def needed_later(path: Path, cause: str) -> Problem:
    """A setting without a default that is needed as soon as `cause`, a word of our vocabulary, turns up."""
    return Problem("LINT_SETTING_LATER", path, {"value": cause, "expected": expectation(path)})


def nearest(word: str, known: Collection[str]) -> str:
    """The known word that looks most like it, else all of them."""
    return next(iter(get_close_matches(word, known, 1, 0.4)), ", ".join(sorted(known)) or "–")  # noqa: RUF001 - a dash for "none"
