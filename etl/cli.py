"""The commands: read the arguments, call, print. What they do is in `pipeline`; what they answer in `questions`.

Every command takes --workspace DIR (default: here) and --json (one JSON document on stdout); exit codes are in
`console`. Engines are imported inside the commands, so that `etl --help` is quick.
"""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from etl import clock
from etl.console import HERE, AsJson, FailOn, Folder, exit_on, give, guarded, language_of, progressing
from etl.declaring import report
from etl.learning import learn
from etl.linting import lint
from etl.vat_command import vat, with_options

if TYPE_CHECKING:
    from etl.show import Page
    from etl.workspace import Workspace

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="From the files of webshops and acquirers to Uniconta, right to the øre, with a reason for what is held.",
)


class Spoken(StrEnum):
    """The languages of what people read."""

    DA = "da"
    EN = "en"


FailOnOption = Annotated[
    list[FailOn] | None, typer.Option("--fail-on", help="Exit code 1 if something is held / rejected.")
]
By = Annotated[str | None, typer.Option("--by", help="Who decides; default: the user.")]
Note = Annotated[str | None, typer.Option("--note", help="Why, for those who ask later.")]
Orders = Annotated[list[str], typer.Argument(metavar="ORDER...", help="Order numbers, with or without #; SHOP/NUMBER.")]


def main() -> None:
    """The entry point `etl`."""
    app()


def _workspace(root: Path) -> "Workspace":
    from etl.workspace import Workspace

    return Workspace(root.resolve())


def _give_run(root: Path, report: Any, as_json: bool, fail_on: list[FailOn] | None = None) -> None:
    from etl import questions, summaries

    give(root, report, lambda page: summaries.run_report(page, report, questions.reasons(root)), as_json=as_json)
    rejected = sum(file["rows_rejected"] or file["status"] == "rejected" for file in report.files)
    exit_on(fail_on, held=report.orders.get("held", 0) + report.payouts.get("held", 0), rejected=rejected)


@app.command()
@guarded
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
    language: Annotated[Spoken, typer.Option("--language", help="Of what people read.")] = Spoken.DA,
    as_json: AsJson = False,
) -> None:
    """Make a workspace: folders, and a company.toml to fill in."""
    from etl import workspace as workspaces

    workspaces.init(folder, "da" if language is Spoken.DA else "en")
    give(folder, {"workspace": str(folder)}, lambda page: page.say("initialised", path=folder), as_json=as_json)


@app.command()
@guarded
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

    with progressing(as_json=as_json) as progress:
        report = pipeline.run(_workspace(workspace), commit=commit, progress=progress)
    _give_run(workspace, report, as_json, fail_on)


@app.command()
@guarded
def watch(
    workspace: Folder = HERE,
    poll: Annotated[bool, typer.Option("--poll", help="Look through the folders: for network drives.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run again whenever files are dropped, until Ctrl-C. With --json one document per line and run."""
    import json
    import threading

    from etl import pipeline, questions, show, summaries, watcher

    place = _workspace(workspace)
    page = show.Page(language_of(workspace))

    def run_once() -> None:
        report = pipeline.run(place)
        if not (report.files or report.documents_sent or report.journal_lines_sent):
            return
        if as_json:
            typer.echo(json.dumps(json.loads(show.as_json(report)), ensure_ascii=False))
        else:
            summaries.run_report(page, report, questions.reasons(workspace))

    settings = place.load_company()
    if not as_json:
        page.say("watching", path=place.inbox)
    settle = settings.run.settle_seconds if settings else 2
    watcher.watch(place.root, run_once, settle_seconds=settle, stop=threading.Event(), poll=poll)


@app.command()
@guarded
def plan(workspace: Folder = HERE, as_json: AsJson = False) -> None:
    """Show what would be sent, and the hash to commit it with."""
    from etl import pipeline, summaries

    answer = pipeline.make_plan(_workspace(workspace))
    give(workspace, answer, lambda page: summaries.plan(page, answer), as_json=as_json)


@app.command()
@guarded
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
@guarded
def status(workspace: Folder = HERE, fail_on: FailOnOption = None, as_json: AsJson = False) -> None:
    """How it stands: files, orders by verdict, what waits and why."""
    from etl import questions, summaries

    with questions.snapshot(workspace) as store:
        answer = questions.status(store)
    made_at = questions.snapshot_at(workspace)
    answer["snapshot_at"] = made_at
    give(workspace, answer, lambda page: summaries.status(page, answer, made_at, clock.now()), as_json=as_json)
    held_orders = sum(row["orders"] for row in answer["orders"] if row["verdict"] == "held")
    rejected = answer["files"].get("rejected", 0) + answer["rows_rejected"]
    exit_on(fail_on, held=held_orders + answer["payouts"].get("held", 0), rejected=rejected)


@app.command()
@guarded
def held(workspace: Folder = HERE, fail_on: FailOnOption = None, as_json: AsJson = False) -> None:
    """What is held, why, and what can be done about it."""
    from etl import questions, summaries

    with questions.snapshot(workspace) as store:
        answer = questions.held(store)
    give(workspace, answer, lambda page: summaries.held(page, answer), as_json=as_json)
    exit_on(fail_on, held=len(answer["orders"]) + len(answer["payouts"]), rejected=len(answer["files"]))


@app.command("why")
@guarded
def why_order(
    order: Annotated[str, typer.Argument(metavar="ORDER", help="The order's number, with or without #; SHOP/NUMBER.")],
    workspace: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """How an order was decided: each rule tried, what was seen, what decided, what would change it."""
    from etl import questions, summaries, why

    with questions.snapshot(workspace) as store:
        answer = why.why(store, questions.find_order(store, order)[0])
    give(workspace, answer, lambda page: summaries.why(page, answer), as_json=as_json)


@app.command()
@guarded
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
    give(workspace, answer, lambda page: summaries.trace(page, answer), as_json=as_json)


def _decide(root: Path, decision: str, orders: list[str], as_json: bool, **facts: str | None) -> None:
    from etl import pipeline

    made = pipeline.decide(_workspace(root), decision, orders, **facts)
    told = ", ".join(" ".join(filter(None, (d.order_no, d.code))) for d in made)
    give(root, made, lambda page: page.say("decided", decision=decision, orders=told), as_json=as_json)


@app.command()
@guarded
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
@guarded
def hold(orders: Orders, workspace: Folder = HERE, note: Note = None, by: By = None, as_json: AsJson = False) -> None:
    """Hold an order that would go."""
    _decide(workspace, "hold", orders, as_json, note=note, by=by)


@app.command()
@guarded
def skip(orders: Orders, workspace: Folder = HERE, note: Note = None, by: By = None, as_json: AsJson = False) -> None:
    """Leave an order out for good."""
    _decide(workspace, "skip", orders, as_json, note=note, by=by)


@app.command()
@guarded
def resend(orders: Orders, workspace: Folder = HERE, note: Note = None, by: By = None, as_json: AsJson = False) -> None:
    """Send a document again that the ERP's own export shows to be missing."""
    _decide(workspace, "resend", orders, as_json, note=note, by=by)


@app.command()
@guarded
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

    give(workspace, answer, text, as_json=as_json)


@app.command()
@guarded
def explain(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False)],
    workspace: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Which source fits a file, which nearly do, and why not."""
    from etl import pipeline, summaries

    answer = pipeline.explain(_workspace(workspace), file)
    give(workspace, answer, lambda page: summaries.explained(page, answer), as_json=as_json)


@app.command()
@guarded
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
    give(workspace, answer, lambda page: page.table(answer), as_json=as_json)


app.command()(guarded(learn))
app.command()(guarded(report))
app.command()(guarded(with_options(vat)))


@app.command()
@guarded
def accept(
    case: Annotated[Path, typer.Argument(metavar="CASE", help="A golden sample, or the folder of a source's.")],
    workspace: Folder = HERE,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Also where it said otherwise before.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write what becomes of a golden sample beside it. Exit code 2 if what is there says otherwise and was kept."""
    from etl import golden

    answer = golden.accept(case, workspace, overwrite=overwrite)

    def text(page: "Page") -> None:
        for one in answer:
            same = "GOLDEN_KEPT" if one["differs"] else "GOLDEN_SAME"
            code = "GOLDEN_WRITTEN" if one["written"] else same
            page.message(code, {"value": one["file"], "expected": len(one["differs"])})
            for difference in one["differs"]:
                page.line(f"  {difference}")

    give(workspace, answer, text, as_json=as_json)
    if any(one["differs"] and not one["written"] for one in answer):
        raise typer.Exit(2)


app.command()(guarded(lint))


@app.command()
@guarded
def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")] = Path("demo"),
    as_json: AsJson = False,
) -> None:
    """Copy the example company to a folder and run it."""
    from etl import pipeline, questions, summaries
    from etl import workspace as workspaces

    place = workspaces.demo(folder)
    report = pipeline.run(place)

    def text(page: "Page") -> None:
        page.say("demo_ready", path=folder)
        summaries.run_report(page, report, questions.reasons(folder))
        page.say("demo_next", path=folder)

    give(folder, report, text, as_json=as_json)


@app.command()
@guarded
def verify(workspace: Folder = HERE, as_json: AsJson = False) -> None:
    """Prove that nothing was lost, doubled or changed: says what it checked. Exit code 3 if something does not hold."""
    from etl import questions, summaries
    from etl import verify as verifying

    with questions.snapshot(workspace) as store:
        checks = verifying.verify(store, workspace)
    give(workspace, checks, lambda page: summaries.verified(page, checks), as_json=as_json)
    if any(check.wrong for check in checks):
        raise typer.Exit(3)


@app.command()
@guarded
def replay(workspace: Folder = HERE, as_json: AsJson = False) -> None:
    """Make the database again from the archive and the ledger."""
    from etl import pipeline

    _give_run(workspace, pipeline.replay(_workspace(workspace)), as_json)
