"""`etl vat`: the command. What it does is in `etl.vat_cases`."""

import csv
import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from etl.console import HERE, AsJson, Folder, give, language_of

if TYPE_CHECKING:
    from etl.show import Page


def vat(workspace: Path, csv_file: Path | None, as_json: bool, **said: str | None) -> None:  # noqa: FBT001 - options
    """What VAT is due on a sale, and why: whose, at which rate, with which code, in which box and return."""
    from etl import vat_cases
    from etl.show import Page
    from etl.vat_cases.case import read
    from etl.workspace import Workspace

    place = Workspace(workspace.resolve())
    company, own_rates = place.load_company(), place.load_rates()
    case = {name.replace("_", "-"): str(word) for name, word in said.items() if word is not None}
    if csv_file is None:
        answer = vat_cases.decide([case], company, own_rates)[0]
        give(workspace, answer, lambda page: _told(page, answer), as_json=as_json)
        return
    rows = read(csv_file)
    known = {one.name for one in vat_cases.INPUTS}
    unread = [name for name in rows[0] if vat_cases.folded(name) not in known]
    if unread:
        Page(language_of(workspace), sys.stderr).say("vat_columns_unread", columns=", ".join(unread))
    cases = [case | {n: w for n, w in row.items() if w and vat_cases.folded(n) in known} for row in rows]
    answers = vat_cases.decide(cases, company, own_rates)
    if as_json:
        give(workspace, [row | answer for row, answer in zip(rows, answers, strict=True)], lambda _: None, as_json=True)
    else:
        _write(rows, answers)


def _told(page: "Page", answer: Mapping[str, str]) -> None:
    """The answer as a list of what is known, and the sentence of the reason where it is held."""
    width = max(len(name) for name in answer)
    for name, word in answer.items():
        for number, part in enumerate(word.split("; ") if word else ()):
            page.line(f"{name if not number else '':<{width}}  {part}")
    if answer["hold_code"]:
        page.message(answer["hold_code"], {"value": answer["value_read"], "expected": answer["expected"]})


def _write(rows: Sequence[Mapping[str, str]], answers: Sequence[Mapping[str, str]]) -> None:
    """The cases with their answers beside them, as CSV on stdout."""
    table = [dict(row) | dict(answer) for row, answer in zip(rows, answers, strict=True)]
    writer = csv.DictWriter(sys.stdout, list(table[0]) if table else ["decision"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)


def _options() -> list[inspect.Parameter]:
    """An option for every input of the decision table, with its words and its default."""
    from etl.vat_cases import INPUTS

    found = []
    for one in INPUTS:
        default = f" Default: {one.default}." if one.default else ""
        option = typer.Option(f"--{one.name}", help=one.help + default)
        kind: Any = StrEnum(one.name, {w.upper(): w for w in one.words}) if one.words else str
        annotation = Annotated[kind | None, option]
        parameter = inspect.Parameter(
            one.name.replace("-", "_"), inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation
        )
        found.append(parameter)
    return found


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """The command with a signature that names every input, which is where the command line reads its options."""
    table = typer.Option("--csv", exists=True, dir_okay=False, help="A table of cases; its columns are these options.")
    own = [
        inspect.Parameter("workspace", inspect.Parameter.KEYWORD_ONLY, default=HERE, annotation=Folder),
        inspect.Parameter(
            "csv_file", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[Path | None, table]
        ),
        inspect.Parameter("as_json", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=AsJson),
    ]
    parameters = [*_options(), *own]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # what inspect looks for
    command.__annotations__ = {p.name: p.annotation for p in parameters}
    return command
