"""`etl report`: the command. What it does is in `etl.returns`."""

import io
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from etl import clock
from etl.console import HERE, AsJson, Folder, give, language_of


class Name(StrEnum):
    """The reports there are."""

    OSS = "oss"
    TIEOUT = "tieout"
    SALES_LIST = "sales-list"
    BOXES = "boxes"
    THRESHOLD = "threshold"


def report(
    name: Annotated[Name, typer.Argument(metavar="NAME", help="oss, tieout, sales-list, boxes, threshold.")],
    period: Annotated[
        str | None,
        typer.Argument(metavar="PERIOD", help="2026Q4, 2026-11, 2026H2, 2026; default: the one before today."),
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="DIR", file_okay=False, help="Write text, CSV and files there too.")
    ] = None,
    workspace: Folder = HERE,
    as_json: AsJson = False,  # noqa: FBT002 - typer declares options as defaults
) -> None:
    """What a VAT return is filed from: One Stop Shop, its tie-out, EC sales list, boxes, the EUR 10,000."""
    from etl import questions, returns
    from etl.returns import paper
    from etl.show import Page

    with questions.snapshot(workspace) as store:
        today = clock.as_of(store.value("select timezone from setting.company") or "Europe/Copenhagen")
        made = returns.report(store, name.value, period, today)
        written: list[str] = []
        if to:
            text = io.StringIO()
            paper.tell(Page(language_of(workspace), text), made)
            written = returns.write(store, made, to, text.getvalue())
    answer = {
        "report": made.name,
        "period": made.period,
        "tables": made.tables,
        "notes": [{"code": code, **facts} for code, facts in made.notes],
        "files": [str(to / file) for file in written] if to else [],
    }

    def tell(page: Page) -> None:
        paper.tell(page, made)
        if to:
            page.say("report_written", count=len(written), path=to)

    give(workspace, answer, tell, as_json=as_json)
