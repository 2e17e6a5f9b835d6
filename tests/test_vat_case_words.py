"""A case of `etl vat` word by word: how each is read, what it makes for the models, and what is told of a wrong one."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from etl.company import parse
from etl.errors import UsageError
from etl.vat_cases import INPUTS, case, decide, folded
from etl.vat_cases.case import MOST_CASES, Case, read

NAMES = ", ".join(one.name for one in INPUTS)
CATEGORIES = {"book", "standard"}
TODAY = dt.date(2026, 11, 24)
COMPANY = parse(b"""
[company]
name = "Nordlys"
country = "SE"
[vat]
registered = false
oss = "none"
ship_from = "DE"
ship_from_postcode = "10115"
ship_from_city = "Berlin"
gift_cards = "single_purpose"
accept_unverified_vat_number = "never"
established_elsewhere = true
destination_from_first_sale = true
sells_mainly_to_consumers = true
threshold = { prior_year_eur = "1.00", year_to_date_eur = "2.00" }
[vat.registrations]
DE = "DE136695976"
FR = "FR83404833048"
[[shops]]
id = "web"
source = "generic_orders"
""")


def of(number: int = 3, **words: str) -> Case:
    return Case(number, {name.replace("_", "-"): word for name, word in words.items()}, CATEGORIES)


def refused(one: Case, ask: str, *arguments: object) -> dict[str, object]:
    with pytest.raises(UsageError) as told:
        getattr(one, ask)(*arguments)
    assert told.value.code == "VAT_CASE_VALUE"
    return told.value.facts


@pytest.mark.parametrize(
    ("ask", "name", "word", "expected"),
    [
        ("country", "ship-to", "Danmark", "DE"),
        ("country", "ship-to", "D1", "DE"),
        ("day", "date", "2-2-2026", "2026-02-01"),
        ("day", "date", "2026-02-30", "2026-02-01"),
        ("amount", "value-eur", "1.000,00", "10000.00"),
        ("amount", "value-eur", "1.00001", "10000.00"),
        ("amount", "value-eur", "1234567890123", "10000.00"),
        ("states", "registrations", "SEDE", "DE SE"),
        ("flag", "registered", "maybe", "yes | no | unknown"),
        ("word", "delivery", "flown", "shipped | collected"),
    ],
)
def test_a_wrong_word_is_told_with_its_case_and_what_is_expected(ask: str, name: str, word: str, expected: str) -> None:
    wrong = refused(Case(3, {name: f" {word} "}, set()), ask, name)
    assert wrong == {"line": 3, "field": name, "value": word, "expected": expected}


def test_an_unknown_input_and_an_unknown_category_are_told() -> None:
    with pytest.raises(UsageError) as told:
        of(7, colour="red")
    assert told.value.facts == {"line": 7, "field": "colour", "value": "red", "expected": NAMES}
    wrong = refused(of(category="bok"), "line", frozenset())
    assert wrong == {"line": 3, "field": "category", "value": "bok", "expected": "book, standard"}


@pytest.mark.parametrize(
    ("ask", "name", "word", "found"),
    [
        ("country", "ship-to", " de ", "DE"),
        ("country", "ship-to", "", None),
        ("day", "date", "2026-02-01", dt.date(2026, 2, 1)),
        ("day", "date", "", None),
        ("amount", "value-eur", "123456789012.1234", Decimal("123456789012.1234")),
        ("amount", "value-eur", "-1", Decimal(-1)),
        ("amount", "value-eur", "0", Decimal(0)),
        ("amount", "prior-year-eur", "unknown", None),
        ("amount", "value-eur", "", None),
        ("states", "registrations", "se, DE;fr", ["SE", "DE", "FR"]),
        ("states", "registrations", "", []),
        ("flag", "registered", "Yes", True),
        ("flag", "registered", "NO", False),
        ("flag", "registered", "unknown", None),
        ("flag", "registered", "", None),
        ("word", "delivery", " Collected", "collected"),
        ("word", "city", " Nuuk ", "Nuuk"),
        ("word", "city", "", None),
    ],
)
def test_a_word_is_read(ask: str, name: str, word: str, found: object) -> None:
    assert getattr(Case(1, {name: word}, set()), ask)(name) == found


def test_names_are_read_however_they_are_spelt() -> None:
    assert folded(" Ship_To ") == "ship-to"
    assert Case(1, {"SHIP_TO": "NO"}, set()).country("ship-to") == "NO"


def test_without_words_the_seller_is_that_of_the_defaults() -> None:
    assert of().seller(None) == (
        "3", "3", "DK", True, "union", "DK", None, None, None, None, None, Decimal("7.4415"), False, False, True,
        "confirm_once", "multi_purpose",
    )  # fmt: skip
    assert of().registrations(None) == []


def test_without_words_the_seller_is_the_companys() -> None:
    assert of().seller(COMPANY) == (
        "3", "3", "SE", False, "none", "DE", "10115", "Berlin", Decimal("1.00"), Decimal("2.00"), None,
        COMPANY.vat.threshold.eur_rate, True, True, True, "never", "single_purpose",
    )  # fmt: skip
    assert of().registrations(COMPANY) == [("3", "DE", "DE136695976"), ("3", "FR", "FR83404833048")]


def test_words_come_before_the_companys_settings() -> None:
    said = of(
        seller_country="FI", registered="unknown", oss="unknown", ship_from="NO", ship_from_postcode="0150",
        ship_from_city="Oslo", prior_year_eur="unknown", year_to_date_eur="5", established_elsewhere="no",
        destination_from_first_sale="no", mainly_consumers="no", accept_unverified="accept", gift_cards="multi_purpose",
        registrations="fr se",
    )  # fmt: skip
    assert said.seller(COMPANY) == (
        "3", "3", "FI", None, None, "NO", "0150", "Oslo", None, Decimal(5), None, COMPANY.vat.threshold.eur_rate,
        False, False, False, "accept", "multi_purpose",
    )  # fmt: skip
    assert said.registrations(COMPANY) == [("3", "FR", "FR83404833048"), ("3", "SE", "")]


def test_a_seller_elsewhere_sends_from_there_and_not_from_the_companys_store() -> None:
    assert of(seller_country="FI").seller(COMPANY)[5] == "FI"
    assert of(seller_country="FI").seller(None)[2:6] == ("FI", True, "union", "FI")


@pytest.mark.parametrize(
    ("accept", "confirmed", "found"),
    [
        ("confirm_once", "yes", "accept"),
        ("confirm_once", "no", "confirm_once"),
        ("confirm_once", "", "confirm_once"),
        ("never", "yes", "never"),
        ("accept", "no", "accept"),
    ],
)
def test_a_confirmed_number_is_as_good_as_checked_where_that_is_allowed(
    accept: str, confirmed: str, found: str
) -> None:
    assert of(accept_unverified=accept, confirmed=confirmed).seller(None)[15] == found


def test_the_order_the_buyer_and_the_line_of_a_case() -> None:
    said = of(
        date="2026-02-03", order_date="2026-02-01", ship_to="FI", postcode="00100", city="Helsinki", bill_to="SE",
        bill_to_postcode="11120", bill_to_city="Stockholm", delivery="collected", event_country="NO", buyer="b2b",
        vat_number="SE556000016701", vat_number_status="valid", line="fee", category="book", supply="service",
        value_eur="12.34", shop_rate="13.5",
    )  # fmt: skip
    assert said.order(TODAY) == (
        3, "3", "3", dt.date(2026, 2, 1), dt.date(2026, 2, 3), "paid", "EUR", "FI", "00100", "Helsinki", "SE", "11120",
        "Stockholm", "collected", "NO",
    )  # fmt: skip
    assert said.buyer() == (3, "b2b", "SE556000016701", "VALID", "SE")
    assert said.line(frozenset()) == (3, 1, "fee", "book", "service", Decimal("13.5"), 1234, None)


def test_what_a_case_leaves_out_of_order_buyer_and_line() -> None:
    assert of().order(TODAY)[3:7] == (TODAY, TODAY, "paid", "EUR")
    assert of(date="2026-02-03").order(TODAY)[3:5] == (dt.date(2026, 2, 3), dt.date(2026, 2, 3))
    assert of(ship_to="FI").buyer() == (3, "b2c", None, None, "FI")
    assert of(buyer="public").buyer()[1] == "ean"
    assert of().line(frozenset()) == (3, 1, "item", None, "goods", None, None, None)
    assert of(supply="voucher", line="fee").line(frozenset())[2:5] == ("gift_card_sale", None, "voucher")
    assert of(category="electronics_rc").line(frozenset())[3] == "electronics_rc"
    assert of(category="Bøger").line(frozenset({"bøger"}))[3] == "Bøger"


def table(folder: Path, content: bytes) -> Path:
    (folder / "cases.csv").write_bytes(content)
    return folder / "cases.csv"


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b"no,ship-to\n1,DE\n2,\n", [{"no": "1", "ship-to": "DE"}, {"no": "2", "ship-to": ""}]),
        ("\ufeffShip_To;by\nDK;Aarhus, C\n".encode(), [{"Ship_To": "DK", "by": "Aarhus, C"}]),
        (b"city,a;b\nNuuk,1;2\n", [{"city": "Nuuk", "a;b": "1;2"}]),  # as many commas as semicolons
        (b"city,ship-to\nNuuk\n", [{"city": "Nuuk", "ship-to": ""}]),
        (b"city\nNuuk,GL\n", [{"city": "Nuuk"}]),  # a cell too many has no name
    ],
)
def test_a_table_of_cases_is_read(tmp_path: Path, content: bytes, rows: list[dict[str, str]]) -> None:
    assert read(table(tmp_path, content)) == rows


@pytest.mark.parametrize(
    ("content", "value", "expected"),
    [
        (b"city\nK\xf8benhavn\n", "?", "UTF-8"),
        (b"town,land\nOslo,NO\n", "town,land", f"<= {MOST_CASES} rows; {NAMES}"),
        (b"", "", f"<= {MOST_CASES} rows; {NAMES}"),
        (b"city\n" + b"Nuuk\n" * (MOST_CASES + 1), "city", f"<= {MOST_CASES} rows; {NAMES}"),
        (b"x" * 200 + b"\nOslo\n", "x" * 100, f"<= {MOST_CASES} rows; {NAMES}"),
    ],
)
def test_what_is_no_table_of_cases_is_told(tmp_path: Path, content: bytes, value: str, expected: str) -> None:
    with pytest.raises(UsageError) as told:
        read(table(tmp_path, content))
    assert told.value.code == "VAT_CASE_VALUE"
    assert told.value.facts == {"line": 0, "field": "cases.csv", "value": value, "expected": expected}


def test_the_most_that_a_table_may_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(read(table(tmp_path, b"city\n" + b"Nuuk\n" * MOST_CASES))) == MOST_CASES
    monkeypatch.setattr(case, "MOST_BYTES", 12)
    assert read(table(tmp_path, b"city\nNuuk12\n")) == [{"city": "Nuuk12"}]
    with pytest.raises(UsageError):
        read(table(tmp_path, b"city\nNuuk123\n"))


def test_answers_come_in_the_order_of_the_cases_and_are_words() -> None:
    cases = [{"ship-to": "FI", "date": "2026-02-01", "category": "book"}, {"ship-to": "NO"}, {"ship-to": "DE"}]
    answers = decide(cases)
    assert [(a["vat_country"], a["vat_rate"], a["vat_code"], a["hold_code"]) for a in answers] == [
        ("FI", "13.5", "", ""), ("NO", "0", "", ""), ("DE", "19", "", ""),
    ]  # fmt: skip
    assert decide([]) == []


def test_a_company_without_a_code_is_told_which_one() -> None:
    answer = decide([{"ship-to": "FI", "registered": "yes", "oss": "union", "ship-from": "SE"}], COMPANY)[0]
    assert (answer["hold_code"], answer["field"], answer["value_read"]) == (
        "VAT_CODE_MISSING", "vat.codes", "OSS_UNION:FI:25.5",
    )  # fmt: skip
    alone = decide([{"ship-to": "FI"}])[0]
    assert (alone["hold_code"], alone["field"], alone["value_read"], alone["expected"]) == ("", "", "", "")


def test_a_wrong_case_is_named_by_its_number() -> None:
    with pytest.raises(UsageError) as told:
        decide([{"ship-to": "NO"}, {"ship-to": "Norge"}])
    assert told.value.facts["line"] == 2
