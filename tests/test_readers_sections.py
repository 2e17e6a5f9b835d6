"""Reading several kinds of records from one text: whose columns are whose, and what is damage."""

import csv
import io
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl import contracts
from etl.contracts import Contract
from etl.errors import FileRejected
from etl.readers import sections

ABOVE = "Company,Name\n30405060,Nordlys ApS\n"
HEADS = "Head,Date,Gross\n"
LINES = "Line,Date,Order,Net\n"


@cache
def contract() -> Contract:
    """Any contract: the reader asks nothing of it."""
    text = """
system = "S"
entity = "payouts"
evidence = "documented"
reader = "sections"
[match]
starts_with = "Head"
[columns]
line_type = "#kind"
[constants]
acquirer = "a"
"""
    return contracts.parse(text, source="s_s")


def read(text: str) -> list[dict[str, str]]:
    """The records by column, filled cells only."""
    names = sections.header(text, contract())
    return [
        {name: cell for name, cell in zip(names, record.cells, strict=True) if cell}
        for record in sections.rows(text, contract())
    ]


def refused(text: str) -> FileRejected:
    """What is wrong with a text."""
    with pytest.raises(FileRejected) as caught:
        read(text)
    return caught.value


def test_a_column_is_called_by_its_kind_and_its_name() -> None:
    text = ABOVE + HEADS + "Head,12.04.2025,16.00\n" + LINES + "Line,11.04.2025,1001,16.00\n"
    assert sections.header(text, contract()) == (
        "#kind", "Head/Date", "Head/Gross", "Line/Date", "Line/Order", "Line/Net",
    )  # fmt: skip
    assert read(text) == [
        {"#kind": "Head", "Head/Date": "12.04.2025", "Head/Gross": "16.00"},
        {"#kind": "Line", "Line/Date": "11.04.2025", "Line/Order": "1001", "Line/Net": "16.00"},
    ]


def test_a_section_without_rows_has_its_columns_all_the_same() -> None:
    text = HEADS + "Head,12.04.2025,16.00\n" + LINES
    assert "Line/Net" in sections.header(text, contract())
    assert len(read(text)) == 1


def test_records_have_the_line_that_they_end_in() -> None:
    text = ABOVE + "\n" + HEADS + 'Head,"12.04.\n2025",16.00\nHead,13.04.2025,17.00\n'
    assert [(r.source_record, r.line) for r in sections.rows(text, contract())] == [(1, 6), (2, 7)]


def test_a_comma_too_many_is_damage_and_its_likely_cause_is_told() -> None:
    told = refused(ABOVE + HEADS + "Head,12.04.2025,16450,62\n")
    assert told.code == "FILE_DAMAGED"
    assert told.facts["field"] == "4"
    assert told.facts["value"] == "3 x ',' (16450,62?)"
    assert told.facts["expected"] == "2 x ','"


def test_a_comma_too_few_has_no_likely_cause() -> None:
    told = refused(HEADS + "Head,12.04.2025,16.00\n" + LINES + "Line,11,16\n")
    assert (told.facts["field"], told.facts["value"]) == ("4", "2 x ','")


@pytest.mark.parametrize("stray", ["Total,16.00\n", "Line,11.04.2025,1001,16.00\n" + LINES])
def test_a_row_that_no_header_stands_above_is_damage(stray: str) -> None:
    told = refused(HEADS + "Head,12.04.2025,16.00\n" + stray)
    assert (told.code, told.facts["field"]) == ("FILE_DAMAGED", "3")
    assert told.facts["value"] == stray.partition(",")[0]


def test_a_text_that_stands_twice_in_a_file_has_its_records_twice() -> None:
    text = ABOVE + HEADS + "Head,12.04.2025,16.00\n"
    assert read(text + text) == read(text) * 2
    assert sections.header(text + text, contract()) == sections.header(text, contract())


def test_a_row_of_words_is_a_record_where_its_header_stands_above() -> None:
    text = HEADS + "Head,12.04.2025,16.00\nHead,today,much\n"
    assert read(text)[1] == {"#kind": "Head", "Head/Date": "today", "Head/Gross": "much"}


CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n"), max_size=8)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=5))
def test_whatever_stands_in_a_cell_is_read_as_it_was_written(pairs: list[tuple[str, str]]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([("Head", *pair) for pair in pairs if pair != ("Date", "Gross")])
    text = HEADS + "Head,12.04.2025,16.00\n" + out.getvalue()
    found = [tuple(record.cells[1:]) for record in sections.rows(text, contract())][1:]
    assert found == [pair for pair in pairs if pair != ("Date", "Gross")]
