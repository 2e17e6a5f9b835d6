"""Spreadsheets (xlsx, and the older xls) as sheets of text.

A cell is text as it stands, with its leading zeros; or a number, which a spreadsheet keeps as a double: it is written
without an exponent and with the fifteen significant digits that the spreadsheet itself shows, because what a double
has beyond them is noise (`30.299999999999997` is 30.30 that somebody added up). A number of sixteen or more digits
before its point has lost some; it is marked with `LOST`, so that nobody takes it for an id or an amount. Dates are
written as `2025-11-30`, moments as `2025-11-30 14:05:09`, with their fraction of a second if there is one. Formulas
count with the value that was saved, a cell that shows an error is its text (`#N/A`), of merged cells the first is
filled. Hidden sheets are not read: what a person does not see, a person did not mean. Links to other files are not
followed.
"""

import mmap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from etl.contracts.limits import MAX_COLUMNS
from etl.errors import FileRejected
from etl.readers.packed import damaged, error_cells
from etl.readers.sheet import Sheet

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

LOST = "\ufffd"
_DIGITS = 15
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # the name of the part that a password hides
_OLE = b"\xd0\xcf\x11\xe0"
_MIDNIGHT = " 00:00:00"
_ANY_DAY = date(2000, 1, 1)


def sheets(path: Path, *, decimal: str = ".") -> Iterator[Sheet]:
    """The visible sheets of a workbook, numbers with `decimal` as their sign.

    Raises FileRejected: FILE_TOO_LARGE, FILE_DAMAGED, and FILE_NOT_TEXT where it is encrypted or no workbook.
    """
    is_ole = _is_ole(path)
    errors = {} if is_ole else error_cells(path)
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    with _refused(is_ole=is_ole), path.open("rb") as file, CalamineWorkbook.from_filelike(file) as workbook:
        for sheet in workbook.sheets_metadata:
            if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet:
                rows = _rows(workbook.get_sheet_by_name(sheet.name), errors.get(sheet.name, {}), decimal)
                yield Sheet(sheet.name, rows)


def _is_ole(path: Path) -> bool:
    """Is it of the older kind? Raises FileRejected where such a file only wraps an encrypted one."""
    with path.open("rb") as file:
        if file.read(len(_OLE)) != _OLE:
            return False
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            if data.find(_ENCRYPTED) >= 0:
                raise FileRejected("FILE_NOT_TEXT", value="encrypted")
    return True


@contextmanager
def _refused(*, is_ole: bool) -> Iterator[None]:
    """What the reader of workbooks cannot read is refused, whatever way it says so."""
    from python_calamine import CalamineError, PasswordError

    try:
        yield
    except PasswordError as error:
        raise FileRejected("FILE_NOT_TEXT", value="encrypted") from error
    except (CalamineError, OSError, ValueError) as error:
        raise (FileRejected("FILE_NOT_TEXT", value="xls") if is_ole else damaged(str(error))) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # Rust's, which is no Exception
            raise
        raise damaged(str(error)) from error


def _rows(
    sheet: "CalamineSheet", errors: Mapping[tuple[int, int], str], decimal: str
) -> Iterator[tuple[int, list[str]]]:
    """The rows of a sheet, each from column A (the reader gives blank rows above the first, but not columns)."""
    if sheet.start is None:
        return
    left = sheet.start[1]
    if left + sheet.width > MAX_COLUMNS:
        raise FileRejected("FILE_TOO_LARGE", field="columns", value=left + sheet.width, expected=MAX_COLUMNS)
    wrong: dict[int, list[tuple[int, str]]] = {}
    for (number, column), shown in errors.items():
        wrong.setdefault(number, []).append((column, shown))
    for number, cells in enumerate(sheet.iter_rows(), 1):
        texts = [""] * left + [_text(cell, decimal) for cell in cells]
        for column, shown in wrong.get(number, ()):
            texts += [""] * (column - len(texts))
            texts[column - 1] = shown
        yield number, texts


def _text(cell: object, decimal: str) -> str:
    """The text of one cell."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):  # an int in Python
        return str(cell).lower()
    return _number(cell, decimal) if isinstance(cell, int | float) else _time(cell)


def _time(cell: object) -> str:
    """The text of a cell that is a date, a moment, a time of day or a length of time."""
    if isinstance(cell, datetime):
        return _moment(cell).removesuffix(_MIDNIGHT)
    if isinstance(cell, time):
        return _moment(datetime.combine(_ANY_DAY, cell)).partition(" ")[2]
    if isinstance(cell, timedelta):
        return _length(cell)
    return cell.isoformat() if isinstance(cell, date) else ""


def _number(number: float, decimal: str) -> str:
    """A number with the digits that a double is sure of.

    >>> _number(5.0, "."), _number(0.1 + 0.2, ","), _number(1e-7, "."), _number(8.815555555555555e15, ".")[1:]
    ('5', '0,3', '0.0000001', '8815555555555555')
    """
    exact = Decimal(number)
    if not exact.is_finite():
        return str(number)
    if exact and exact.adjusted() >= _DIGITS:
        return LOST + str(int(exact))
    text = format(Decimal(f"{number:.{_DIGITS}g}"), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace(".", decimal)


def _moment(moment: datetime) -> str:
    """A moment to the millisecond, which is what a spreadsheet's number of days is sure of."""
    whole = moment + timedelta(microseconds=500)
    text = whole.strftime("%Y-%m-%d %H:%M:%S")
    milliseconds = whole.microsecond // 1000
    return f"{text}.{milliseconds:03d}" if milliseconds else text


def _length(length: timedelta) -> str:
    """A length of time in hours, as a spreadsheet shows it.

    >>> _length(timedelta(days=1, hours=2, minutes=3, seconds=4))
    '26:03:04'
    """
    minutes, seconds = divmod(round(length.total_seconds()), 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"
