"""A source is added with a contract and a sample: what becomes of that is written, compared and kept; and it runs."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result
from workspaces import office

from etl import cli, contracts

# A shop's till, which no shipped contract knows. Two sales, and one whose amount is no amount.
CONTRACT = """\
# The till of a shop in the old town. One row is one item of a receipt. Odd: amounts in whole øre.
system = "Gammel kasse"
entity = "orders"
evidence = "documented"

[match]
headers = ["Bonnr", "Varetekst"]

[csv]
minor_units = true

[columns]
order_no = "Bonnr"
order_date = "Tid"
currency = "Mønt"
description = "Varetekst"
quantity = "Stk"
line_amount = "Øre"

[constants]
state = "paid"
"""
SAMPLE = """\
Bonnr;Tid;Mønt;Varetekst;Stk;Øre
17;2025-11-28 09:15:00;DKK;Krus;2;9800
18;2025-11-28 09:20:00;DKK;Skål;1;12x
"""
ROW = {
    "source_record": 1,
    "order_no": "17",
    "order_date": "2025-11-28 09:15:00",
    "state": "paid",
    "currency": "DKK",
    "description": "Krus",
    "quantity": "2.000000",
    "line_amount": "98.00",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with the till's contract, and a golden sample of it in `goldens/`."""
    sources = tmp_path / "schemas" / "sources"
    sources.mkdir(parents=True)
    (sources / "gammel_kasse.toml").write_text(CONTRACT, "utf-8")
    (tmp_path / "company.toml").write_text('[company]\nlanguage = "en"\n', "utf-8")
    (tmp_path / "goldens").mkdir()
    (tmp_path / "goldens" / "bon.csv").write_text(SAMPLE, "utf-8")
    return tmp_path


def accept(case: Path, root: Path, *words: str) -> Result:
    return CliRunner().invoke(cli.app, ["accept", str(case), "--workspace", str(root), *words])


def expectation(root: Path) -> dict[str, Any]:
    told = json.loads((root / "goldens" / "bon.expected.json").read_text("utf-8"))
    assert isinstance(told, dict)
    return told


def write(root: Path, told: dict[str, Any]) -> bytes:
    path = root / "goldens" / "bon.expected.json"
    path.write_text(json.dumps(told), "utf-8")
    return path.read_bytes()


def test_what_becomes_of_a_sample_is_written_beside_it(root: Path) -> None:
    """Whole øre are kroner with two decimals; the row whose amount is no amount is rejected with its reason."""
    done = accept(root / "goldens" / "bon.csv", root)
    assert done.exit_code == 0, done.output
    assert "is written beside it" in done.stdout
    told = expectation(root)
    assert (told["source"], told["why"]) == ("gammel_kasse", [])
    assert told["rows"] == [ROW]
    assert [(r["source_record"], r["reason_code"], r["value_read"]) for r in told["rejects"]] == [
        (2, "AMOUNT_INVALID", "12x")
    ]


def test_an_expectation_is_not_overwritten_and_the_difference_is_told(root: Path) -> None:
    case = root / "goldens" / "bon.csv"
    accept(case, root)
    before = write(root, expectation(root) | {"rows": [ROW | {"line_amount": "9800.00"}]})
    done = accept(case, root)
    assert done.exit_code == 2
    assert "says otherwise (1 differences" in done.stdout
    assert "rows 1: line_amount: '9800.00' / '98.00'" in done.stdout
    assert (root / "goldens" / "bon.expected.json").read_bytes() == before
    done = accept(case, root, "--json")
    assert (done.exit_code, json.loads(done.stdout)) == (
        2,
        [{"file": str(case), "written": False, "differs": ["rows 1: line_amount: '9800.00' / '98.00'"]}],
    )


def test_overwriting_keeps_the_reasons(root: Path) -> None:
    case = root / "goldens" / "bon.csv"
    accept(case, root)
    write(root, expectation(root) | {"why": ["row 1: øre"], "rows": []})
    done = accept(case, root, "--overwrite")
    assert done.exit_code == 0
    assert (expectation(root)["why"], expectation(root)["rows"]) == (["row 1: øre"], [ROW])


def test_what_is_as_expected_is_not_touched(root: Path) -> None:
    """Written in another way, with less of what may be left out: it says the same, and stays as a person wrote it."""
    case = root / "goldens" / "bon.csv"
    accept(case, root)
    rejects = [{"source_record": 2, "reason_code": "AMOUNT_INVALID"}]
    before = write(root, expectation(root) | {"rejects": rejects})
    for words in ((), ("--overwrite",)):
        done = accept(case, root, *words)
        assert (done.exit_code, "becomes what was expected" in done.stdout) == (0, True)
        assert (root / "goldens" / "bon.expected.json").read_bytes() == before


def test_a_folder_is_all_its_samples_and_no_page_beside_them(root: Path) -> None:
    (root / "goldens" / "README.md").write_text("# Goldens\n", "utf-8")
    (root / "goldens" / "note.txt").write_text("no table\n", "utf-8")
    done = accept(root / "goldens", root, "--json")
    assert [(Path(one["file"]).name, one["written"]) for one in json.loads(done.stdout)] == [
        ("bon.csv", True), ("note.txt", True),
    ]  # fmt: skip
    note = json.loads((root / "goldens" / "note.expected.json").read_text("utf-8"))
    assert note == {"why": [], "refused": "FILE_UNKNOWN"}
    assert not (root / "goldens" / "README.expected.json").exists()


@pytest.mark.parametrize("case", ["nowhere.csv", "empty", "goldens/bon.expected.json"])
def test_where_there_is_no_sample_nothing_is_written(root: Path, case: str) -> None:
    (root / "empty").mkdir()
    write(root, {})
    done = accept(root / case, root, "--json")
    assert (done.exit_code, json.loads(done.stdout)["error"]["code"]) == (2, "GOLDEN_MISSING")
    assert sorted(p.name for p in (root / "goldens").iterdir()) == ["bon.csv", "bon.expected.json"]


def test_a_workspaces_own_contract_wins(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The same sample under the till's contract, under a corrected one of the same name, and where nobody knows it."""
    case = root / "goldens" / "bon.csv"
    accept(case, root)
    assert expectation(root)["rows"] == [ROW]
    own = root / "schemas" / "sources" / "gammel_kasse.toml"
    own.write_text(CONTRACT.replace("minor_units = true\n", ""), "utf-8")
    accept(case, root, "--overwrite")
    assert [row["line_amount"] for row in expectation(root)["rows"]] == ["9800.00"]
    done = accept(case, tmp_path_factory.mktemp("other"))
    assert done.exit_code == 2
    assert expectation(root)["source"] == "gammel_kasse"


def listing(root: Path) -> dict[str, bytes]:
    """Every file of a workspace that people or git see, with its content: not what the program keeps for itself."""
    found = {p.relative_to(root): p for p in root.rglob("*") if p.is_file()}
    own = {name for name in found if name.parts[0] == "review" or any(part.startswith(".") for part in name.parts)}
    return {name.as_posix(): path.read_bytes() for name, path in found.items() if name not in own}


def test_a_source_added_at_run_time_is_one_file_and_what_was_dropped(tmp_path: Path) -> None:
    """Between two runs of one process: a contract in the workspace and an export of it. Nothing else is changed."""
    one = office(tmp_path / "workspace", own_sources=False)
    one.run()
    before = listing(one.root)
    assert "gammel_kasse" not in contracts.load(one.root)
    sources = one.root / "schemas" / "sources"
    sources.mkdir(parents=True, exist_ok=True)
    (sources / "gammel_kasse.toml").write_text(CONTRACT, "utf-8")
    one.drop("bon.csv", SAMPLE)
    touched = {"schemas/sources/gammel_kasse.toml": CONTRACT.encode(), "inbox/bon.csv": SAMPLE.encode()}
    assert listing(one.root) == before | touched

    [file] = one.run().files
    assert (file["status"], file["source"], file["rows_in"], file["rows_rejected"]) == (
        "archived", "gammel_kasse", 2, 1,
    )  # fmt: skip
    staged = one.ask("select order_no, currency, line_amount::varchar as line_amount from staging.orders")
    assert [tuple(row.values()) for row in staged] == [("17", "DKK", "98.00")]
    assert [o["order_no"] for o in one.ask("from review.orders order by order_no")] == ["17", "18"], (
        "each has a verdict"
    )

    after = listing(one.root)
    assert before.items() <= after.items(), "what was there is as it was"
    new = after.keys() - before.keys()
    assert "schemas/sources/gammel_kasse.toml" in new
    moved = {name for name in new if after[name] == SAMPLE.encode()}
    assert len(moved) == 1, "the export lies in the archive, its bytes as they came"
    of_the_row = {name for name in new if name.startswith("inbox/rejected/bon.csv")}
    assert of_the_row, "the row that was not taken, to be mended"
    assert new == {"schemas/sources/gammel_kasse.toml"} | moved | of_the_row
    assert "gammel_kasse" not in contracts.load(), "the program's own sources are as they were"
