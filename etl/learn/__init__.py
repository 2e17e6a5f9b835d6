"""`etl learn`: a draft of a contract from a file that nobody has described.

Three independent kinds of evidence: what a column is called, what its cells are, which sums hold. Two have to agree, or
a name has to stand for one column alone; everything else is asked, and not written. The draft is then run on the file.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from etl import contracts, identify
from etl.contracts import Contract
from etl.errors import ContractError, FileRejected, UsageError
from etl.learn.draft import Draft, coverage
from etl.learn.entity import choose
from etl.learn.findings import Guess, Question
from etl.learn.grid import Grid, open_grid
from etl.learn.profile import Profiles, profiles_of
from etl.learn.trial import Trial, try_out
from etl.learn.words import load_words

__all__ = ["TIMEZONE", "Learned", "Question", "Trial", "answers_in", "interview", "learn", "write"]

TIMEZONE = "Europe/Copenhagen"


@dataclass(frozen=True, slots=True)
class Learned:
    """What was learned of a file: the draft's text, the open questions, how many columns it reads, and what it made.

    `already`: the source that reads such files already. `trial` None: the draft is no contract yet.
    """

    name: str
    text: str
    guess: Guess
    questions: list[Question]
    read: int
    columns: int
    trial: Trial | None
    already: str | None = None

    @property
    def entity(self) -> str | None:
        """What a row is, where that is known."""
        return None if any(q.key in {"entity", "record", "rows"} for q in self.questions) else self.guess.entity


def learn(
    path: Path,
    known: Mapping[str, Contract],
    *,
    name: str | None = None,
    answers: Mapping[str, str] | None = None,
    timezone: str = TIMEZONE,
) -> Learned:
    """Draft a contract of the file and run it. `known`: the contracts whose words count. Raises FileRejected.

    `answers`: by the key of their question; an empty answer leaves the column out.
    """
    said = {key: answer for key, answer in (answers or {}).items() if answer or key.startswith("columns.")}
    grid = open_grid(path, load_words(), said)
    profiles = profiles_of(grid, load_words(), decimal=said.get("decimal") or None)
    choice = choose(profiles, known, load_words(), said, grid.rows_path)
    doubts = [Question(key, f"which element is the {key}?", paths) for key, paths in grid.doubts.items()]
    name = name or _slug(path.stem)
    guess = _with_constants(choice.guess, name, said)
    first = [*doubts, *([choice.question] if choice.question else [])]
    questions = first or [*_of_writing(grid, profiles, guess, said), *guess.questions]
    guess = replace(guess, is_minor=said.get("minor_units") == "true", part=said.get("part") or guess.part)
    profiles = _ordered(profiles, said.get("date_order"))
    draft = Draft(name, name.partition("_")[0].title(), grid, profiles, guess, questions)
    read, columns = coverage(grid, guess if draft.is_known else None)
    trial = _tried(path, draft, timezone) if draft.is_known else None
    return Learned(name, draft.text(), guess, questions, read, columns, trial, _already(path, known))


def interview(
    path: Path, known: Mapping[str, Contract], ask: Callable[[Question], str], **options: Any
) -> tuple[Learned, dict[str, str]]:
    """Ask until nothing is open. An answer may settle other questions, so each is asked of what is known by then."""
    answers = dict(options.pop("answers", None) or {})
    while True:
        learned = learn(path, known, answers=answers, **options)
        question = next((q for q in learned.questions if q.key not in answers), None)
        if question is None:
            return learned, answers
        answers[question.key] = ask(question)


def answers_in(path: Path) -> dict[str, str]:
    """The answers of a TOML file: `entity = "orders"`, `[columns] order_no = "Nr"`, `[values.state] "ny" = "open"`."""
    try:
        return dict(_flat(tomllib.loads(path.read_text("utf-8")), ""))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ContractError("CONTRACT_INVALID", path=str(path), key="", detail=str(error)) from error


def _flat(table: Mapping[str, Any], above: str) -> list[tuple[str, str]]:
    found = []
    for key, value in table.items():
        if isinstance(value, dict):
            found += _flat(value, f"{above}{key}.")
        else:
            found.append((f"{above}{key}", str(value).lower() if isinstance(value, bool) else str(value)))
    return found


def write(learned: Learned, path: Path) -> None:
    """Write the draft. Raises UsageError(CONTRACT_EXISTS): what is there is never written over."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(learned.text)
    except FileExistsError as error:
        raise UsageError("CONTRACT_EXISTS", path=str(path)) from error


def _slug(stem: str) -> str:
    """A source's name from a file's: `Orders-2025 (1)` -> `orders_2025_1`."""
    plain = stem.casefold().replace("æ", "ae").replace("ø", "oe").replace("å", "aa")
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_") or "source"


def _with_constants(guess: Guess, name: str, answers: Mapping[str, str]) -> Guess:
    """Who paid out, and words that every row has because a person said so (`= sale`)."""
    said = {key.removeprefix("columns."): answer[1:].strip() for key, answer in answers.items()
            if key.startswith("columns.") and answer.startswith("=")}  # fmt: skip
    if guess.entity == "payouts":
        said.setdefault("acquirer", name.partition("_")[0])
    return replace(guess, constants=said)


def _of_writing(grid: Grid, profiles: Profiles, guess: Guess, answers: Mapping[str, str]) -> list[Question]:
    """What of the file's writing nothing in it proves."""
    used = {header for found in guess.found.values() for header in found.headers}
    read = [column for column in profiles if column.name in used]
    questions = []
    if profiles.is_decimal_open:
        asks = "is 1.234 a thousand and more, or one and a bit? No cell proves the decimal sign."
        questions.append(Question("decimal", asks, (".", ",")))
    if any(column.days.is_open for column in read if column.days) and not answers.get("date_order"):
        shown = next(column.said[0] for column in read if column.days and column.days.is_open)
        asks = f"in {shown}, does the day or the month come first? Every date fits both."
        questions.append(Question("date_order", asks, ("day", "month"), value=shown))
    if grid.kind == "csv" and "minor_units" not in answers and (amounts := _whole_amounts(profiles, guess)):
        asks = "are the amounts whole øre or cents? None of them has decimals."
        questions.append(Question("minor_units", asks, ("true", "false"), ", ".join(amounts)))
    return questions


def _whole_amounts(profiles: Profiles, guess: Guess) -> list[str]:
    """The columns of amounts, where no number of the file has decimals and several amounts differ."""
    from etl.entities import ENTITIES

    kinds = {column.name: column.type for column in ENTITIES[guess.entity].columns}
    names = {h for c, found in guess.found.items() if kinds.get(c) == "amount" for h in found.headers}
    if any(column.has_decimals for column in profiles):
        return []
    return [c.name for c in profiles if c.name in names and len({v for v in c.values if v}) > 1]


def _ordered(profiles: Profiles, order: str | None) -> Profiles:
    """The columns with the order of day and month that a person said."""
    if order not in {"day", "month"}:
        return profiles
    unwanted = "%m" if order == "day" else "%d"
    columns = [
        column if column.days is None else replace(column, days=column.days.without(unwanted)) for column in profiles
    ]
    return replace(profiles, columns=tuple(columns))


def _tried(path: Path, draft: Draft, timezone: str) -> Trial | None:
    """The draft run on the file, or None where it is no contract yet because something needed is asked."""
    try:
        contract = contracts.parse(draft.text(), source=draft.name)
    except ContractError:
        return None
    return try_out(path, contract, timezone=timezone)


def _already(path: Path, known: Mapping[str, Contract]) -> str | None:
    try:
        return identify.identify(path, known).contract.source
    except FileRejected:
        return None
