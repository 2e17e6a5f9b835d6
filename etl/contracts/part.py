"""What every table of a contract is: frozen, and without keys that we do not know."""

import difflib
from collections.abc import Collection

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A table of a contract."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def nearest(word: str, known: Collection[str]) -> str:
    """The known word that looks most like it, else all of them."""
    return next(iter(difflib.get_close_matches(word, known, 1, 0.5)), ", ".join(sorted(known)))
