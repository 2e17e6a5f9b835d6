"""The edges of the tables that VAT is decided by: the first day of each rule, each word of a condition, each country.

Expected: Directive 2017/2455 (in force 2021-07-01), the treaties of accession, ISO 3166-1.
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


ACCESSION = {
    "1993-01-01": "BE DE DK ES FR GB GR IE IT LU NL PT", "1995-01-01": "AT FI SE",
    "2004-05-01": "CY CZ EE HU LT LV MT PL SI SK", "2007-01-01": "BG RO", "2013-07-01": "HR", "2021-01-01": "XI",
}  # fmt: skip
# ISO 3166-1.
COUNTRIES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD
CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF
GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN
KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI
SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI
VN VU WF WS YE YT ZA ZM ZW
"""


def rows(table: str) -> list[dict[str, str]]:
    return list(csv.DictReader((resources.files("etl.vat") / f"{table}.csv").read_text("utf-8").splitlines()))


def test_every_country_is_known_and_the_ones_customs_has_besides() -> None:
    """Canary Islands, Ceuta and Melilla, Kosovo and Northern Ireland have codes of their own outside the standard."""
    assert sorted(row["iso2"] for row in rows("countries")) == sorted([*COUNTRIES.split(), "EA", "IC", "XI", "XK"])


def test_a_state_is_a_member_from_its_accession_on() -> None:
    members = {row["iso2"]: (row["eu_from"], row["eu_to"]) for row in rows("countries") if row["eu_from"]}
    wanted = {
        state: (day, "2020-12-31" if state == "GB" else "") for day, some in ACCESSION.items() for state in some.split()
    }
    assert members == wanted | {"MC": ("1993-01-01", "")}  # Monaco is France


def test_the_codes_of_vat_are_those_of_iso_but_for_two_and_a_postcode_is_needed_in_four() -> None:
    assert {row["iso2"]: row["vat_country"] for row in rows("countries") if row["iso2"] != row["vat_country"]} == {
        "GR": "EL", "MC": "FR",
    }  # fmt: skip
    assert {row["iso2"] for row in rows("countries") if row["needs_postcode"] == "true"} == {"ES", "FR", "GB", "PT"}


# What is said later than from the first day that the table speaks of.
LATER = {
    ("AT", "", "super_reduced"): "2026-07-01", ("AT", "jungholz_mittelberg", "super_reduced"): "2026-07-01",
    ("CY", "", "super_reduced"): "2026-09-29", ("CZ", "", "zero"): "2024-01-01",
    ("DE", "", "restaurant_food"): "2026-01-01", ("EE", "", "newspaper"): "2024-01-01",
    ("EE", "", "reduced"): "2024-01-01", ("EL", "", "book"): "2016-06-01", ("EL", "", "reduced"): "2016-06-01",
    ("EL", "", "reduced2"): "2016-06-01", ("IE", "", "restaurant"): "2026-07-01",
    **{("LT", "", kind): "2025-01-01" for kind in ("accommodation", "culture", "heating", "transport")},
    ("LV", "", "reduced"): "2018-01-01", ("MT", "", "reduced3"): "2026-09-29",
    ("NL", "", "accommodation"): "2019-01-01",
    **{("PT", "azores", kind): "2021-07-01" for kind in ("book", "reduced", "reduced2")},
    ("SI", "", "reduced"): "2020-01-01", ("SK", "", "food_sugar_salt"): "2025-01-01",
    ("SK", "", "reduced"): "2025-01-01",
    **{("XI", "", kind): "2021-01-01" for kind in ("standard", "book", "reduced", "zero")},
}  # fmt: skip


def test_rates_begin_with_2016_unless_said() -> None:
    first: dict[tuple[str, str, str], str] = {}
    for row in rows("vat_rates"):
        key = (row["vat_country"], row["region"], row["category"])
        first[key] = min(first.get(key, "9999"), row["valid_from"])
    assert {key: day for key, day in first.items() if day != "2016-01-01"} == LATER


def test_a_domestic_rate_of_zero_is_told_of_sales_at_home_alone() -> None:
    for row in rows("vat_rules"):
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
