"""The edges of the decision table and of territories: first days, each word of a condition, a postcode beside.

Expected: Directive 2017/2455 (in force 2021-07-01) and the order of the rules. The tables as wholes: test_vat_tables.
"""

import csv
from importlib import resources

import pytest

from etl import vat_cases

Case = dict[str, str]
DAY = "2026-11-02"
ABROAD = {
    "ship-to": "SE",
    "bill-to": "SE",
    "oss": "none",
    "prior-year-eur": "0",
    "year-to-date-eur": "0",
    "value-eur": "1",
}
ABOVE = ABROAD | {"prior-year-eur": "10000.01"}
UNTOLD = ABROAD | {"prior-year-eur": "unknown"}
ELECTRONIC = {"supply": "eservice"}
GERMAN = {"buyer": "b2b", "vat-number": "DE136695976"}
DANISH = {"buyer": "b2b", "vat-number": "DK13585628"}
VALID = {"vat-number-status": "VALID"}
UNCHECKED: Case = {}
NORWAY = {"ship-to": "NO", "bill-to": "NO", "supply": "service"}
MARGIN = {"supply": "margin"}

# From 2021-07-01 on: the rule that decides. Until the day before no rule of the table does.
SINCE_JULY_2021: list[tuple[Case, str]] = [
    (ABROAD, "origin_below_threshold"), (ABROAD | {"oss": "ioss"}, "origin_below_threshold"),
    (ABROAD | {"oss": "nonunion"}, "origin_below_threshold"), (ABROAD | {"oss": "union"}, "oss_union"),
    (ABROAD | {"oss": "unknown"}, "oss_unknown"), (UNTOLD, "threshold_unknown"),
    (UNTOLD | {"oss": "ioss"}, "threshold_unknown"), (UNTOLD | {"oss": "nonunion"}, "threshold_unknown"),
    (ABOVE, "oss_missing"), (ABOVE | {"oss": "ioss"}, "oss_missing"), (ABOVE | {"oss": "nonunion"}, "oss_missing"),
    (ABOVE | {"registrations": "SE"}, "distance_sale_registered"),
    (ABOVE | {"registrations": "SE", "oss": "ioss"}, "distance_sale_registered"),
    (ABOVE | {"registrations": "SE", "oss": "nonunion"}, "distance_sale_registered"),
    (ABROAD | {"ship-from": "DE", "ship-to": "DK"}, "distance_sale_home"),
    (ABROAD | {"ship-from": "DE", "ship-to": "DK", "oss": "ioss"}, "distance_sale_home"),
    (ABROAD | {"ship-from": "DE", "ship-to": "DK", "oss": "nonunion"}, "distance_sale_home"),
    (ABROAD | {"ship-from": "DE"}, "oss_missing"), (ABROAD | {"ship-from": "DE", "oss": "union"}, "oss_union"),
    (ABROAD | {"ship-from": "DE", "oss": "unknown"}, "oss_unknown"),
    (ABROAD | ELECTRONIC, "services_below_threshold"),
    (ABROAD | ELECTRONIC | {"oss": "ioss"}, "services_below_threshold"),
    (ABROAD | ELECTRONIC | {"oss": "nonunion"}, "services_below_threshold"),
    (ABROAD | ELECTRONIC | {"oss": "union"}, "oss_services"),
    (ABROAD | ELECTRONIC | {"oss": "unknown"}, "oss_services_unknown"),
    (UNTOLD | ELECTRONIC, "services_threshold_unknown"),
    (UNTOLD | ELECTRONIC | {"oss": "ioss"}, "services_threshold_unknown"),
    (UNTOLD | ELECTRONIC | {"oss": "nonunion"}, "services_threshold_unknown"),
    (ABOVE | ELECTRONIC, "oss_services_missing"), (ABOVE | ELECTRONIC | {"oss": "ioss"}, "oss_services_missing"),
    (ABOVE | ELECTRONIC | {"oss": "nonunion"}, "oss_services_missing"),
    (ABOVE | ELECTRONIC | {"registrations": "SE"}, "services_registered"),
    (ABOVE | ELECTRONIC | {"registrations": "SE", "oss": "ioss"}, "services_registered"),
    (ABOVE | ELECTRONIC | {"registrations": "SE", "oss": "nonunion"}, "services_registered"),
    (ABROAD | ELECTRONIC | {"seller-country": "NO", "oss": "nonunion"}, "nonunion"),
]  # fmt: skip
DECIDED: list[tuple[Case, str]] = [
    (ABROAD | {"supply": "event", "event-country": "SE", "oss": "union"}, "event_oss"),
    (ABROAD | {"supply": "stream", "oss": "union"}, "oss_services"),
    (ABROAD | {"supply": "stream", "oss": "unknown"}, "oss_services_unknown"),
    (ABROAD | {"supply": "stream"}, "oss_services_missing"), (ABROAD | {"supply": "service"}, "service_to_consumer"),
    (ABROAD | {"ship-from": "CN", "oss": "ioss"}, "ioss"), (ABROAD | {"ship-from": "CN"}, "import_by_customer"),
    # Second-hand goods from elsewhere are held, whichever way they go.
    (MARGIN | {"ship-from": "CN", "ship-to": "DE"}, "margin_import"),
    (MARGIN | {"ship-from": "DE", "ship-to": "DE"}, "margin_import"),
    (MARGIN | {"ship-from": "DE", "ship-to": "SE"}, "margin_import"),
    (MARGIN | {"ship-from": "DE", "ship-to": "NO"}, "margin_import"),
    (MARGIN | {"ship-from": "CN", "ship-to": "NO"}, "goods_never_in_eu"), (MARGIN | {"ship-to": "NO"}, "export"),
    (MARGIN | {"ship-to": "DK"}, "margin_scheme"), (MARGIN | {"ship-to": "SE"}, "margin_scheme"),
    # A number of a member state and an address outside are two readings, whatever the number is worth.
    *((NORWAY | number | checked, "service_outside_eu_number")
      for number in (GERMAN, DANISH) for checked in (UNCHECKED, VALID)),
    (NORWAY | {"supply": "eservice"} | GERMAN, "service_outside_eu_number"),
    (NORWAY | {"supply": "stream"} | GERMAN, "service_outside_eu_number"),
    (NORWAY | {"supply": "eservice"}, "service_outside_eu"), (NORWAY | {"supply": "stream"}, "service_outside_eu"),
    (NORWAY | {"buyer": "b2b"}, "service_business_outside_eu"), (NORWAY, "service_consumer_outside_eu"),
    *(({"ship-to": "DK", "bill-to": "DK", "supply": supply} | GERMAN | checked, "service_other_number")
      for supply in ("service", "eservice", "stream") for checked in (UNCHECKED, VALID)),
    *(({"ship-to": "SE", "bill-to": "SE", "supply": supply} | DANISH | checked, "service_number_of_home")
      for supply in ("service", "eservice", "stream") for checked in (UNCHECKED, VALID)),
    *(({"ship-to": "SE", **way} | DANISH | checked, "eu_number_of_origin")
      for way in (UNCHECKED, {"registrations": "DE"}) for checked in (UNCHECKED, VALID)),
    ({"ship-to": "SE", "ship-from": "DE"} | GERMAN, "eu_number_of_origin"),
    ({"ship-to": "DE", "ship-from": "DE"} | GERMAN, "stock_local_business"),
    ({"ship-to": "DE", "ship-from": "DE"} | GERMAN | VALID, "stock_local_business"),
    ({"ship-to": "NO", "ship-from": "DE"}, "stock_not_registered"),
    ({"ship-to": "DE", "ship-from": "DE"}, "stock_not_registered"),
]  # fmt: skip


def decisions(cases: list[Case]) -> list[str]:
    return [answer["decision"] for answer in vat_cases.decide(cases)]


def test_the_rules_of_the_one_stop_shops_begin_on_the_first_of_july_2021() -> None:
    on, before = ([case | {"date": day} for case, _ in SINCE_JULY_2021] for day in ("2021-07-01", "2021-06-30"))
    assert decisions(on) == [rule for _, rule in SINCE_JULY_2021]
    assert decisions(before) == ["no_rule"] * len(SINCE_JULY_2021)


def test_each_word_of_a_condition_has_a_case() -> None:
    assert decisions([case | {"date": DAY} for case, _ in DECIDED]) == [rule for _, rule in DECIDED]


def test_a_domestic_rate_of_zero_is_told_of_sales_at_home_alone() -> None:
    text = (resources.files("etl.vat") / "vat_rules.csv").read_text("utf-8")
    for row in csv.DictReader(text.splitlines()):
        if row["if_zero_rate"]:
            assert (row["treatment"], row["rate_source"], row["dk_box"]) == ("DOMESTIC", "destination", "SALGSMOMS"), (
                row
            )


@pytest.mark.parametrize(
    ("postcode", "city", "country"),
    [("22059", "Campione", "IT"), ("22061", "Campione", "IT"), ("23029", "Livigno", "IT"), ("98100", "", "FR"),
     ("98900", "", "FR"), ("98000", "", "FR"), ("98099", "", "FR"), ("19999", "", "FR"), ("21000", "", "FR")],
)  # fmt: skip
def test_a_postcode_beside_a_territory(postcode: str, city: str, country: str) -> None:
    """981 to 989 are overseas, 980 is Monaco, 20 Corsica, 22061 Campione."""
    answer = vat_cases.decide([{"ship-to": country, "postcode": postcode, "city": city, "date": DAY}])[0]
    outside = {"98100", "98900", "22061"}
    assert answer["treatment"] == ("EXPORT" if postcode in outside else "OSS_UNION")
    assert answer["region"] == {"98100": "overseas", "98900": "overseas", "22061": "campione"}.get(postcode, "")
