"""What every command does alike: its errors as sentences and exit codes, its answer as text or JSON, its progress.

Exit codes: 0 done; 1 something waits for a person (only with --fail-on); 2 usage or settings; 3 could not go on.
"""

import errno
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ParamSpec

import typer

from etl import clock
from etl.errors import EtlError

if TYPE_CHECKING:
    from etl.messages import Language
    from etl.show import Page

_P = ParamSpec("_P")
HERE = Path()  # the folder one stands in
Folder = Annotated[
    Path,
    typer.Option("--workspace", "-w", exists=True, file_okay=False, help="The company's folder.", show_default="here"),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, for machines.")]


class FailOn(StrEnum):
    """What makes a command end with exit code 1."""

    HELD = "held"
    REJECTED = "rejected"


def guarded(command: Callable[_P, None]) -> Callable[_P, None]:
    """A command whose errors become a sentence in the company's language, and their exit code.

    The broad catch is the edge of the program: it writes the traceback to a log file and says where.
    """

    @wraps(command)
    def run(*args: _P.args, **kwargs: _P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except EtlError as error:
            raise typer.Exit(_tell(error, kwargs)) from error
        except (typer.Exit, typer.Abort, BrokenPipeError):
            raise
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise typer.Exit(_tell(EtlError("DISK_FULL", path=error.filename or "."), kwargs)) from error
            raise typer.Exit(_tell(_internal(error, kwargs), kwargs)) from error
        except Exception as error:
            raise typer.Exit(_tell(_internal(error, kwargs), kwargs)) from error

    return run


def _internal(error: Exception, kwargs: dict[str, Any]) -> EtlError:
    """The error that stands for a fault of the program; its traceback goes to `.etl/logs/`, or stderr without one."""
    logs = _root(kwargs) / ".etl" / "logs"
    facts: dict[str, object] = {"detail": f"{type(error).__name__}: {error}".splitlines()[0]}
    text = "".join(traceback.format_exception(error))
    try:
        path = logs / f"error-{clock.now():%Y%m%dT%H%M%S%f}.log"
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(text, "utf-8")
        facts["log"] = str(path)
    except OSError:
        sys.stderr.write(text)
    return EtlError("INTERNAL_ERROR", **facts)


def _tell(error: EtlError, kwargs: dict[str, Any]) -> int:
    """Say what stopped the command, as a sentence on stderr or as JSON on stdout; returns the exit code."""
    from etl import show

    language = language_of(_root(kwargs))
    facts = {name: fact for name, fact in error.facts.items() if name != "others"}
    if kwargs.get("as_json"):
        told = show.sentences(error.code, language, facts)
        typer.echo(
            show.as_json({"error": {"code": error.code, "message": told[0], "next_step": told[1:], "facts": facts}})
        )
        return error.exit_code
    page = show.Page(language, sys.stderr)
    page.message(error.code, facts)
    others = error.facts.get("others", ())
    for other in others if isinstance(others, tuple) else ():
        page.message(other.code, other.facts)
    if "log" in error.facts:
        page.say("log_file", path=error.facts["log"])
    return error.exit_code


def _root(kwargs: dict[str, Any]) -> Path:
    root = kwargs.get("workspace", HERE)
    return root if isinstance(root, Path) else HERE


def language_of(root: Path) -> "Language":
    """The language that the company's people read."""
    from etl import company

    return company.language_hint(root / "company.toml")


def give(root: Path, answer: object, text: Callable[["Page"], None], *, as_json: bool) -> None:
    """Print an answer: as JSON, or as the text that `text` writes."""
    from etl import show

    if as_json:
        typer.echo(show.as_json(answer))
    else:
        text(show.Page(language_of(root)))


def exit_on(fail_on: list[FailOn] | None, *, held: int, rejected: int) -> None:
    """Exit code 1 where the caller asked for it and something waits for a person."""
    counts = {FailOn.HELD: held, FailOn.REJECTED: rejected}
    if any(counts[kind] for kind in fail_on or ()):
        raise typer.Exit(1)


@contextmanager
def progressing(*, as_json: bool) -> Iterator[Callable[[str, int, int], None] | None]:
    """A progress line on stderr while a run works; none in a pipe or with --json."""
    if as_json or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("")
        yield lambda step, done, total: bar.update(task, description=step, completed=done, total=total)
