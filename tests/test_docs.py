"""The words of the repository: what they name exists, what exists is named, and what they show is what is printed."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

from etl import cli, messages

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
OPERATIONS = ROOT / "docs" / "operations.md"
PAGES = [README, ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "bench" / "README.md"]
COMMAND = get_command(cli.app)
COMMANDS = COMMAND.commands if isinstance(COMMAND, TyperGroup) else {}
# Whose files are named by their path from the root.
FOLDERS = ("etl", "schemas", "docs", "tests", "bench", "examples", ".ci")
BATCH = re.compile(r"\d{6}-[0-9a-f]{8}")  # a batch's id rests on the workspace's own, which is a new one each time
ELSEWHERE = {"schemas/sources/<system>_<report>.toml"}


def text_of(path: Path) -> str:
    return path.read_text("utf-8")


def consoles() -> dict[str, list[str]]:
    """What the README shows on a terminal: the lines printed by each command."""
    shown: dict[str, list[str]] = {}
    for block in re.findall(r"^```console\n(.*?)^```", text_of(README), re.MULTILINE | re.DOTALL):
        first, *lines = block.splitlines()
        assert first.startswith("$ "), first
        shown[first[2:]] = lines
    return shown


SHOWN = consoles()


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, list[str]]]:
    """The folder in which `etl demo` was run, and what it printed."""
    folder = tmp_path_factory.mktemp("shown")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield folder, answer("demo")


def answer(*words: str) -> list[str]:
    """The lines that a command prints for a person, blanks at their ends left out."""
    done = CliRunner().invoke(cli.app, list(words))
    assert done.exit_code == 0, done.output
    return [line.rstrip() for line in BATCH.sub("BATCH", done.stdout).splitlines()]


def promised(command: str) -> list[str]:
    """The lines that the README promises of a command, without those it leaves out (`...`)."""
    return [BATCH.sub("BATCH", line.rstrip()) for line in SHOWN[command] if line != "..."]


def test_the_demo_prints_what_the_readme_says(printed: tuple[Path, list[str]]) -> None:
    _, lines = printed
    setting_up, *rest = promised("make demo")
    assert setting_up.startswith("setting up .venv")
    assert [line for line in rest if line not in lines] == []
    assert rest == [line for line in lines if line in rest], "in this order"
    if "..." not in SHOWN["make demo"]:
        assert rest == lines


@pytest.mark.parametrize("command", [c for c in SHOWN if c.startswith("etl ")])
def test_a_command_prints_what_the_readme_says(command: str, printed: tuple[Path, list[str]]) -> None:
    _, *words, option, folder = shlex.split(command)
    assert (option, folder) == ("--workspace", "demo"), command
    lines = answer(*words, option, str(printed[0] / folder))
    assert [line for line in promised(command) if line not in lines] == []
    if "..." not in SHOWN[command]:
        assert promised(command) == lines


def test_what_operations_asks_can_be_asked(printed: tuple[Path, list[str]]) -> None:
    queries = re.findall(r'^    etl sql "([^"]+)"$', text_of(OPERATIONS), re.MULTILINE)
    assert queries
    for query in queries:
        answer("sql", query, "--workspace", str(printed[0] / "demo"))


def test_the_targets_that_are_named_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of(ROOT / "Makefile"), re.MULTILINE))
    for page in PAGES:
        named = set(re.findall(r"(?:`|^\$ |^    )make ([a-z][a-z-]+)", text_of(page), re.MULTILINE))
        assert named - targets == set(), page.name
    assert {command.removeprefix("make ") for command in SHOWN if command.startswith("make ")} == {"demo", "test"}
    assert "make test" in text_of(ROOT / ".ci" / "run")


def test_every_command_is_told_and_every_told_command_exists() -> None:
    assert len(COMMANDS) == 24
    table = set(re.findall(r"^\| `etl (\w+)", text_of(OPERATIONS), re.MULTILINE))
    assert table == set(COMMANDS)
    for page in PAGES:
        told = set(re.findall(r"`etl ([a-z]+)\b", text_of(page)))
        assert told - set(COMMANDS) == set(), page.name


def test_options_that_are_told_exist() -> None:
    known = {name for command in COMMANDS.values() for option in command.params for name in option.opts}
    known |= {name for command in COMMANDS.values() for option in command.params for name in option.secondary_opts}
    for page in (README, OPERATIONS):
        assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text_of(page))) - known == set(), page.name


def test_reason_codes_that_are_told_exist() -> None:
    not_codes = {"NO_VAT"}  # a treatment
    for page in (README, OPERATIONS):
        told = set(re.findall(r"`([A-Z]+_[A-Z_]+)`", text_of(page)))
        assert told - not_codes - set(messages.catalogue()) == set(), page.name


def test_settings_that_are_told_exist() -> None:
    known = text_of(ROOT / "docs" / "config.md")
    for page in (README, OPERATIONS):
        for section, key in re.findall(r"`\[\[?([a-z_]+)\]\]?\s+([a-z_]+)", text_of(page)):
            assert re.search(rf"^## \[+{section}[.\]]", known, re.MULTILINE), f"{page.name}: [{section}]"
            assert re.search(rf"^\| `{key}`", known, re.MULTILINE), f"{page.name}: {key}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", text_of(page)):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        assert path.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", text_of(path), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings}, target


@pytest.mark.parametrize("page", [README, OPERATIONS, ROOT / "docs" / "decisions.md"], ids=lambda p: p.stem)
def test_paths_that_are_named_exist(page: Path) -> None:
    named = {n for n in re.findall(r"`([\w.-]+/[^\s`]*)`", text_of(page)) if n.partition("/")[0] in FOLDERS} - ELSEWHERE
    assert named or page == OPERATIONS
    for name in named:
        found = list(ROOT.glob(name)) if "*" in name else [ROOT / name]
        assert found, name
        assert all(path.exists() for path in found), name


def test_every_page_is_reached_from_the_readme() -> None:
    reached, to_read = {README}, [README]
    while to_read:
        page = to_read.pop()
        for target in re.findall(r"\]\(([^)#]+\.md)", text_of(page)):
            path = (page.parent / target).resolve()
            if path not in reached:
                reached.add(path)
                to_read.append(path)
    assert set(PAGES) - reached == set()


def test_the_source_that_is_shown_is_the_file() -> None:
    blocks = re.findall(r"^```toml\n(.*?)^```", text_of(README), re.MULTILINE | re.DOTALL)
    path = ROOT / "bench" / "workspace" / "schemas" / "sources" / "generator_payouts.toml"
    assert [tomllib.loads(block) for block in blocks] == [tomllib.loads(text_of(path))]


def test_decisions_are_dated_and_changes_stand_at_the_top() -> None:
    decisions = text_of(ROOT / "docs" / "decisions.md")
    assert len(re.findall(r"^\*\*\d{4}-\d{2}-\d{2}: ", decisions, re.MULTILINE)) >= 20
    headings = re.findall(r"^## (.+)$", text_of(ROOT / "CHANGELOG.md"), re.MULTILINE)
    assert headings[0] == "Unreleased"


@pytest.mark.parametrize("folder", ["inbox", "outbox"])
def test_the_repository_is_an_empty_workspace(folder: str) -> None:
    """Nothing of these folders is committed but what keeps them."""
    ignored = text_of(ROOT / ".gitignore").splitlines()
    assert f"/{folder}/*" in ignored
    assert f"!/{folder}/.gitkeep" in ignored
    assert (ROOT / folder / ".gitkeep").is_file()
    assert not (ROOT / "company.toml").exists()
