"""VAT numbers and GLNs offline: what is well formed, whose it is, and how it is written."""

import doctest

import pytest
from vat_cases import vat_store
from vat_number_rules import STATES

from etl.vat import numbers


@pytest.mark.parametrize(
    ("number", "country", "status", "normalised"),
    [
        (None, "DE", "NONE", None),
        ("", "DE", "NONE", None),
        (" - ", "DE", "NONE", None),
        ("DE136695976", None, "FORMAT_OK", "DE136695976"),
        ("de 136.695.976", "DK", "FORMAT_OK", "DE136695976"),
        ("136695976", "DE", "FORMAT_OK", "DE136695976"),
        ("DE136695975", "DE", "BAD_SYNTAX", None),
        ("136695976", None, "BAD_SYNTAX", None),
        ("GR094259216", "GR", "FORMAT_OK", "EL094259216"),
        ("EL094259216", "GR", "FORMAT_OK", "EL094259216"),
        ("094259216", "GR", "FORMAT_OK", "EL094259216"),
        ("XI432525179", "GB", "FORMAT_OK", "XI432525179"),
        ("GB432525179", "GB", "BAD_SYNTAX", None),
        ("432525179", "GB", "BAD_SYNTAX", None),
        ("432525179", "XI", "FORMAT_OK", "XI432525179"),
        ("EU372022452", "DE", "BAD_SYNTAX", None),
        ("IM3720000224", "DE", "BAD_SYNTAX", None),
        ("IN3720000224", "DE", "BAD_SYNTAX", None),
        ("NO999999999MVA", "NO", "BAD_SYNTAX", None),
        ("ATU13585627", "AT", "FORMAT_OK", "ATU13585627"),
        ("U13585627", "AT", "FORMAT_OK", "ATU13585627"),
        ("B58378431", "ES", "FORMAT_OK", "ESB58378431"),
        ("NL004495445B01", "NL", "FORMAT_OK", "NL004495445B01"),
        ("40303265045", "FR", "FORMAT_OK", "FR40303265045"),
        ("40303265045", "MC", "FORMAT_OK", "FR40303265045"),
        ("DK13585628", "DK", "FORMAT_OK", "DK13585628"),
        ("13 58 56 28", "DK", "FORMAT_OK", "DK13585628"),
        ("CVR-nr. 13585628", "DK", "FORMAT_OK", "DK13585628"),
        ("DK1358562", "DK", "BAD_SYNTAX", None),
        ("DK135856281", "DK", "BAD_SYNTAX", None),
        ("privat", "DE", "BAD_SYNTAX", None),
    ],
)
def test_status(number: str | None, country: str | None, status: str, normalised: str | None) -> None:
    found = numbers.status(number, country)
    assert (found.status, found.normalised) == (status, normalised)
    assert found.vat_country == (normalised and normalised[:2])


GOOD = [(state, rule(free), check) for state, (rule, stems, check) in STATES.items() for free in stems]


def test_every_state_has_its_rule_and_at_least_three_numbers() -> None:
    assert STATES.keys() == numbers.PREFIXES
    assert min(len(stems) for _, stems, _ in STATES.values()) >= 3


@pytest.mark.parametrize(("state", "number", "check"), GOOD, ids=[s + n for s, n, _ in GOOD])
def test_a_number_of_each_state(state: str, number: str, check: int) -> None:
    """By the published rule the number is right; with another check digit, a digit less or one more it is not."""
    good = numbers.Checked("FORMAT_OK", state, state + number, is_check_digit_ok=True)
    country = {"EL": "GR", "XI": "XI"}.get(state, state)
    assert numbers.status(state + number, None) == good
    assert numbers.status(f" {state.lower()}-{number[:3]} {number[3:]}. ", "DK") == good
    if not number[:2].isalpha():  # "the first two letters are a state" would be another reading
        assert numbers.status(number, country) == good

    at = check % len(number)
    digit = number[at]
    other = str((int(digit) + 1) % 10) if digit.isdigit() else chr(ord("A") + (ord(digit) - ord("A") + 1) % 26)
    mistyped = numbers.status(state + number[:at] + other + number[at + 1 :], None)
    if state == "DK":  # a warning: such numbers are in use
        assert (mistyped.status, mistyped.is_check_digit_ok) == ("FORMAT_OK", False)
    else:
        assert mistyped.status == "BAD_SYNTAX"
        assert mistyped.problem in {"CHECK_DIGIT", "FORM"}
    for wrong in (number[:-1], number + "9", number.replace(number[3], "#", 1)):
        assert numbers.status(state + wrong, None).status == "BAD_SYNTAX", wrong


@pytest.mark.parametrize(
    ("number", "country", "normalised"),
    [
        ("ESX2482300W", None, "ESX2482300W"),  # a foreigner: 02482300 mod 23 = 2, the letter W
        ("ES54362315K", None, "ES54362315K"),  # a Spaniard: 54362315 mod 23 = 21, the letter K
        ("IE8D79739I", None, "IE8D79739I"),  # before 2013: 7x7 + 9x6 + 7x5 + 3x4 + 9x3 + 8x2 = 193, mod 23 = 9, I
        ("LT100001919017", None, "LT100001919017"),  # 1x1 + 1x6 + 9x7 + 1x8 + 9x9 + 1x2 = 161, mod 11 = 7
        ("BE0428759497", None, "BE0428759497"),  # 97 - 4287594 mod 97 = 97
        ("BE428759497", None, "BE0428759497"),  # the same before 2005, without the zero
        ("EL94259216", None, "EL094259216"),  # its zero lost in a spreadsheet
        ("34000123456", "MC", "FR34000123456"),  # Monaco: 123456 mod 97 = 72, (12 + 3x72) mod 97 = 34; no Luhn digit
        ("34000123456", "FR", "FR34000123456"),
        ("35000123456", "MC", None),
    ],
)
def test_variants(number: str, country: str | None, normalised: str | None) -> None:
    assert numbers.status(number, country).normalised == normalised


@pytest.mark.parametrize(
    ("number", "country", "problem"),
    [
        ("EU372022452", "DE", "SCHEME"), ("IM3720000224", None, "SCHEME"), ("in 3720000224", "DK", "SCHEME"),
        ("GB432525179", "GB", "NOT_EU"), ("GB432525179", "DE", "FORM"), ("432525179", "GB", "NOT_EU"),
        ("CHE-123.456.788 MWST", None, "NOT_EU"), ("NO999999999MVA", "NO", "NOT_EU"),
        ("136695976", None, "NO_STATE"), ("136695976", "US", "NO_STATE"),
        ("DE136695975", None, "CHECK_DIGIT"), ("DE13669597", None, "FORM"), ("privat", "DE", "FORM"),
        # A sign that is no separator is not taken out: the rest would be somebody's number.
        ("DE1366\u00e995976", "DE", "FORM"), ("DE136695976\u0416", "DE", "FORM"), ("DE136\x00695976", "DE", "FORM"),
        ("DE13669597\u0666", "DE", "FORM"), ("D\u0131E136695976", "DE", "FORM"),
    ],
)  # fmt: skip
def test_why_a_number_is_none(number: str, country: str | None, problem: str) -> None:
    assert numbers.status(number, country) == numbers.Checked("BAD_SYNTAX", problem=problem)


def test_full_width_digits_are_digits() -> None:
    assert (
        numbers.status("\uff24\uff25\uff11\uff13\uff16\uff16\uff19\uff15\uff19\uff17\uff16", None).normalised
        == "DE136695976"
    )


@pytest.mark.parametrize("number", ["DK16356706", "99010080"])
def test_a_cvr_that_fails_its_check_digit_is_a_warning(number: str) -> None:
    found = numbers.status(number, "DK")
    assert (found.status, found.is_check_digit_ok) == ("FORMAT_OK", False)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("5790000000005", True), ("5798009811578", True), ("5790000000006", False), ("579000000000", False),
        ("057900000000052", False), ("\u0665790000000005", False),
        ("", False), (None, False), (" 5790000000005 ", True),
        ("036000291452", False), ("40170725", False),  # right check digits, of other lengths
    ],
)  # fmt: skip
def test_gln(text: str | None, is_one: bool) -> None:
    assert numbers.is_gln(text) is is_one


def test_check_writes_one_row_per_number_and_country() -> None:
    with vat_store() as store:
        store.script(
            "create temp table vat_numbers_seen as select * from (values"
            " ('DE136695976', 'DE'), ('136695976', 'DE'), ('136695976', null), ('16356706', 'DK'),"
            " ('DE136695976', 'DE'),"
            " (' ', 'DE'), (null, 'DE')) as t(vat_number, country)"
        )
        numbers.check(store)
        assert store.rows("select * from vat_number_checks order by all nulls last") == [
            ("136695976", "DE", "FORMAT_OK", "DE", "DE136695976", True, None),
            ("136695976", None, "BAD_SYNTAX", None, None, None, "NO_STATE"),
            ("16356706", "DK", "FORMAT_OK", "DK", "DK16356706", False, None),
            ("DE136695976", "DE", "FORMAT_OK", "DE", "DE136695976", True, None),
        ]


def test_without_numbers_the_table_is_there_and_empty() -> None:
    with vat_store() as store:
        store.script("create temp table vat_numbers_seen (vat_number varchar, country varchar)")
        numbers.check(store)
        assert store.rows("select * from vat_number_checks") == []


def test_examples_in_the_words_of_the_modules_hold() -> None:
    import etl.vat

    assert doctest.testmod(numbers).failed == 0
    assert doctest.testmod(etl.vat).failed == 0
