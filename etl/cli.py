"""The commands: read the arguments, call, print, exit. What they do is in `pipeline`; what they answer in `questions`.

Exit codes: 0 done; 1 something waits for a person (only with --fail-on); 2 usage or settings; 3 could not go on.
Every command takes --workspace DIR (default: here) and --json (one JSON document on stdout). Engines are imported
inside the commands, so that `etl --help` is quick.
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
    from etl.workspace import Workspace

_P = ParamSpec("_P")

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="From the files of webshops and acquirers to Uniconta, right to the øre, with a reason for what is held.",
)


class FailOn(StrEnum):
    """What makes a command end with exit code 1."""

    HELD = "held"
    REJECTED = "rejected"


Folder = Annotated[
    Path,
    typer.Option("--workspace", "-w", exists=True, file_okay=False, help="The company's folder.", show_default="here"),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, for machines.")]
FailOnOption = Annotated[
    list[FailOn] | None, typer.Option("--fail-on", help="Exit code 1 if something is held / rejected.")
]
By = Annotated[str | None, typer.Option("--by", help="Who decides; default: the user.")]
Note = Annotated[str | None, typer.Option("--note", help="Why, for those who ask later.")]
Orders = Annotated[list[str], typer.Argument(metavar="ORDER...", help="Order numbers, with or without #; SHOP/NUMBER.")]
HERE = Path()


def main() -> None:
    """The entry point `etl`."""
    app()


def _guarded(command: Callable[_P, None]) -> Callable[_P, None]:
    """A command whose errors become a sentence in the company's language, and their exit code.

    The broad catch is the edge of the program: it writes the traceback to a log file and says where.
    """

    @wraps(command)
    def guarded(*args: _P.args, **kwargs: _P.kwargs) -> None:
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

    return guarded


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

    language = _language(_root(kwargs))
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


def _language(root: Path) -> "Language":
    from etl import company

    return company.language_hint(root / "company.toml")


def _workspace(root: Path) -> "Workspace":
    from etl.workspace import Workspace

    return Workspace(root.resolve())


def _give(root: Path, answer: object, as_json: bool, text: Callable[["Page"], None]) -> None:
    """Print an answer: as JSON, or as the text that `text` writes."""
    from etl import show

    if as_json:
        typer.echo(show.as_json(answer))
    else:
        text(show.Page(_language(root)))


def _exit_on(fail_on: list[FailOn] | None, *, held: int, rejected: int) -> None:
    """Exit code 1 where the caller asked for it and something waits for a person."""
    counts = {FailOn.HELD: held, FailOn.REJECTED: rejected}
    if any(counts[kind] for kind in fail_on or ()):
        raise typer.Exit(1)


@contextmanager
def _progress(as_json: bool) -> Iterator[Callable[[str, int, int], None] | None]:
    """A progress line on stderr while a run works; none in a pipe or with --json."""
    if as_json or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("")
        yield lambda step, done, total: bar.update(task, description=step, completed=done, total=total)


def _give_run(root: Path, report: Any, as_json: bool, fail_on: list[FailOn] | None = None) -> None:
    from etl import summaries

    _give(root, report, as_json, lambda page: summaries.run_report(page, report))
    rejected = sum(file["rows_rejected"] or file["status"] == "rejected" for file in report.files)
    _exit_on(fail_on, held=report.orders.get("held", 0) + report.payouts.get("held", 0), rejected=rejected)


@app.command()
@_guarded
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
    language: Annotated[str, typer.Option("--language", help="da | en: of what people read.")] = "da",
    as_json: AsJson = False,
) -> None:
    """Make a workspace: folders, and a company.toml to fill in."""
    from etl import workspace as workspaces

    if language not in ("da", "en"):
        raise typer.BadParameter("da | en", param_hint="--language")
    workspaces.init(folder, "da" if language == "da" else "en")
    _give(folder, {"workspace": str(folder)}, as_json, lambda page: page.say("initialised", path=folder))


@app.command()
@_guarded
def run(
    workspace: Folder = HERE,
    commit: Annotated[
        bool | None, typer.Option("--commit/--no-commit", help="Send what is ready, or only plan it.")
    ] = None,
    fail_on: FailOnOption = None,
    as_json: AsJson = False,
) -> None:
    """Take in what lies in inbox/, decide, and send what is ready."""
    from etl import pipeline

    with _progress(as_json) as progress:
        report = pipeline.run(_workspace(workspace), commit=commit, progress=progress)
    _give_run(workspace, report, as_json, fail_on)


@app.command()
@_guarded
def watch(
    workspace: Folder = HERE,
    poll: Annotated[bool, typer.Option("--poll", help="Look through the folders: for network drives.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run again whenever files are dropped, until Ctrl-C. With --json one document per line and run."""
    import json
    import threading

    from etl import pipeline, show, summaries, watcher

    place = _workspace(workspace)
    page = show.Page(_language(workspace))

    def run_once() -> None:
        report = pipeline.run(place)
        if not (report.files or report.documents_sent or report.journal_lines_sent):
            return
        if as_json:
            typer.echo(json.dumps(json.loads(show.as_json(report)), ensure_ascii=False))
        else:
            summaries.run_report(page, report)

    settings = place.load_company()
    if not as_json:
        page.say("watching", path=place.inbox)
    settle = settings.run.settle_seconds if settings else 2
    watcher.watch(place.root, run_once, settle_seconds=settle, stop=threading.Event(), poll=poll)


@app.command()
@_guarded
def plan(workspace: Folder = HERE, as_json: AsJson = False) -> None:
    """Show what would be sent, and the hash to commit it with."""
    from etl import pipeline, summaries

    answer = pipeline.make_plan(_workspace(workspace))
    _give(workspace, answer, as_json, lambda page: summaries.plan(page, answer))


@app.command()
@_guarded
def commit(
    plan_hash: Annotated[str, typer.Argument(metavar="HASH", help="From `etl plan`.")],
    workspace: Folder = HERE,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Send exactly the plan of that hash."""
    from etl import pipeline

    _give_run(workspace, pipeline.commit(_workspace(workspace), plan_hash, by=by), as_json)


@app.command()
@_guarded
def status(workspace: Folder = HERE, fail_on: FailOnOption = None, as_json: AsJson = False) -> None:
    """How it stands: files, orders by verdict, what waits and why."""
    from etl import questions, summaries

    with questions.snapshot(workspace) as store:
        answer = questions.status(store)
    made_at = questions.snapshot_at(workspace)
    answer["snapshot_at"] = made_at
    _give(workspace, answer, as_json, lambda page: summaries.status(page, answer, made_at, clock.now()))
    held_orders = sum(row["orders"] for row in answer["orders"] if row["verdict"] == "held")
    rejected = answer["files"].get("rejected", 0) + answer["rows_rejected"]
    _exit_on(fail_on, held=held_orders + answer["payouts"].get("held", 0), rejected=rejected)


@app.command()
@_guarded
def held(workspace: Folder = HERE, fail_on: FailOnOption = None, as_json: AsJson = False) -> None:
    """What is held, why, and what can be done about it."""
    from etl import questions, summaries

    with questions.snapshot(workspace) as store:
        answer = questions.held(store)
    _give(workspace, answer, as_json, lambda page: summaries.held(page, answer))
    _exit_on(fail_on, held=len(answer["orders"]) + len(answer["payouts"]), rejected=len(answer["files"]))


@app.command("why")
@_guarded
def why_order(
    order: Annotated[str, typer.Argument(metavar="ORDER", help="The order's number, with or without #; SHOP/NUMBER.")],
    workspace: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """How an order was decided: each rule tried, what was seen, what decided, what would change it."""
    from etl import questions, summaries, why

    with questions.snapshot(workspace) as store:
        answer = why.why(store, questions.find_order(store, order)[0])
    _give(workspace, answer, as_json, lambda page: summaries.why(page, answer))


@app.command()
@_guarded
def trace(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The file's name as it was dropped.")],
    line: Annotated[int, typer.Argument(metavar="LINE", help="The record in it, from 1, the heading not counted.")],
    workspace: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Where one row of a file went: its fate, its order, and the lines written of it."""
    from etl import questions, summaries

    with questions.snapshot(workspace) as store:
        answer = questions.trace(store, file, line)
    _give(workspace, answer, as_json, lambda page: summaries.trace(page, answer))


def _decide(root: Path, decision: str, orders: list[str], as_json: bool, **facts: str | None) -> None:
    from etl import pipeline

    made = pipeline.decide(_workspace(root), decision, orders, **facts)
    told = ", ".join(" ".join(filter(None, (d.order_no, d.code))) for d in made)
    _give(root, made, as_json, lambda page: page.say("decided", decision=decision, orders=told))


@app.command()
@_guarded
def approve(
    orders: Orders,
    workspace: Folder = HERE,
    code: Annotated[str | None, typer.Option("--code", help="The reason to approve, where there are several.")] = None,
    note: Note = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Let an order go although it is held; only for reasons that may be approved."""
    _decide(workspace, "approve", orders, as_json, code=code, note=note, by=by)


@app.command()
@_guarded
def hold(orders: Orders, workspace: Folder = HERE, note: Note = None, by: By = None, as_json: AsJson = False) -> None:
    """Hold an order that would go."""
    _decide(workspace, "hold", orders, as_json, note=note, by=by)


@app.command()
@_guarded
def skip(orders: Orders, workspace: Folder = HERE, note: Note = None, by: By = None, as_json: AsJson = False) -> None:
    """Leave an order out for good."""
    _decide(workspace, "skip", orders, as_json, note=note, by=by)


@app.command()
@_guarded
def resend(orders: Orders, workspace: Folder = HERE, note: Note = None, by: By = None, as_json: AsJson = False) -> None:
    """Send a document again that the ERP's own export shows to be missing."""
    _decide(workspace, "resend", orders, as_json, note=note, by=by)


@app.command()
@_guarded
def sql(
    query: Annotated[str, typer.Argument(metavar='"select ..."', help="One select; docs/review.md has the views.")],
    workspace: Folder = HERE,
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, max=3600, help="At most so long.")] = 30.0,
    as_json: AsJson = False,
) -> None:
    """Ask the snapshot with SQL. Only reading; no other file, no network."""
    from etl import questions

    with questions.snapshot(workspace) as store:
        names, rows = store.query(query, seconds=seconds)
    answer = [dict(zip(names, row, strict=True)) for row in rows]

    def text(page: "Page") -> None:
        page.table(answer)
        page.say("rows_shown", count=len(answer))

    _give(workspace, answer, as_json, text)


@app.command()
@_guarded
def explain(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False)],
    workspace: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Which source fits a file, which nearly do, and why not."""
    from etl import pipeline, summaries

    answer = pipeline.explain(_workspace(workspace), file)
    _give(workspace, answer, as_json, lambda page: summaries.explained(page, answer))


@app.command()
@_guarded
def sources(workspace: Folder = HERE, as_json: AsJson = False) -> None:
    """The sources whose files are known; the workspace's own win by name."""
    from etl import contracts

    own = workspace / "schemas" / "sources"
    answer = [
        {
            "source": name,
            "system": contract.system,
            "entity": contract.entity,
            "evidence": contract.evidence,
            "is_own": (own / f"{name}.toml").is_file(),
        }
        for name, contract in contracts.load(workspace).items()
    ]
    _give(workspace, answer, as_json, lambda page: page.table(answer))


@app.command()
@_guarded
def lint(workspace: Folder = HERE, as_json: AsJson = False) -> None:
    """What company.toml lacks or contradicts, with its line."""
    from etl import contracts, questions, summaries
    from etl.lint import lint as check

    settings, known = _workspace(workspace).load_company(), contracts.load(workspace)
    if (workspace / questions.SNAPSHOT).is_file():
        with questions.snapshot(workspace) as store:
            findings = check(settings, store, known)
    else:
        findings = check(settings, None, known)
    _give(workspace, findings, as_json, lambda page: summaries.lint(page, findings))
    if settings is None or any(finding.severity == "error" for finding in findings):
        raise typer.Exit(2)


@app.command()
@_guarded
def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")] = Path("demo"),
    as_json: AsJson = False,
) -> None:
    """Copy the example company to a folder and run it."""
    from etl import pipeline, summaries
    from etl import workspace as workspaces

    place = workspaces.demo(folder)
    report = pipeline.run(place)

    def text(page: "Page") -> None:
        page.say("demo_ready", path=folder)
        summaries.run_report(page, report)
        page.say("demo_next", path=folder)

    _give(folder, report, as_json, text)


@app.command()
@_guarded
def verify(workspace: Folder = HERE, as_json: AsJson = False) -> None:
    """Prove that nothing was lost, doubled or changed: says what it checked. Exit code 3 if something does not hold."""
    from etl import questions, summaries
    from etl import verify as verifying

    with questions.snapshot(workspace) as store:
        checks = verifying.verify(store, workspace)
    _give(workspace, checks, as_json, lambda page: summaries.verified(page, checks))
    if any(check.wrong for check in checks):
        raise typer.Exit(3)


@app.command()
@_guarded
def replay(workspace: Folder = HERE, as_json: AsJson = False) -> None:
    """Make the database again from the archive and the ledger."""
    from etl import pipeline

    _give_run(workspace, pipeline.replay(_workspace(workspace)), as_json)
