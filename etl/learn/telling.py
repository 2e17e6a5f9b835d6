"""What `etl learn` says: the draft, what it made of the file, and the questions at a terminal."""

import io
from dataclasses import asdict
from typing import Any

import typer

from etl.learn import Learned, Question
from etl.show import Page


def told(page: Page, learned: Learned, file: str) -> None:
    """The coverage, the sums that hold, and the ten orders or rows that the draft makes of the file."""
    entity = learned.entity or "?"
    facts = {"file": file, "entity": entity, "read": learned.read, "columns": learned.columns}
    page.say("learned", questions=len(learned.questions), **facts)
    if learned.already:
        page.say("learn_already", source=learned.already)
    for holds in learned.guess.told if learned.entity else ():
        page.say("learn_holds", sum=holds)
    if learned.trial is None:
        page.say("learn_not_tried")
    elif learned.trial.refused:
        page.say("learn_refused", code=learned.trial.refused)
    else:
        trial = learned.trial
        page.say("learn_tried", staged=trial.staged, skipped=trial.skipped, rejected=trial.rejected)
        page.table(trial.rows, heading="learn_orders" if entity == "orders" else "learn_rows")
        page.table(trial.rejects, heading="learn_rejected")


def as_comments(page: Page, learned: Learned, file: str) -> str:
    """The same as comments of TOML, to stand behind a draft in a pipe."""
    text = io.StringIO()
    told(Page(page.language, text), learned, file)
    return "".join(f"# {line}".rstrip() + "\n" for line in text.getvalue().splitlines())


def asked(page: Page, question: Question) -> str:
    """Ask at a terminal: the choices have numbers, and nothing typed leaves it open."""
    page.line()
    page.say(f"ask_{question.key.partition('.')[0]}", value=question.about)
    if question.evidence:
        page.line(f"  {question.evidence}")
    for number, choice in enumerate(question.choices, 1):
        page.line(f"  {number}  {choice}")
    while True:
        typed: str = typer.prompt(page.word("learn_choose"), default="", show_default=False).strip()
        if typed.isdigit() and 0 < int(typed) <= len(question.choices):
            return question.choices[int(typed) - 1]
        if typed in {"", *question.choices} or typed.startswith("="):
            return typed


def answer(learned: Learned, written: str | None) -> dict[str, Any]:
    """The answer of `--json`."""
    return {
        "name": learned.name,
        "entity": learned.entity,
        "already": learned.already,
        "columns_read": learned.read,
        "columns": learned.columns,
        "holds": learned.guess.told if learned.entity else [],
        "questions": [asdict(question) for question in learned.questions],
        "trial": learned.trial,
        "draft": learned.text,
        "written": written,
    }
