"""What was found out of a file: the columns that may be written, and the questions that are open."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Found:
    """Where a canonical column is read, and the evidence: two kinds of it, or a name that stands for nothing else.

    `plus` are the headers; several are joined with a blank (`is_join`) or summed. `less` is taken off. `pattern`:
    what of the text it is. `words`: their words and ours.
    """

    canonical: str
    plus: tuple[str, ...]
    evidence: str
    less: tuple[str, ...] = ()
    is_join: bool = False
    position: int = 1
    pattern: str | None = None
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def headers(self) -> tuple[str, ...]:
        """All of the headers that it is read from."""
        return (*self.plus, *self.less)


@dataclass(frozen=True, slots=True)
class Question:
    """What a person has to say: its key in an answers file, the question, the answers that fit, what speaks for them.

    `key`: `entity`, `decimal`, `date_order`, `record`, `rows`, `columns.<canonical>`, or
    `values.<canonical>.<word>`. `value`: an example.
    """

    key: str
    asks: str
    choices: tuple[str, ...]
    evidence: str = ""
    value: str = ""

    @property
    def about(self) -> str:
        """What it asks about: a column, a word, a date as it stands in the file."""
        return self.value or self.key.partition(".")[2].replace(".", " ", 1)


@dataclass(frozen=True, slots=True)
class Guess:
    """The columns that are certain, the questions, and what is told besides: the sums that hold.

    `controls`: as `[controls]` has them. `payout_sign`: 0 where no transfer to the bank shows it. `unfounded`: the
    columns that are asked for only because they are needed. `is_minor`: a person said that amounts are whole øre.
    `part`: of an order, what the file has.
    """

    entity: str
    found: dict[str, Found]
    questions: list[Question]
    told: list[str]
    controls: dict[str, str]
    block_start: str | None = None
    payout_sign: int = 1
    unfounded: frozenset[str] = frozenset()
    constants: Mapping[str, str] = field(default_factory=dict)
    is_minor: bool = False
    part: str = "whole"
