"""Every sample of every system, dropped: archived with these rows and sums, or rejected for this reason.

`sample_outcomes/<system>.toml` names each file of `../shared/samples/<system>/` and what must become of it; a sample
that is added has to be named there. Each system's files are dropped together into one fresh workspace, which runs
whole: read, decided, sent. `note` says why it must be so; the sums are added up by other means. Of a rejected file
`source` is the contract that knows and refuses it, `nearest` the one that comes nearest, `missing` the first name that
it misses for that; where none comes near, what it is said to be: its root element, or `json`.
"""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from workspaces import SHARED, Office, office

FOLDER = Path(__file__).parent / "sample_outcomes"
SAMPLES = SHARED.parent / "samples"
SYSTEMS = sorted(path.name for path in SAMPLES.iterdir() if path.is_dir()) if SAMPLES.is_dir() else []
# CSV, XLSX and XML among the quick tests, and a file that is none of them; the others are long.
QUICK = {"adyen", "swedbank-pay", "saldi"}
KEYS = {
    "archived": {"outcome", "note", "source", "rows_in", "rows_rejected"},
    "rejected": {"outcome", "note", "reason_code"},
}
MAY = {"archived": {"sums", "reason_code"}, "rejected": {"source", "nearest", "missing"}}


def outcomes(system: str) -> dict[str, dict[str, Any]]:
    """What must become of each file of a system; nothing where nobody has said it yet."""
    path = FOLDER / f"{system}.toml"
    return tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}


def files_of(system: str) -> dict[str, Path]:
    """The samples of a system by their path below its folder, without the page that says where they come from."""
    folder = SAMPLES / system
    found = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "PROVENANCE.md")
    return {path.relative_to(folder).as_posix(): path for path in found}


def test_every_sample_has_an_outcome_and_every_outcome_a_sample(samples: Path) -> None:
    assert SYSTEMS
    assert samples == SAMPLES
    lacking = [system for system in SYSTEMS if not (FOLDER / f"{system}.toml").is_file()]
    assert not lacking, "these systems have samples and no outcomes"
    assert {path.stem for path in FOLDER.glob("*")} == set(SYSTEMS)
    for system in SYSTEMS:
        assert outcomes(system).keys() == files_of(system).keys(), f"{system}: name what was added"


@pytest.mark.parametrize("system", SYSTEMS)
def test_an_outcome_says_all_that_is_compared_and_why(system: str) -> None:
    for name, expected in outcomes(system).items():
        must = KEYS[expected["outcome"]]
        assert must <= expected.keys() <= must | MAY[expected["outcome"]], name
        assert expected["note"].strip(), name
        assert ("reason_code" in expected) is (expected["outcome"] == "rejected" or expected["rows_rejected"] > 0), name


@pytest.mark.parametrize("system", [s if s in QUICK else pytest.param(s, marks=pytest.mark.long) for s in SYSTEMS])
def test_every_sample_becomes_what_was_said(system: str, tmp_path: Path) -> None:
    paths, expected = files_of(system), outcomes(system)
    if not expected:
        pytest.fail(f"say in sample_outcomes/{system}.toml what must become of {', '.join(paths)}")
    one = office(tmp_path / "workspace", own_sources=False)
    names = {name: Path(name).name for name in paths}
    assert len(set(names.values())) == len(names), "one inbox: two samples of a system may not have one name"
    for name, path in paths.items():
        one.drop(names[name], path.read_bytes())
    told = {file["name"]: file for file in one.run().files}
    assert told.keys() == set(names.values())
    assert not [path for path in (one.root / "inbox").iterdir() if path.is_file()], "nothing is left lying"
    wrong = {n: differing for n, e in expected.items() if (differing := differences(one, told[names[n]], e))}
    assert not wrong, wrong
    for name, path in paths.items():
        assert kept_bytes(one, told[names[name]]) == path.read_bytes(), f"{name}: the bytes are kept as they came"


def differences(one: Office, told: dict[str, Any], expected: dict[str, Any]) -> dict[str, tuple[object, object]]:
    """What of a file is otherwise than was said: expected and found."""
    found: dict[str, Any] = {
        "outcome": told["status"],
        "source": told["source"] if told["status"] == "archived" else told["value"],
        "nearest": told["expected"],
        "missing": str(told["value"]).split(", ")[0].split(" (")[0],
        "rows_in": told["rows_in"],
        "rows_rejected": told["rows_rejected"],
        "reason_code": told["reason_code"] or ", ".join(reasons(one, told["name"])),
        "sums": {column: total(one, told["name"], column) for column in expected.get("sums", {})},
    }
    said = {name: expected[name] for name in found if name in expected}
    return {name: (value, found[name]) for name, value in said.items() if found[name] != value}


def reasons(one: Office, name: str) -> list[str]:
    """The codes of the rows of a file that were not taken, each once."""
    rows = one.ask(
        "select distinct rejects.reason_code from staging.rejects inner join staging.files using (file_id)"
        f" where file_name = '{name}' order by all"
    )
    return [str(row["reason_code"]) for row in rows]


def total(one: Office, name: str, column: str) -> str:
    """The sum of a column over the rows of a file that were taken, whatever became of them; as it is written."""
    entity = one.ask(f"select entity from staging.files where file_name = '{name}'")[0]["entity"]
    found = one.ask(
        f'select sum("{column}") as total from staging.{entity} inner join staging.files using (file_id)'
        f" where file_name = '{name}'"
    )[0]["total"]
    return str(Decimal(found or 0).quantize(Decimal("0.01")))


def kept_bytes(one: Office, told: dict[str, Any]) -> bytes:
    """The bytes of a dropped file where it lies now; a rejected one with its reason beside it."""
    stored = one.ask(f"select stored_path from staging.files where file_name = '{told['name']}'")[0]["stored_path"]
    path = one.root / str(stored)
    if told["status"] == "rejected":
        why = path.with_name(path.name + ".why.txt").read_text("utf-8")
        assert why.startswith(told["name"])
        assert not told["value"] or told["value"] in why
    return path.read_bytes()
