"""`etl lint`: the command. What it looks for is in `etl.lint`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from etl.console import HERE, AsJson, Folder, give
from etl.errors import UsageError

if TYPE_CHECKING:
    from etl.company import Company
    from etl.lint import Linted
    from etl.workspace import Workspace

VatCodesFile = Annotated[
    Path | None,
    typer.Option("--vat-codes", dir_okay=False, help="Write the missing VAT codes there, for Uniconta's Load data."),
]


def lint(
    workspace: Folder = HERE,
    vat_codes: VatCodesFile = None,
    as_json: AsJson = False,  # noqa: FBT002 - typer declares options as defaults
) -> None:
    """What company.toml lacks or contradicts, with its line, and the VAT codes that orders need."""
    from etl import summaries
    from etl.workspace import Workspace

    place = Workspace(workspace.resolve())
    settings = place.load_company()
    seen = _look(place, settings)
    written = _write(vat_codes, seen, settings) if vat_codes and settings else []
    answer = {"findings": seen.findings, "vat_codes": seen.vat_codes, "files": [str(path) for path in written]}
    give(workspace, answer, lambda page: summaries.lint(page, seen, written), as_json=as_json)
    if settings is None or any(finding.severity == "error" for finding in seen.findings):
        raise typer.Exit(2)


def _look(place: "Workspace", settings: "Company | None") -> "Linted":
    from etl import contracts, questions
    from etl.lint import look

    known, own_rates = contracts.load(place.root), place.load_rates()
    if not (place.root / questions.SNAPSHOT).is_file():
        return look(settings, None, known, own_rates)
    with questions.snapshot(place.root) as store:
        return look(settings, store, known, own_rates)


def _write(path: Path, seen: "Linted", settings: "Company") -> list[Path]:
    """The rows of GLVat and the sheet of their columns, beside each other; nothing where no row can be written.

    Raises UsageError(LINT_FILE_EXISTS): what is there, perhaps filled in by the accountant, is never written over.
    """
    from etl.targets.uniconta_files import vat_codes
    from etl.targets.uniconta_files.form import Form

    rows = [code.row for code in seen.vat_codes if code.row is not None and code.can_be_created]
    if not rows:
        return []
    target = settings.target
    form = Form(target.language, target.encoding, target.decimal, target.date, is_neutralised=False)
    paths = [path, path.with_name(f"mapping_{path.name}")]
    for one in paths:
        if one.exists():
            raise UsageError("LINT_FILE_EXISTS", path=str(one))
    for one, content in zip(paths, vat_codes.write(rows, form), strict=True):
        one.write_bytes(content)
    return paths
