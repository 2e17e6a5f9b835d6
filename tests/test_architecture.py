"""The rules of the house, read from the code itself: who imports whom, where things live, how a model looks.

The layers are those of the architecture, with two that the code made: acts and answers, between pipeline and steps. A
module imports only from layers below its own, and steps never import each other. A new module has to be given a place
here, which is the moment to ask where it belongs.
"""

import ast
import re
import subprocess
import sys
from collections import Counter
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "etl"
MODELS = sorted((PACKAGE / "models").glob("[0-9]*.sql"))
MODULES = sorted(PACKAGE.rglob("*.py"))
MOST_LINES = 400

LAYERS = {  # from the top; a module may import from the layers below its own
    "commands": {"__main__", "cli", "console", "declaring", "learning", "linting", "vat_command"},
    "doors": {"watcher", "review"},
    "pipeline": {"pipeline"},
    "acts": {
        # several steps each, in safe order
        *("intake", "deciding", "publishing", "folding", "decisions", "reporting", "returned", "golden", "learn"),
        "vat_registers",
    },
    "answers": {  # they read the snapshot and change nothing
        *("questions", "why", "rehearsal", "returns", "verify", "show", "summaries", "vat_cases"),
    },
    "steps": {
        *("inbox", "identify", "conform", "staging", "touched", "matching", "findings", "plan", "outbox"),
        *("targets", "mail", "solver"),
    },
    "readers": {"readers"},  # identify looks at a file through them, intake reads it
    "ground": {
        *("contracts", "entities", "company", "workspace", "lint", "store", "ledger", "vat", "messages", "clock"),
        *("durable", "faults", "lock"),
    },
    "errors": {"errors"},
}
NEIGHBOURS = ("commands", "acts", "answers", "ground")  # layers in which one module may import another
RANK = {name: rank for rank, names in enumerate(reversed(LAYERS.values())) for name in names}
HTTP_CLIENTS = {"http", "urllib.request", "urllib3", "httpx", "requests", "aiohttp"}
DOORS = {  # library: where alone it may be imported
    "duckdb": r"store",
    "lxml": r"readers\.(xml\b.*|packed)",  # packed looks into spreadsheets, which are zipped XML
    "watchdog": r"watcher",
    **dict.fromkeys(HTTP_CLIENTS, r"targets\b.*"),
}
HEAVY = ("duckdb", "polars", "stdnum", "rich", "lxml", "watchdog")
NOT_A_NOUN = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base", "core"}
SYSTEMS = {
    *("shopify", "woocommerce", "magento", "prestashop", "dandomain", "shopware", "wix", "etsy", "ebay", "amazon"),
    *("clearhaus", "stripe", "quickpay", "klarna", "zettle", "sumup", "adyen", "paypal", "braintree", "altapay"),
    *("bambora", "swedbank", "vipps", "mobilepay", "coinify", "recharge", "recurly", "saldi"),
}
REGISTRIES = (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("debian", "org"), ("golang", "org"))


def name_of(path: Path) -> str:
    """The module's name inside the package: `readers.csv`, `store`; a package goes by its own name."""
    return ".".join(p for p in path.relative_to(PACKAGE).with_suffix("").parts if p != "__init__") or "etl"


def room_of(module: str) -> str:
    """The first part of a name, which is what has a place in the layers."""
    return module.partition(".")[0]


@cache
def imports(path: Path) -> frozenset[str]:
    """Every name that a module imports, wherever in it; types only count as well, for to know is to depend."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path.name}: imports are absolute"
            found.update({str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)})
    return frozenset(found)


def own_imports(path: Path) -> set[str]:
    """The rooms of this package that a module imports from, its own left out."""
    names = {n.removeprefix("etl.") for n in imports(path) if n.startswith("etl.")}
    return {room_of(n) for n in names} & RANK.keys() - {room_of(name_of(path))}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_has_a_place_and_imports_only_from_below(path: Path) -> None:
    room = room_of(name_of(path))
    if room == "etl":
        assert not own_imports(path)
        return
    assert room in RANK, f"give {room} a place in LAYERS"
    for other in own_imports(path):
        are_neighbours = any({room, other} <= LAYERS[layer] for layer in NEIGHBOURS)
        assert are_neighbours or RANK[other] < RANK[room], f"{room} imports {other}"


def test_nothing_imports_in_a_circle() -> None:
    rooms: dict[str, set[str]] = {}
    for path in MODULES:
        rooms.setdefault(room_of(name_of(path)), set()).update(own_imports(path))
    TopologicalSorter(rooms).prepare()


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_one_library_has_one_door(path: Path) -> None:
    for name in imports(path):
        for library, door in DOORS.items():
            if name == library or name.startswith(f"{library}."):
                assert re.fullmatch(door, name_of(path)), f"{name_of(path)} imports {library}"


def test_the_command_line_starts_without_engines() -> None:
    seen = f"import sys, etl.cli; print(*(m for m in {HEAVY} if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", seen], check=True, capture_output=True, text=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_is_small_and_named_after_something(path: Path) -> None:
    assert path.read_text("utf-8").count("\n") <= MOST_LINES, "which noun is missing?"
    assert not NOT_A_NOUN & set(name_of(path).split("."))


@cache
def code_of(path: Path) -> str:
    """A model without its comments and texts."""
    sql = re.sub(r"--[^\n]*", "", path.read_text("utf-8"))
    return re.sub(r"'(?:[^']|'')*'|\"[^\"]*\"", "''", sql)


def test_model_numbers_are_unique() -> None:
    numbers = Counter(path.name.partition("_")[0] for path in MODELS)
    assert [n for n, count in numbers.items() if count > 1] == []


@pytest.mark.parametrize("path", MODELS, ids=lambda p: p.stem)
def test_a_model_is_one_query_that_says_what_one_row_is(path: Path) -> None:
    assert re.fullmatch(r"\d{3}_[a-z][a-z0-9_]*\.sql", path.name)
    comment = re.match(r"(?:--[^\n]*\n)+", path.read_text("utf-8"))
    assert comment, "begins with a comment"
    assert re.search(r"\bone row\b", comment[0], re.IGNORECASE)
    code = code_of(path).strip()
    assert code.startswith(("select", "with"))
    assert ";" not in code


@pytest.mark.parametrize("path", MODELS, ids=lambda p: p.stem)
def test_a_model_keeps_the_rules_of_the_engine(path: Path) -> None:
    code = code_of(path)
    assert "~" not in code, "regexp_matches or regexp_full_match: the operator means two things"
    assert not re.search(r"->(?!>)", code), "lambda x: ..., never the arrow"
    assert not re.search(r"\b[A-Z]{2,}\b", code), "lower case"
    assert not re.search(r"\b(?:double|float|real|avg)\b", code), "money is never a float"


@pytest.mark.parametrize("path", [p for p in MODELS if p.name >= "2"], ids=lambda p: p.stem)
def test_no_source_is_named_after_staging(path: Path) -> None:
    sql = re.sub(r"--[^\n]*", "", path.read_text("utf-8"))
    stems = (p.stem.partition("_")[0] for p in (ROOT / "schemas" / "sources").glob("*.toml"))
    systems = SYSTEMS | set(stems) - {"generic", "uniconta"}
    assert sorted(systems & set(re.findall(r"[a-z0-9]+", sql.lower()))) == []


def committed() -> list[Path]:
    """The text files of the repository: those that are, or would be, committed."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [p for p in (ROOT / n for n in listed.stdout.split("\0") if n) if p.is_file()]


def test_no_registry_and_no_machine_is_named() -> None:
    hosts = "|".join(re.escape(".".join(labels)) for labels in REGISTRIES)
    folders = r"(?<![\w.:/-])/(?:root|work|home|Users)/"
    pattern = re.compile(rf"{hosts}|{folders}".encode())
    found = {p.relative_to(ROOT).as_posix(): m[0] for p in committed() if (m := pattern.search(p.read_bytes()))}
    assert found == {}
