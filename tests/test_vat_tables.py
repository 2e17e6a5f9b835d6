"""What the seed tables are as wholes: every country there is, the days of membership, the first day of each rate.

Row by row the tables are proved by decisions; a row that is lost, or a day too early, shows only against a list from
elsewhere: ISO 3166 as the time zone database has it, and the treaties. One list is not from elsewhere: `LATER`, the
first days of some rates, repeats the table, so it notices that a day moved and does not prove that it was right.
"""

import csv
from datetime import date
from importlib import resources

import pytest

from etl import vat_cases
from etl.vat import seeds

# The day from which a state is in the common VAT territory: 1993 with the internal market, else its accession.
SINCE_1993 = "BE DE DK ES FR GB GR IE IT LU MC NL PT"
ACCESSIONS = {
    "1995-01-01": "AT FI SE", "2004-05-01": "CY CZ EE HU LT LV MT PL SI SK", "2007-01-01": "BG RO", "2013-07-01": "HR",
    "2021-01-01": "XI",
}  # fmt: skip
NOT_ISO = {"XK", "IC", "EA", "XI"}  # Kosovo, the Canaries, Ceuta and Melilla, Northern Ireland: what shops write
# Where a part of the state has rules of its own and its postcode is not told by the country's length alone.
WITH_PARTS = {"ES", "FR", "GB", "PT"}
FIRST_DAY = "2016-01-01"
# Rates that did not exist, or of which nothing is known, when the table begins: as the shipped table has them.
LATER = {
    "AT super_reduced 2026-07-01", "AT/jungholz_mittelberg super_reduced 2026-07-01", "CY super_reduced 2026-09-29",
    "CZ zero 2024-01-01", "DE restaurant_food 2026-01-01", "EE newspaper 2024-01-01", "EE reduced 2024-01-01",
    "EL book 2016-06-01", "EL reduced 2016-06-01", "EL reduced2 2016-06-01", "IE restaurant 2026-07-01",
    "LT accommodation 2025-01-01", "LT culture 2025-01-01", "LT heating 2025-01-01", "LT transport 2025-01-01",
    "LV reduced 2018-01-01", "MT reduced3 2026-09-29", "NL accommodation 2019-01-01", "PT/azores book 2021-07-01",
    "PT/azores reduced 2021-07-01", "PT/azores reduced2 2021-07-01", "SI reduced 2020-01-01",
    "SK food_sugar_salt 2025-01-01", "SK reduced 2025-01-01", "XI standard 2021-01-01", "XI book 2021-01-01",
    "XI reduced 2021-01-01", "XI zero 2021-01-01",
}  # fmt: skip


def table(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((seeds.SEEDS / f"{name}.csv").read_text("utf-8").splitlines()))


def iso_codes() -> set[str]:
    """The countries of ISO 3166, from the time zone database."""
    text = (resources.files("tzdata") / "zoneinfo" / "iso3166.tab").read_text("utf-8")
    return {line.partition("\t")[0] for line in text.splitlines() if line and not line.startswith("#")}


def test_every_country_there_is_has_one_row() -> None:
    codes = [row["iso2"] for row in table("countries")]
    assert sorted(codes) == sorted(iso_codes() | NOT_ISO)


def test_membership_is_that_of_the_treaties() -> None:
    expected = dict.fromkeys(SINCE_1993.split(), "1993-01-01")
    expected |= {state: day for day, states in ACCESSIONS.items() for state in states.split()}
    rows = {row["iso2"]: row for row in table("countries")}
    assert {code: row["eu_from"] for code, row in rows.items() if row["eu_from"]} == expected
    assert {code: row["eu_to"] for code, row in rows.items() if row["eu_to"]} == {"GB": "2020-12-31"}
    assert {code for code, row in rows.items() if row["needs_postcode"] == "true"} == WITH_PARTS


def test_goods_to_every_country_outside_are_exports() -> None:
    members = {*SINCE_1993.split(), *(" ".join(ACCESSIONS.values())).split()}
    outside = sorted((iso_codes() | NOT_ISO) - members)
    answers = vat_cases.decide([{"ship-to": code, "date": "2026-11-02"} for code in outside])
    assert {code: answer["treatment"] for code, answer in zip(outside, answers, strict=True)} == dict.fromkeys(
        outside, "EXPORT"
    )


def test_each_rate_begins_with_the_table_or_on_a_day_that_is_known() -> None:
    first: dict[str, str] = {}
    for row in table("vat_rates"):
        name = "/".join(filter(None, (row["vat_country"], row["region"]))) + " " + row["category"]
        first[name] = min(first.get(name, row["valid_from"]), row["valid_from"])
    assert {f"{name} {day}" for name, day in first.items() if day != FIRST_DAY} == LATER


@pytest.mark.parametrize(
    ("case", "first", "before"),
    [
        ({"ship-to": "DE", "oss": "unknown"}, "VAT_OSS_MISSING", "VAT_UNSUPPORTED"),
        ({"ship-to": "DE", "oss": "none"}, "VAT_OSS_MISSING", "VAT_UNSUPPORTED"),
        ({"ship-to": "DE", "oss": "none", "prior-year-eur": "10000.01"}, "VAT_OSS_MISSING", "VAT_UNSUPPORTED"),
        ({"bill-to": "DE", "supply": "eservice", "oss": "unknown"}, "VAT_OSS_MISSING", "VAT_UNSUPPORTED"),
        ({"bill-to": "DE", "supply": "eservice", "oss": "none"}, "VAT_OSS_MISSING", "VAT_UNSUPPORTED"),
        (
            {"bill-to": "DE", "supply": "eservice", "oss": "none", "prior-year-eur": "0", "year-to-date-eur": "0"},
            "",
            "VAT_UNSUPPORTED",
        ),
        (
            {"bill-to": "DE", "supply": "eservice", "oss": "none", "prior-year-eur": "10000.01"},
            "VAT_OSS_MISSING",
            "VAT_UNSUPPORTED",
        ),
    ],
)
def test_the_one_stop_shop_begins_on_its_day(case: dict[str, str], first: str, before: str) -> None:
    days = [date(2021, 7, 1), date(2021, 6, 30)]
    answers = vat_cases.decide([case | {"date": day.isoformat()} for day in days])
    assert [answer["hold_code"] for answer in answers] == [first, before]
