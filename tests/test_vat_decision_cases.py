"""The table of VAT decision cases (golden/vat/cases.csv): what the law says of each, and what `etl vat --csv` says.

Every expectation was written from the law and the reference, none from an answer. See golden/vat/README.md.
"""

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from importlib import resources
from pathlib import Path

import pytest

from etl import vat_cases

Row = Mapping[str, str]

GOLDEN = Path(__file__).parent / "golden" / "vat" / "cases.csv"
SEEDS = resources.files("etl.vat")
EXPECTED = {
    "expect_treatment": "treatment",
    "expect_vat_country": "vat_country",
    "expect_region": "region",
    "expect_vat_rate": "vat_rate",
    "expect_dk_box": "dk_box",
    "expect_esl": "esl",
    "expect_oss_section": "oss_section",
    "expect_hold_code": "hold_code",
}
NOT_INPUTS = {"case", "source", "why", *EXPECTED}
# An empty cell of these says nothing; an empty cell of the others says that the answer is empty.
ONLY_WHERE_FILLED = {"expect_vat_country", "expect_region"}
CASES_AT_LEAST = 300


def read(text: str) -> list[Row]:
    return list(csv.DictReader(text.splitlines()))


CASES = read(GOLDEN.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def answers() -> dict[str, Row]:
    """The answer to every case, by its name; all decided at once, as `etl vat --csv` does."""
    inputs = [{name: value for name, value in case.items() if name not in NOT_INPUTS and value} for case in CASES]
    return {case["case"]: answer for case, answer in zip(CASES, vat_cases.decide(inputs, None), strict=True)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_case(case: Row, answers: dict[str, Row]) -> None:
    compared = _compared(case)
    expected = {name: case[name] for name in compared}
    answer = {name: answers[case["case"]][EXPECTED[name]] for name in compared}
    assert answer == expected, f"{case['source']}: {case['why']} Decided by {answers[case['case']]['decision']}."


def _compared(case: Row) -> list[str]:
    """The columns of a case that its answer must agree with: on HOLD the reason, elsewhere everything it says."""
    if case["expect_treatment"] == "HOLD":
        return ["expect_treatment", "expect_vat_rate", "expect_hold_code"]
    return [name for name in EXPECTED if case[name] or name not in ONLY_WHERE_FILLED]


def test_the_table_is_large_and_each_case_has_a_name_and_a_source() -> None:
    assert len(CASES) >= CASES_AT_LEAST
    assert [name for name, count in Counter(case["case"] for case in CASES).items() if count > 1] == []
    assert [case["case"] for case in CASES if not (case["source"].strip() and case["why"].strip())] == []


def test_no_two_cases_ask_the_same() -> None:
    asked = Counter(tuple(case[name] for name in case if name not in NOT_INPUTS) for case in CASES)
    twice = {inputs for inputs, count in asked.items() if count > 1}
    assert [c["case"] for c in CASES if tuple(c[name] for name in c if name not in NOT_INPUTS) in twice] == []


def test_every_input_is_a_column_and_every_column_is_used() -> None:
    columns = {name for name in CASES[0] if name not in NOT_INPUTS}
    assert columns == {one.name for one in vat_cases.INPUTS}
    assert [name for name in sorted(columns) if not any(case[name] for case in CASES)] == []


def test_every_hold_has_a_code_and_every_rate_a_treatment() -> None:
    for case in CASES:
        is_held = case["expect_treatment"] == "HOLD"
        assert bool(case["expect_hold_code"]) == is_held, case["case"]
        assert bool(case["expect_vat_rate"]) != is_held, case["case"]


def test_every_rule_decides_a_case(answers: dict[str, Row]) -> None:
    rules = {row["rule_id"] for row in _seed("vat_rules")}
    assert rules - {answer["decision"] for answer in answers.values()} == set()


def test_every_territory_has_a_case() -> None:
    unvisited = [row for row in _seed("territories") if not any(_is_sent_to(case, row) for case in CASES)]
    assert unvisited == []


def test_every_change_of_a_standard_rate_has_a_case_on_both_sides() -> None:
    days = {(case["expect_vat_country"], case["expect_region"], case["date"]) for case in CASES}
    wanted = [
        (row["vat_country"], row["region"], day.isoformat())
        for row in _seed("vat_rates")
        if row["category"] == "standard"
        for first in [date.fromisoformat(row["valid_from"])]
        for day in (first - timedelta(days=1), first)
    ]
    assert [place for place in wanted if place not in days] == []


def _seed(name: str) -> Sequence[Row]:
    return read((SEEDS / f"{name}.csv").read_text(encoding="utf-8"))


def _is_sent_to(case: Row, territory: Row) -> bool:
    """Whether the delivery address of a case is the one a row of territories.csv speaks of."""
    if case["ship-to"] != territory["iso_country"]:
        return False
    if not territory["postcode_from"]:
        return True
    letters = case["postcode"].upper()
    code = "".join(c for c in letters if c.isdigit() or (c.isalpha() and case["ship-to"] == "GB"))
    first, last = territory["postcode_from"], territory["postcode_to"]
    if territory["postcode_length"] and len(code) != int(territory["postcode_length"]):
        return False
    return bool(code) and first <= code[: len(first)] <= last and territory["city_part"] in case["city"].lower()
