"""The catalogue: complete in both languages, alike in both, and with every code that the program uses."""

import csv
import re
from pathlib import Path

import pytest

from etl import messages
from etl.company import TREATMENTS
from etl.entities import VOCABULARIES
from etl.targets import vies
from etl.vat import numbers

PACKAGE = Path(messages.__file__).parents[1]
# Words of the same look that are no reason codes: treatments, VAT boxes, statuses, environment, words of SQL and C.
NOT_CODES = {
    *TREATMENTS, *VOCABULARIES["vat_number_status"], *numbers.PROBLEMS, *vies.FAULTS, *vies.OWN_WORDS,
    "B_GOODS_ESL", "B_GOODS_NO_ESL", "B_SERVICES", "ETL_NOW", "ETL_FAULT", "READ_ONLY", "F_SETLEASE", "F_SETSIG",
}  # fmt: skip
FACTS = {"field", "value", "expected"}
PROGRAM = (
    *(
        "CONFIG_",
        "LINT_",
        "CONTRACT_",
        "WORKSPACE_",
        "VAT_CASE_",
        "LEDGER_",
        "INBOX_",
        "OUTBOX_",
        "DATABASE_",
        "SQL_",
        "PLAN_",
    ),
    *("SNAPSHOT_ABSENT", "RECORD_", "EXAMPLE_", "CONSERVATION_", "RESEND_", "NOT_APPROVABLE", "DISK_", "INTERNAL_"),
)


def entries() -> list[messages.Entry]:
    return list(messages.catalogue().values())


def codes_used() -> dict[str, str]:
    """Every quoted UPPER_SNAKE word with an underscore, and a file it stands in; codes of seed tables as well."""
    found: dict[str, str] = {}
    for path in sorted([*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.sql")]):
        for word in re.findall(r"""["']([A-Z]+(?:_[A-Z0-9]+)+)["']""", path.read_text("utf-8")):
            found.setdefault(word, path.name)
    for path in sorted(PACKAGE.rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found.update({row["hold_code"]: path.name for row in csv.DictReader(file) if row.get("hold_code")})
    return found


def test_every_code_in_use_has_its_words() -> None:
    missing = {word: name for word, name in codes_used().items() if word not in messages.catalogue()}
    assert {word: name for word, name in missing.items() if word not in NOT_CODES} == {}


@pytest.mark.parametrize("entry", entries(), ids=lambda e: e.code)
def test_both_languages_say_the_same(entry: messages.Entry) -> None:
    assert entry.severity in {"error", "warning", "info"}
    for texts in (entry.texts, entry.next_steps):
        assert all(texts[language].strip() for language in messages.LANGUAGES)
        assert all(texts[language][-1] in ".?}" for language in messages.LANGUAGES)
        assert messages.placeholders(texts["da"]) == messages.placeholders(texts["en"])


@pytest.mark.parametrize("entry", entries(), ids=lambda e: e.code)
def test_texts_of_data_use_what_sql_fills_in(entry: messages.Entry) -> None:
    used = messages.placeholders(entry.texts["en"]) | messages.placeholders(entry.next_steps["en"])
    assert used <= FACTS or entry.code.startswith(PROGRAM)


def test_what_does_not_tie_cannot_be_approved() -> None:
    approvable = {entry.code for entry in entries() if entry.is_approvable}
    assert approvable >= {"VAT_NUMBER_UNVERIFIED", "CHANGED_AFTER_SENDING", "CANCELLED_AFTER_SENDING"}
    assert not approvable & {"TOTAL_MISMATCH", "VAT_TOTAL_MISMATCH", "PAYOUT_DOES_NOT_TIE", "VAT_CHARGED_NOT_DUE"}


def test_render_fills_in_the_facts() -> None:
    said = messages.render("AMOUNT_INVALID", "en", field="Total", value="1.234.50", expected="1234.50")
    assert said.text.startswith("“1.234.50” in “Total” is not an amount (expected like 1234.50).")
    assert messages.render("PERIOD_LOCKED", "da", value="2025-12-30", expected=None).text == (
        "Datoen 2025-12-30 ligger i en lukket periode (lukket til og med ). Den er tilbageholdt."
    )


def test_a_fact_that_is_not_known_leaves_a_dash() -> None:
    assert "process –" in messages.render("WORKSPACE_LOCKED", "en").text  # noqa: RUF001 - the dash is the point


def test_an_unknown_code_is_an_error() -> None:
    with pytest.raises(KeyError):
        messages.render("NO_SUCH_CODE", "en")


def test_values_are_never_read_as_placeholders() -> None:
    said = messages.render("PAYMENT_METHOD_UNMAPPED", "en", value="{field} {0} {value.x}")
    assert "“{field} {0} {value.x}”" in said.text


def test_rows_are_one_per_code() -> None:
    rows = list(messages.rows("da"))
    assert len(rows) == len(messages.catalogue())
    assert all(len(row) == 5 for row in rows)
