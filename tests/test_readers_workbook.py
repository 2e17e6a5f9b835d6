"""Excel's XML: what a cell becomes as text, where it stands, and what is refused."""

import tracemalloc
from pathlib import Path

import pytest

from etl.errors import FileRejected
from etl.readers.xml import workbook

BOOK = """<?xml version="1.0"?>
<?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:html="http://www.w3.org/TR/REC-html40"><Styles><Style ss:ID="s1"/></Styles>{}</Workbook>
"""


def book(tmp_path: Path, *sheets: str) -> Path:
    path = tmp_path / "book.xml"
    path.write_text(BOOK.format("".join(sheets)), "utf-8")
    return path


def sheet(rows: str, name: str = "Ark1") -> str:
    return f'<Worksheet ss:Name="{name}"><Table><Column ss:Width="9"/>{rows}</Table><WorksheetOptions/></Worksheet>'


def rows(path: Path, decimal: str = ".") -> list[tuple[int, list[str]]]:
    """The rows of the first sheet."""
    return list(next(workbook.sheets(path, decimal=decimal)).rows)


def cell(kind: str, text: str, attributes: str = "") -> str:
    return f'<Cell{attributes}><Data ss:Type="{kind}">{text}</Data></Cell>'


@pytest.mark.parametrize(
    ("kind", "written", "text"),
    [
        ("String", "007", "007"),
        ("String", "a &amp; b", "a & b"),
        ("String", "to&#10;linjer", "to\nlinjer"),
        ("String", " =SUM(A1)", "=SUM(A1)"),
        ("String", " +45 20000009", "+45 20000009"),
        ("String", " -5", "-5"),
        ("String", " a", " a"),  # a blank that guards nothing
        ("String", "1.5", "1.5"),
        ("Number", "12.50", "12.50"),  # as it is written
        ("Number", "1e-05", "1e-05"),
        ("Number", "123456789012345678", "123456789012345678"),
        ("DateTime", "2025-11-30T14:05:09.000", "2025-11-30 14:05:09"),
        ("DateTime", "2025-11-30T14:05:09.250", "2025-11-30 14:05:09.250"),
        ("DateTime", "2025-11-30T00:00:00.000", "2025-11-30"),
        ("Boolean", "1", "1"),
        ("Error", "#N/A", "#N/A"),
        ("String", "<html:B>fed</html:B> og <html:I>kursiv</html:I>", "fed og kursiv"),
        ("Number", "12<!-- c -->.50", "12.50"),
        ("String", "<![CDATA[<b>]]>", "<b>"),
    ],
)
def test_a_cell_becomes_text(tmp_path: Path, kind: str, written: str, text: str) -> None:
    path = book(tmp_path, sheet(f"<Row>{cell(kind, written)}{cell('String', 'end')}</Row>"))
    assert rows(path) == [(1, [text, "end"])]


def test_the_point_of_a_number_is_written_as_asked_and_no_texts(tmp_path: Path) -> None:
    path = book(tmp_path, sheet(f"<Row>{cell('Number', '-1234.5')}{cell('String', '1.5')}</Row>"))
    assert rows(path, decimal=",") == [(1, ["-1234,5", "1.5"])]


def test_rows_and_cells_say_where_they_stand(tmp_path: Path) -> None:
    third = cell("String", "c", ' ss:Index="3"')
    skipped = f"<Row ss:Index='3'>{third}{cell('String', 'd')}</Row>"
    path = book(tmp_path, sheet(f"<Row>{cell('String', 'a')}</Row>{skipped}<Row>{cell('String', 'e')}</Row>"))
    assert rows(path) == [(1, ["a"]), (3, ["", "", "c", "d"]), (4, ["e"])]


def test_a_cell_may_reach_over_several_columns(tmp_path: Path) -> None:
    wide = cell("String", "a", ' ss:MergeAcross="2"')
    path = book(tmp_path, sheet(f"<Row>{wide}{cell('String', 'b')}</Row>"))
    assert rows(path) == [(1, ["a", "", "", "b"])]


def test_cells_without_data_are_empty(tmp_path: Path) -> None:
    path = book(tmp_path, sheet(f"<Row><Cell/>{cell('String', 'b')}<Cell><Comment/></Cell></Row><Row/>"))
    assert rows(path) == [(1, ["", "b", ""]), (2, [])]


def test_every_sheet_is_read_whether_or_not_the_one_before_was(tmp_path: Path) -> None:
    two = "".join(f"<Row>{cell('String', text)}</Row>" for text in ("a", "b"))
    path = book(tmp_path, sheet(two), sheet(two, "Ark2"), sheet("", "Tom"), sheet(two, "Ark4"))
    seen = []
    for number, one in enumerate(workbook.sheets(path)):
        if number == 1:
            next(iter(one.rows))  # as one does who looks for a header
        elif number > 1:
            seen.append((one.name, [cells for _, cells in one.rows]))
    assert seen == [("Tom", []), ("Ark4", [["a"], ["b"]])]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("<Row ss:Index='x'/>", "FILE_DAMAGED"),
        ("<Row><Cell ss:Index='-1'/></Row>", "FILE_DAMAGED"),
        ("<Row><Cell/><Cell/><Cell ss:Index='2'/></Row>", "FILE_DAMAGED"),
        ("<Row><Cell ss:Index='999999999'/></Row>", "FILE_TOO_LARGE"),
        ("<Row><Cell ss:MergeAcross='999999999'/></Row>", "FILE_TOO_LARGE"),
        ("<Row><Cell></Row>", "FILE_DAMAGED"),
    ],
)
def test_what_does_not_say_where_it_stands_is_refused(tmp_path: Path, row: str, code: str) -> None:
    path = book(tmp_path, sheet(row))
    with pytest.raises(FileRejected) as refused:
        [list(one.rows) for one in workbook.sheets(path)]
    assert refused.value.code == code


def test_a_large_sheet_takes_no_more_memory_than_its_rows(tmp_path: Path) -> None:
    path = book(tmp_path, sheet(f"<Row>{cell('String', 'a' * 100)}</Row>" * 5_000))
    tracemalloc.start()
    try:
        assert sum(1 for _ in next(workbook.sheets(path)).rows) == 5_000
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 500_000  # half of the texts alone
