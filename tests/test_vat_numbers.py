"""VAT numbers and GLNs offline: what is well formed, whose it is, and how it is written."""

import doctest

import pytest
from vat_cases import vat_store

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
            ("136695976", "DE", "FORMAT_OK", "DE", "DE136695976", True),
            ("136695976", None, "BAD_SYNTAX", None, None, None),
            ("16356706", "DK", "FORMAT_OK", "DK", "DK16356706", False),
            ("DE136695976", "DE", "FORMAT_OK", "DE", "DE136695976", True),
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
