"""`etl vat`: every input is an option, the answer is text, JSON or a table, and a wrong word is a sentence."""

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from etl.cli import app
from etl.vat_cases import ANSWERS, INPUTS

COMPANY = """
[company]
name = "Nordlys"
country = "DK"
language = "en"
[vat]
registered = true
oss = "none"
threshold = { prior_year_eur = "0", year_to_date_eur = "9000" }
[vat.codes]
"ORIGIN_BELOW_THRESHOLD" = "U25"
[vat.categories]
"Bøger" = "book"
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in, on a fixed day."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ETL_NOW", "2026-11-24T12:00:00+00:00")
    return tmp_path


def ask(*words: str) -> dict[str, str]:
    done = CliRunner().invoke(app, ["vat", *words, "--json"])
    assert done.exit_code == 0, done.output
    found: dict[str, str] = json.loads(done.stdout)
    return found


def test_without_a_company_the_seller_is_danish_and_in_the_scheme() -> None:
    answer = ask("--ship-to", "FI", "--date", "2026-02-01", "--category", "book", "--buyer", "b2c")
    assert list(answer) == list(ANSWERS)
    assert (answer["treatment"], answer["vat_country"], answer["vat_rate"]) == ("OSS_UNION", "FI", "13.5")
    assert (answer["dk_box"], answer["oss_section"], answer["vat_code"]) == ("B_GOODS_NO_ESL", "union_goods", "")
    assert "art. 33(a)" in answer["legal_basis"]
    assert "supply 2026-02-01" in answer["evidence"]


def test_a_company_answers_with_its_settings_codes_and_categories(folder: Path) -> None:
    (folder / "company.toml").write_text(COMPANY, "utf-8")
    answer = ask("--ship-to", "DE", "--value-eur", "1000.00")
    assert (answer["treatment"], answer["vat_rate"], answer["vat_code"]) == ("ORIGIN_BELOW_THRESHOLD", "25", "U25")
    above = ask("--ship-to", "DE", "--value-eur", "1000.01")
    assert (above["treatment"], above["hold_code"]) == ("HOLD", "VAT_OSS_MISSING")
    own = ask("--ship-to", "DE", "--oss", "union", "--category", "bøger")
    assert (own["vat_rate"], own["vat_code"], own["hold_code"]) == ("7", "", "VAT_CODE_MISSING")


def test_a_table_of_cases_comes_back_with_the_answers_beside_it(folder: Path) -> None:
    (folder / "cases.csv").write_text(
        "no;Ship_to;postcode;vat-number;vat-number-status\n"
        "1;DK;2100;;\n"
        "2;DK;3900;;\n"
        "3;DE;10115;DE136695976;valid\n",
        "utf-8",
    )  # fmt: skip
    done = CliRunner().invoke(app, ["vat", "--csv", "cases.csv"])
    assert done.exit_code == 0
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [(row["no"], row["treatment"], row["vat_country"]) for row in rows] == [
        ("1", "DOMESTIC", "DK"), ("2", "EXPORT", "GL"), ("3", "ICS_GOODS", "DE"),
    ]  # fmt: skip
    assert "no" in done.stderr  # a column that is no input is told


def test_every_input_is_an_option() -> None:
    shown = CliRunner().invoke(app, ["vat", "--help"], env={"COLUMNS": "300", "TERM": "dumb"})
    for one in INPUTS:
        assert f"--{one.name}" in shown.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--ship-to", "Danmark"], "Danmark"),
        (["--ship-to", "DE", "--date", "2026-02-30"], "2026-02-30"),
        (["--ship-to", "DE", "--category", "bok"], "bok"),
        (["--ship-to", "DE", "--value-eur", "1.000,00"], "1.000,00"),
        (["--ship-to", "DE", "--registrations", "SEDE"], "SEDE"),
    ],
)
def test_a_word_that_cannot_be_read_is_told_with_what_is_expected(folder: Path, words: list[str], told: str) -> None:
    (folder / "company.toml").write_text(COMPANY, "utf-8")
    done = CliRunner().invoke(app, ["vat", *words])
    assert done.exit_code == 2
    assert told in done.stderr
    assert "Expected" in done.stderr


def test_public_buyers_and_vouchers_go_by_these_names_too() -> None:
    assert ask("--ship-to", "DE", "--supply", "voucher")["treatment"] == "NO_VAT"
    taxed = ask("--ship-to", "DE", "--supply", "voucher", "--gift-cards", "single_purpose")
    assert (taxed["treatment"], taxed["vat_country"], taxed["vat_rate"]) == ("DOMESTIC", "DK", "25")
    assert "buyer business" in ask("--ship-to", "DK", "--buyer", "public")["evidence"]


def test_the_text_says_the_reason_of_a_hold(folder: Path) -> None:
    (folder / "company.toml").write_text(COMPANY, "utf-8")
    done = CliRunner().invoke(app, ["vat", "--ship-to", "ES"])
    assert done.exit_code == 0
    assert "VAT_TERRITORY_UNCLEAR" in done.stdout
    assert "postcode" in done.stdout
