"""Spreadsheets: what a cell becomes as text, which sheets are read, and what is refused before it does harm."""

import zipfile
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest
from golden_workbooks import BOOKS, FOLDER
from old_workbooks import write_compound, write_xls
from workbooks import Book, Error, Formula, Page, column, write

from etl.contracts import limits
from etl.errors import FileRejected
from etl.readers import packed, xlsx

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet1.xml"


def texts(path: Path, decimal: str = ".") -> list[list[str]]:
    """The rows of the first sheet."""
    return [cells for _, cells in next(xlsx.sheets(path, decimal=decimal)).rows]


def row(tmp_path: Path, *cells: object, decimal: str = ".", book: Book | None = None) -> list[str]:
    """The texts that these cells of one row become."""
    return texts(write(tmp_path / "book.xlsx", {"Ark1": [cells]}, book), decimal)[0]


def refused(path: Path) -> tuple[str, object]:
    """Why a file is refused: the reason, and the value that is told."""
    with pytest.raises(FileRejected) as error:
        [list(sheet.rows) for sheet in xlsx.sheets(path)]
    return error.value.code, error.value.facts.get("value")


def raw(rows: str) -> Page:
    """A sheet with these rows as XML."""
    return Page(None, xml=f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>')


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("007", "007"),
        ("  Rødgrød <&> ", "  Rødgrød <&> "),
        ("to\nlinjer", "to\nlinjer"),
        (5, "5"),
        (Decimal("5.0"), "5"),
        (Decimal("-0.10"), "-0.1"),
        (Decimal("1234.50"), "1234.5"),
        (Decimal("30.299999999999997"), "30.3"),  # 10.1 + 20.2 in doubles
        (Decimal("1E-7"), "0.0000001"),
        (123456789012345, "123456789012345"),  # fifteen digits are kept
        (True, "true"),
        (False, "false"),
        (None, ""),
        (date(2025, 11, 30), "2025-11-30"),
        (datetime(2025, 11, 30), "2025-11-30"),
        (datetime(2025, 11, 30, 14, 5, 9), "2025-11-30 14:05:09"),
        (datetime(2025, 11, 30, 14, 5, 9, 58000), "2025-11-30 14:05:09.058"),
        (time(14, 5, 9), "14:05:09"),
        (Error(), "#N/A"),
        (Error("#DIV/0!"), "#DIV/0!"),
        (Formula("A1*2", Decimal("2.5")), "2.5"),
        (Formula('A1&"x"', "7x"), "7x"),
        (Formula("A1", None), ""),
    ],
)
def test_a_cell_becomes_text(tmp_path: Path, cell: object, text: str) -> None:
    assert row(tmp_path, cell, "end") == [text, "end"]


def test_a_double_that_is_noise_beyond_fifteen_digits(tmp_path: Path) -> None:
    assert row(tmp_path, 0.1 + 0.2, 1.1 * 3) == ["0.3", "3.3"]
    assert row(tmp_path, Decimal("1234.50"), 7, "1.5", decimal=",") == ["1234,5", "7", "1.5"]


def test_a_number_of_sixteen_digits_is_marked_as_lost(tmp_path: Path) -> None:
    """Excel keeps 1234567890123456 as ...450, POI as it is: nobody can tell, so neither is an id."""
    assert row(tmp_path, 1234567890123456, -(10**15)) == [f"{xlsx.LOST}1234567890123456", f"{xlsx.LOST}{-(10**15)}"]


def test_days_counted_from_1904(tmp_path: Path) -> None:
    """1462 days lie between the two days that spreadsheets count from."""
    assert row(tmp_path, date(2021, 11, 29), book=Book(is_1904=True)) == ["2025-11-30"]


def test_dates_that_are_written_out(tmp_path: Path) -> None:
    page = raw('<row r="1"><c r="A1" t="d"><v>2025-11-30</v></c><c r="B1" t="d"><v>2025-11-30T14:05:09</v></c></row>')
    assert texts(write(tmp_path / "book.xlsx", {"Ark1": page})) == [["2025-11-30", "2025-11-30 14:05:09"]]


def test_a_length_of_time_is_hours(tmp_path: Path) -> None:
    styles = f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="46"/></cellXfs></styleSheet>'
    page = raw('<row r="1"><c r="A1" s="1"><v>1.25</v></c></row>')
    assert texts(write(tmp_path / "book.xlsx", {"Ark1": page}, Book(styles=styles))) == [["30:00:00"]]


def test_only_visible_sheets_are_read_in_their_order(tmp_path: Path) -> None:
    pages = {"B": Page([["b"]]), "Skjult": Page([["x"]], state="hidden"), "Meget": Page([["x"]], state="veryHidden")}
    path = write(tmp_path / "book.xlsx", {**pages, "A": Page([["a"]]), "Tom": Page([])})
    assert [(sheet.name, list(sheet.rows)) for sheet in xlsx.sheets(path)] == [
        ("B", [(1, ["b"])]), ("A", [(1, ["a"])]), ("Tom", []),
    ]  # fmt: skip


def test_a_table_that_begins_in_column_b_below_blank_rows(tmp_path: Path) -> None:
    path = write(tmp_path / "book.xlsx", {"Ark1": Page([[], [], ["h", "i"], [], [None, Error("#REF!")]], at=1)})
    assert list(next(xlsx.sheets(path)).rows) == [
        (1, ["", "", ""]), (2, ["", "", ""]), (3, ["", "h", "i"]), (4, ["", "", ""]), (5, ["", "", "#REF!"]),
    ]  # fmt: skip


def test_cells_that_do_not_say_their_place(tmp_path: Path) -> None:
    page = Page([["h", "i"], [None, Error("#REF!")], [Error(), 2]], has_places=False)
    assert texts(write(tmp_path / "book.xlsx", {"Ark1": page})) == [["h", "i"], ["", "#REF!"], ["#N/A", "2"]]


def test_an_error_stands_in_its_own_sheet(tmp_path: Path) -> None:
    path = write(tmp_path / "book.xlsx", {"A & B": [["x", Error()]], "Skjult": Page([[Error()]], state="hidden"),
                                          "C": [["x", None], [None, "y"]]})  # fmt: skip
    found = {sheet.name: [cells for _, cells in sheet.rows] for sheet in xlsx.sheets(path)}
    assert found == {"A & B": [["x", "#N/A"]], "C": [["x", ""], ["", "y"]]}


def test_errors_beyond_the_first_megabyte(tmp_path: Path) -> None:
    """A sheet is looked at in pieces; no cell is lost where one ends."""
    rows = [[f"nummer {n}", Error() if n % 1000 == 0 else n] for n in range(1, 20_001)]
    found = texts(write(tmp_path / "book.xlsx", {"Ark1": rows}))
    assert [n for n, cells in enumerate(found, 1) if cells[1] == "#N/A"] == list(range(1000, 20_001, 1000))
    assert [cells[1] for cells in found if cells[1] != "#N/A"] == [str(n) for n in range(1, 20_001) if n % 1000]


def test_merged_cells_are_filled_in_the_first(tmp_path: Path) -> None:
    page = Page([["Periode", None, "november"], ["a", "b", "c"]], merged=["A1:B1"])
    assert texts(write(tmp_path / "book.xlsx", {"Ark1": page}))[0] == ["Periode", "", "november"]


def test_a_style_sheet_without_what_it_must_have(tmp_path: Path) -> None:
    book = Book(styles=f'<styleSheet xmlns="{MAIN}"><fills count="1"></fills></styleSheet>')
    assert row(tmp_path, 5, "x", book=book) == ["5", "x"]


def test_links_to_other_files_are_not_followed(tmp_path: Path) -> None:
    link = b'<externalLink><externalBook r:id="rId1"/></externalLink>'
    book = Book(more={"xl/externalLinks/externalLink1.xml": link})
    assert row(tmp_path, Formula("[1]Ark1!A1", 7), book=book) == ["7"]


def test_a_changed_file_of_the_same_name_is_looked_at_anew(tmp_path: Path) -> None:
    assert row(tmp_path, Error(), "x") == ["#N/A", "x"]
    assert row(tmp_path, "in order", "x") == ["in order", "x"]


@pytest.mark.parametrize(
    "far",
    [
        '<c r="XFD1048576"><v>1</v></c>',
        "<c r='XFD1048576'><v>1</v></c>",
        '<c r = "XFD1048576" ><v>1</v></c>',
        '<c x=">" r="XFD1048576"><v>1</v></c>',
        '<x:c xmlns:x="urn:x" r="XFD1048576"><v>1</v></x:c>',
    ],
)
def test_two_cells_in_opposite_corners_are_too_large(tmp_path: Path, far: str) -> None:
    page = raw(f'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576">{far}</row>')
    assert refused(write(tmp_path / "book.xlsx", {"Ark1": page})) == ("FILE_TOO_LARGE", 16384 * 1048576)


def test_one_long_row_and_many_short_ones_are_too_large(tmp_path: Path) -> None:
    page = raw(f"<row>{'<c><v>1</v></c>' * 4000}</row>{'<row><c><v>1</v></c></row>' * 9999}")
    assert refused(write(tmp_path / "book.xlsx", {"Ark1": page})) == ("FILE_TOO_LARGE", 4000 * 10_000)


def test_cells_that_are_only_formatted_take_no_room(tmp_path: Path) -> None:
    page = raw('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="1"/></row>')
    assert texts(write(tmp_path / "book.xlsx", {"Ark1": page})) == [["1"]]


def test_too_many_columns(tmp_path: Path) -> None:
    cells = "".join(f'<c r="{column(i)}1"><v>1</v></c>' for i in range(limits.MAX_COLUMNS + 1))
    path = write(tmp_path / "book.xlsx", {"Ark1": raw(f'<row r="1">{cells}</row>')})
    assert refused(path) == ("FILE_TOO_LARGE", limits.MAX_COLUMNS + 1)


def test_what_unpacks_to_far_more_than_it_is(tmp_path: Path) -> None:
    book = Book(more={"xl/sharedStrings.xml": b" " * 150_000_000})
    assert refused(write(tmp_path / "book.xlsx", {"Ark1": [["x"]]}, book)) == ("FILE_TOO_LARGE", 143)


def test_a_directory_that_says_too_little(tmp_path: Path) -> None:
    """The size that the zip directory promises is only a promise: the part is read against its checksum."""
    path = write(tmp_path / "book.xlsx", {"Ark1": [["x" * 5000]]})
    with zipfile.ZipFile(path) as whole:
        size = whole.getinfo(SHEET).file_size
    data = path.read_bytes()
    assert data.count(size.to_bytes(4, "little")) >= 2
    path.write_bytes(data.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little")))
    assert refused(path)[0] == "FILE_DAMAGED"


def test_a_part_with_flipped_bits(tmp_path: Path) -> None:
    path = write(tmp_path / "book.xlsx", {"Ark1": [[f"tekst {n}"] for n in range(500)]})
    data = bytearray(path.read_bytes())
    place = data.index(SHEET.encode()) + len(SHEET) + 200
    data[place] ^= 0xFF
    path.write_bytes(data)
    assert refused(path)[0] == "FILE_DAMAGED"


def test_a_file_that_is_cut_off(tmp_path: Path) -> None:
    path = write(tmp_path / "book.xlsx", {"Ark1": [[f"tekst {n}"] for n in range(500)]})
    path.write_bytes(path.read_bytes()[:-100])
    assert refused(path)[0] == "FILE_DAMAGED"


def test_a_sheet_that_ends_in_the_middle(tmp_path: Path) -> None:
    page = Page(None, xml=f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1"><v>5</v>')
    assert refused(write(tmp_path / "book.xlsx", {"Ark1": page}))[0] == "FILE_DAMAGED"


def test_a_cell_that_is_no_xml(tmp_path: Path) -> None:
    page = raw('<row r="1"><c r="A1" t=e><v>1</v></c></row>')
    assert refused(write(tmp_path / "book.xlsx", {"Ark1": page}))[0] == "FILE_DAMAGED"


def test_a_sheet_in_utf16_is_not_read(tmp_path: Path) -> None:
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1"><v>5</v></c></row></sheetData></worksheet>'
    book = Book(more={SHEET: sheet.encode("utf-16")})
    assert refused(write(tmp_path / "book.xlsx", {"Ark1": [["x"]]}, book)) == ("FILE_DAMAGED", "UTF-16")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_parts_of_one_name(tmp_path: Path) -> None:
    path = write(tmp_path / "book.xlsx", {"Ark1": [["x"]]})
    with zipfile.ZipFile(path, "a") as more:
        more.writestr(SHEET, "<worksheet/>")
    assert refused(path) == ("FILE_DAMAGED", "two parts of one name")


@pytest.mark.parametrize(
    ("part", "kind"), [("word/document.xml", "zip"), ("content.xml", "ods"), ("xl/workbook.bin", "xlsb")]
)
def test_other_zip_files_are_named(tmp_path: Path, part: str, kind: str) -> None:
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
        other.writestr(part, "x")
    assert refused(tmp_path / "other.zip") == ("FILE_NOT_TEXT", kind)


def test_a_zip_file_with_a_password(tmp_path: Path) -> None:
    path = write(tmp_path / "book.xlsx", {"Ark1": [["x"]]})
    data = path.read_bytes()
    central = data.index(b"PK\x01\x02")
    path.write_bytes(data[: central + 8] + b"\x01" + data[central + 9 :])  # the flag of the first part in the directory
    assert refused(path) == ("FILE_NOT_TEXT", "encrypted")


def test_what_a_password_wraps(tmp_path: Path) -> None:
    assert refused(write_compound(tmp_path / "book.xlsx", "EncryptedPackage", b"x")) == ("FILE_NOT_TEXT", "encrypted")


def test_the_older_kind_is_read(tmp_path: Path) -> None:
    path = write_xls(tmp_path / "old", "Ark1", [["Dato", "Beløb"], ["007", 12.5], [None, 4618], [1e15]])
    assert texts(path, ",") == [["Dato", "Beløb"], ["007", "12,5"], ["", "4618"], [f"{xlsx.LOST}{10**15}", ""]]


def test_the_older_kind_with_a_password_and_an_old_letter(tmp_path: Path) -> None:
    assert refused(write_xls(tmp_path / "old", "Ark1", [["x"]], is_locked=True)) == ("FILE_NOT_TEXT", "xls")
    assert refused(write_compound(tmp_path / "letter", "WordDocument", b"x")) == ("FILE_NOT_TEXT", "xls")


def test_many_cells_are_not_too_many(tmp_path: Path) -> None:
    """What fits exactly is read: the rectangle counts, not the sheet's number of rows."""
    page = raw('<row r="1048575"><c r="A1048575"><v>1</v></c></row><row r="1048576"><c r="B1048576"><v>2</v></c></row>')
    path = write(tmp_path / "book.xlsx", {"Ark1": page})
    assert packed.error_cells(path) == {}


@pytest.mark.parametrize("name", BOOKS)
def test_the_golden_workbooks_hold_what_is_written_down(tmp_path: Path, name: str) -> None:
    written = write(tmp_path / "book.xlsx", BOOKS[name])
    with zipfile.ZipFile(written) as wanted, zipfile.ZipFile(FOLDER / f"{name}.xlsx") as golden:
        assert {n: golden.read(n) for n in golden.namelist()} == {n: wanted.read(n) for n in wanted.namelist()}
