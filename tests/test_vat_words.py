"""What a decision says besides its VAT: its rule, what was read and expected where it is held, on what grounds.

The rule table itself is looked at too: a rule that holds says why and nothing else, a rule that answers says no reason.
"""

import csv
from collections.abc import Mapping, Sequence
from importlib import resources

import pytest
from test_vat_decision_cases import CASES, NOT_INPUTS

from etl import vat_cases

# Of a golden case: the rule that decides it, the field to look at, what was read there, and what was expected.
HELD = [
    ("registration-unknown-abroad", "registration_unknown", "vat.registered", "SE", ""),
    ("discount-line-alone", "line_kind_unknown", "line_type", "unknown", ""),
    ("event-place-missing", "event_place_unknown", "event_country", "", ""),
    ("event-de-2021-06-30", "event_elsewhere", "event_country", "DE", ""),
    ("place-country-unknown", "place_unclear", "shipping_country", "ZZ", ""),
    ("place-es-no-postcode", "place_unclear", "shipping_postcode", "ES", "35, 38, 51-52"),
    ("outside-to-outside", "goods_never_in_eu", "ship_from_country", "CN", ""),
    ("ioss-value-unknown", "ioss_value_unknown", "order_total", "DE", ""),
    ("margin-from-outside", "margin_import", "supply_type", "margin", ""),
    ("electronics-swedish-seller", "electronics_elsewhere", "product_category", "electronics_rc", ""),
    ("electronics-b2b-unverified", "domestic_reverse_charge_unverified", "customer_vat_number", "DK13585628", "DK"),
    ("electronics-b2b-invalid", "domestic_reverse_charge_invalid", "customer_vat_number", "DK13585628", "DK"),
    ("ics-wrong-check-digit", "eu_number_invalid", "customer_vat_number", "DE136695975", "DE"),
    ("ics-unverified", "eu_number_unverified", "customer_vat_number", "DE136695976", "DE"),
    ("ics-danish-number-unverified", "eu_number_of_origin", "customer_vat_number", "DK13585628", "DE"),
    ("stock-de-to-se-business-no-number", "ics_goods_not_registered", "vat.registrations", "SE", "DE"),
    ("oss-unknown", "oss_unknown", "vat.oss", "SE", ""),
    ("threshold-prior-unknown", "threshold_unknown", "vat.threshold", "SE", ""),
    ("threshold-10000-01", "oss_missing", "vat.oss", "SE", ""),
    ("stock-de-to-de-business", "stock_local_business", "customer_vat_number", "DE136695976", "DE"),
    ("stock-de-to-no-no-number", "stock_not_registered", "vat.registrations", "NO", "DE"),
    ("eservice-home-german-number", "service_other_number", "customer_vat_number", "DE136695976", "DK"),
    ("eservice-de-business-invalid", "service_number_invalid", "customer_vat_number", "DE136695976", "DE"),
    ("eservice-de-business-unverified", "service_number_unverified", "customer_vat_number", "DE136695976", "DE"),
    ("eservice-de-danish-number", "service_number_of_home", "customer_vat_number", "DK13585628", "DE"),
    ("stream-de-2024-12-31", "stream_before_2025", "supply_date", "2024-12-31", ""),
    ("stream-oss-unknown", "oss_services_unknown", "vat.oss", "DE", ""),
    ("eservice-threshold-unknown", "services_threshold_unknown", "vat.threshold", "DE", ""),
    ("eservice-above-threshold", "oss_services_missing", "vat.oss", "DE", ""),
    ("service-no-with-german-number", "service_outside_eu_number", "customer_vat_number", "DE136695976", "NO"),
    ("oss-se-2021-06-30", "no_rule", "supply_date", "2021-06-30", ""),
    ("rate-at-2015-12-31", "domestic", "supply_date", "AT standard", "2015-12-31"),
    ("change-de-restaurant-food-2025-12-31", "domestic_service", "supply_date", "DE restaurant_food", "2025-12-31"),
    ("shop-home-12", "domestic", "vat_rate", "12", "DK 25"),
    ("shop-lt-9-2025", "oss_union", "product_category", "9", "LT"),
    ("electronics-shop-25-reverse", "domestic_reverse_charge", "vat_rate", "25", "DOMESTIC_REVERSE_CHARGE"),
    ("dk-newspaper-shop-25", "domestic_zero", "vat_rate", "25", "DOMESTIC_ZERO"),
]  # fmt: skip
BY_NAME = {case["case"]: {n: word for n, word in case.items() if n not in NOT_INPUTS and word} for case in CASES}
BOOK_TO_FINLAND = {"date": "2026-02-01", "ship-to": "FI", "category": "book"}
FROM_CHINA = {"date": "2026-02-01", "ship-to": "DE", "ship-from": "CN", "oss": "ioss", "value-eur": "100"}
BELOW = {
    "date": "2026-02-01", "ship-to": "DE", "oss": "none", "prior-year-eur": "0", "year-to-date-eur": "0",
    "value-eur": "1",
}  # fmt: skip
PHONE = {
    "date": "2026-11-02", "mainly-consumers": "no", "ship-to": "DK", "category": "electronics_rc", "buyer": "b2b",
    "vat-number": "DK13585628", "vat-number-status": "VALID",
}  # fmt: skip
HOME = " registered at dispatch home; registered at destination"


def _grounds(day: str, way: str, buyer: str, number: str) -> str:
    return f"supply {day}; seller registered yes; line goods; way {way}; buyer {buyer}; VAT number {number};"


ABROAD = _grounds("2026-02-01", "other_eu", "consumer", "none")
GROUNDS = [
    (BOOK_TO_FINLAND, f"{ABROAD} OSS union;{HOME} no"),
    (FROM_CHINA, _grounds("2026-02-01", "import", "consumer", "none")
     + " OSS ioss; EUR 150 low; registered at dispatch no; registered at destination no"),
    (BELOW, f"{ABROAD} OSS none; EUR 10,000 below;{HOME} no"),
    (PHONE, _grounds("2026-11-02", "same_state", "business", "own_state")
     + f" special electronics_rc; OSS union;{HOME} home"),
]  # fmt: skip
# By the rules' order. Where three facts are otherwise (IOSS, reverse charge, services from outside) nothing is told.
REFUSED = [
    (BOOK_TO_FINLAND, [
        "NOT_VAT_REGISTERED (not_registered: seller_registered yes ≠ no)",
        "NO_VAT (no_vat_line: line_kind goods ≠ no_vat)",
        "DOMESTIC (domestic: route other_eu ≠ same_state)",
        "OUTSIDE_SCOPE_SERVICE (event_outside_eu: line_kind goods ≠ event, route other_eu ≠ third)",
        "IMPORT_BY_CUSTOMER (import_by_customer: route other_eu ≠ import)",
        "MARGIN_SCHEME (margin_scheme: line_kind goods ≠ margin)",
        "EXPORT (export: route other_eu ≠ third)",
        "ICS_GOODS (ics_goods: buyer_number none ≠ other_state)",
        "ORIGIN_BELOW_THRESHOLD (origin_below_threshold: oss union ≠ none|ioss|nonunion, threshold - ≠ below)",
        "RC_SERVICE (rc_service: line_kind goods ≠ eservice|service|stream, buyer_number none ≠ other_state)",
    ]),
    # The import would be the buyer's too, but the one-stop shop comes first; a margin or service is two facts away.
    (FROM_CHINA, [
        "NOT_VAT_REGISTERED (not_registered: seller_registered yes ≠ no)",
        "NO_VAT (no_vat_line: line_kind goods ≠ no_vat)",
        "DOMESTIC (domestic: route import ≠ same_state)",
        "OUTSIDE_SCOPE_SERVICE (event_outside_eu: line_kind goods ≠ event, route import ≠ third)",
        "IMPORT_BY_CUSTOMER (import_by_customer: ioss comes first)",
        "MARGIN_SCHEME (margin_scheme: line_kind goods ≠ margin, route import ≠ same_state|other_eu)",
        "EXPORT (export: route import ≠ third)",
        "ICS_GOODS (ics_goods: route import ≠ other_eu, buyer_number none ≠ other_state)",
        "OSS_UNION (oss_union: route import ≠ other_eu|stock_other, oss ioss ≠ union)",
        "ORIGIN_BELOW_THRESHOLD (origin_below_threshold: route import ≠ other_eu, threshold - ≠ below)",
    ]),
    # Before 2021-07-01 nobody sold to consumers abroad in the scheme.
    ({"date": "2021-06-30", "ship-to": "SE"}, [
        "NOT_VAT_REGISTERED (not_registered: seller_registered yes ≠ no)",
        "NO_VAT (no_vat_line: line_kind goods ≠ no_vat)",
        "DOMESTIC (domestic: route other_eu ≠ same_state)",
        "OUTSIDE_SCOPE_SERVICE (event_outside_eu: line_kind goods ≠ event, route other_eu ≠ third)",
        "OSS_UNION (oss_union: supply_date < 2021-07-01)",
        "IMPORT_BY_CUSTOMER (import_by_customer: route other_eu ≠ import)",
        "MARGIN_SCHEME (margin_scheme: line_kind goods ≠ margin)",
        "EXPORT (export: route other_eu ≠ third)",
        "ICS_GOODS (ics_goods: buyer_number none ≠ other_state)",
        "RC_SERVICE (rc_service: line_kind goods ≠ eservice|service|stream, buyer_number none ≠ other_state)",
    ]),
]  # fmt: skip


@pytest.fixture(scope="module")
def answers() -> dict[str, Mapping[str, str]]:
    names = [name for name, *_ in HELD]
    return dict(zip(names, vat_cases.decide([BY_NAME[name] for name in names]), strict=True))


@pytest.mark.parametrize(("name", "rule", "field", "read", "expected"), HELD)
def test_what_a_hold_says(
    answers: Mapping[str, Mapping[str, str]], name: str, rule: str, field: str, read: str, expected: str
) -> None:
    found = answers[name]
    assert found["treatment"] == "HOLD"
    assert (found["decision"], found["field"], found["value_read"], found["expected"]) == (rule, field, read, expected)


def test_every_rule_that_holds_is_looked_at() -> None:
    assert {row["rule_id"] for row in rules() if row["treatment"] == "HOLD"} <= {rule for _, rule, *_ in HELD}


@pytest.mark.parametrize(("case", "grounds"), GROUNDS)
def test_the_grounds_are_the_facts_the_table_was_asked_about(case: Mapping[str, str], grounds: str) -> None:
    assert vat_cases.decide([case])[0]["evidence"] == grounds


@pytest.mark.parametrize(("case", "refused"), REFUSED)
def test_of_every_other_treatment_the_nearest_rule_says_what_spoke_against_it(
    case: Mapping[str, str], refused: list[str]
) -> None:
    assert vat_cases.decide([case])[0]["rejected_alternatives"].split("; ") == refused


def test_a_rule_that_holds_says_why_and_a_rule_that_answers_says_no_reason() -> None:
    for row in rules():
        answer = (row["rate_source"], row["if_zero_rate"], row["esl"], row["oss_section"])
        if row["treatment"] == "HOLD":
            assert (answer, row["dk_box"]) == (("", "", "", ""), "NONE"), row["rule_id"]
            assert bool(row["hold_code"]) == bool(row["hold_field"]) == (row["rule_id"] != "place_unclear")
        else:
            assert (row["hold_code"], row["hold_field"], bool(row["rate_source"])) == ("", "", True), row["rule_id"]


def rules() -> Sequence[Mapping[str, str]]:
    text = (resources.files("etl.vat") / "vat_rules.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))
