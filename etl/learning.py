"""`etl learn`: the command. What it does is in `etl.learn`."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from etl.console import HERE, AsJson, Folder, language_of

if TYPE_CHECKING:
    from etl.learn import Learned
    from etl.show import Page


class Entity(StrEnum):
    """What a row of a file can be, for a draft."""

    ORDERS = "orders"
    PAYOUTS = "payouts"
    PAYMENTS = "payments"
    BANK_ENTRIES = "bank_entries"
    PRODUCTS = "products"
    CUSTOMERS = "customers"
    STOCK = "stock"


def learn(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False)],
    workspace: Folder = HERE,
    entity: Annotated[Entity | None, typer.Option("--entity", help="What one row of the file is.")] = None,
    answers: Annotated[
        Path | None, typer.Option("--answers", exists=True, dir_okay=False, help="Answers to the questions, as TOML.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the draft there; never over a file that is there.")
    ] = None,
    as_json: AsJson = False,  # noqa: FBT002 - typer declares options as defaults
) -> None:
    """Draft a contract from an unknown file, with the evidence of each guess, and run it on the file."""
    from etl import contracts, show
    from etl import learn as learning
    from etl.learn import telling
    from etl.workspace import Workspace

    root = workspace.resolve()
    settings = Workspace(root).load_company()
    page = show.Page(language_of(workspace))
    said = learning.answers_in(answers) if answers else {}
    said |= {"entity": entity.value} if entity else {}
    name = output.stem if output else None
    timezone = settings.company.timezone if settings else learning.TIMEZONE
    known = contracts.load(root)
    at_terminal = sys.stdin.isatty() and sys.stdout.isatty() and not as_json
    if at_terminal:
        ask = lambda question: telling.asked(page, question)  # noqa: E731 - one line at its only use
        learned, _ = learning.interview(file, known, ask, name=name, answers=said, timezone=timezone)
        telling.told(page, learned, file.name)
        output = output or _wanted(page, root / "schemas" / "sources" / f"{learned.name}.toml")
    else:
        learned = learning.learn(file, known, name=name, answers=said, timezone=timezone)
    if output:
        learning.write(learned, output)
    if as_json:
        typer.echo(show.as_json(telling.answer(learned, str(output) if output else None)))
    else:
        _give(page, learned, file, output, at_terminal=at_terminal)


def _wanted(page: "Page", path: Path) -> Path | None:
    """Where the draft goes, if the person at the terminal wants it there."""
    return path if not path.exists() and typer.confirm(page.word("learn_write", path=path)) else None


def _give(page: "Page", learned: "Learned", file: Path, output: Path | None, *, at_terminal: bool) -> None:
    """Print the draft where it was not written, and what it makes of the file: in a pipe as comments behind it."""
    from etl.learn import telling

    if output:
        page.say("learn_written", path=output)
        if not at_terminal:
            telling.told(page, learned, file.name)
        return
    typer.echo(show_draft := learned.text, nl=not show_draft.endswith("\n"))
    if not at_terminal:
        typer.echo("\n" + telling.as_comments(page, learned, file.name), nl=False)
