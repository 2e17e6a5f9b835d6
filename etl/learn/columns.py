"""What is known so far of a file's columns while it is tried as one entity: what is certain, and what is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from etl.contracts import folded
from etl.entities import VOCABULARIES, Column
from etl.learn.content import column_of, fits, known_words
from etl.learn.findings import Found
from etl.learn.names import Names, Said
from etl.learn.profile import Profile, Profiles
from etl.learn.words import Words, phrase_of

Answers = Mapping[str, str]
# The text without the quotes that keep a spreadsheet from taking it for a number.
BARE = "^[\"']*([^\"']+)"
# In these columns an apostrophe in front is cut off whatever a contract says.
_BARE_ALREADY = ("postcode", "phone")
_NUMBER_NAMES = frozenset({"number", "no", "nr", "nummer", "name", "reference", "increment", "code"})
_MOST_CHOICES = 6


@dataclass(slots=True)
class Columns:
    """What is known so far of an entity's columns in one file."""

    profiles: Profiles
    names: Names
    words: Words
    answers: Answers
    said: dict[int, Said] = field(default_factory=dict)
    found: dict[str, Found] = field(default_factory=dict)
    asked: dict[str, tuple[list[Profile], str]] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    controls: dict[str, str] = field(default_factory=dict)
    rows: str = ""

    @property
    def entity(self) -> str:
        """The entity that the file is tried as."""
        return self.names.entity

    @property
    def used(self) -> frozenset[str]:
        """The headers that are read."""
        return frozenset(folded(header) for one in self.found.values() for header in one.headers)

    def saying(self, canonical: str, *, is_known: bool) -> list[Profile]:
        """The columns whose name says so, for certain or as a hint, and whose cells can be that."""
        column = column_of(self.entity, canonical)
        return [
            p
            for p in self.profiles
            if canonical in self.said[p.position].columns
            and self.said[p.position].is_known == is_known
            and not self.said[p.position].part
            and fits(column, p)
            and self._is_of_level(column, p)
        ]

    def _is_of_level(self, column: Column, profile: Profile) -> bool:
        """Of XML with rows in its records, a line's facts stand in the rows, and an order's outside."""
        if not self.rows or self.entity != "orders":
            return True
        return (column.level == "line") is profile.name.startswith(f"{self.rows}/")

    def write(self, canonical: str, profile: Profile, evidence: str) -> None:
        """Take a column for certain."""
        same = [p for p in self.profiles if folded(p.name) == folded(profile.name)]
        self.found[canonical] = Found(
            canonical, (profile.name,), f"{evidence}; {profile.told}", position=same.index(profile) + 1,
            pattern=BARE if profile.is_quoted(bare=canonical.endswith(_BARE_ALREADY)) else None,
            words=self._words(canonical, profile),
        )  # fmt: skip
        self.asked.pop(canonical, None)

    def _words(self, canonical: str, profile: Profile) -> dict[str, str]:
        column = column_of(self.entity, canonical)
        if column.type not in VOCABULARIES:
            return {}
        known = known_words(column, profile, self.words)
        ours = VOCABULARIES[column.type]
        return {word: known.get(word.casefold(), word if word in ours else "") for word in profile.words}

    def ask(self, canonical: str, candidates: Sequence[Profile], why: str) -> None:
        """Leave a column to a person."""
        if canonical not in self.found:
            self.asked[canonical] = (list(candidates)[:_MOST_CHOICES], why)

    def position(self, canonical: str) -> int:
        """The place in the header of the (first) column that one is read from."""
        found = self.found[canonical]
        return [p.position for p in self.profiles if folded(p.name) == folded(found.plus[0])][found.position - 1]

    def profile(self, canonical: str) -> Profile | None:
        """The column that one is read from alone, if it is."""
        found = self.found.get(canonical)
        return self.profiles.columns[self.position(canonical)] if found and len(found.headers) == 1 else None

    def may_number(self, profile: Profile) -> bool:
        """Does a name say that it is a number, of the order or of nothing in particular?"""
        words = set(phrase_of(profile.name.rpartition("/")[2]).split())
        return "order_no" in self.said[profile.position].columns or (bool(words) and words <= _NUMBER_NAMES)
