"""Which source a file comes from: one contract claims it in any dialect, or it is refused with the nearest miss."""

import csv
import json
from pathlib import Path

import pytest

from etl.contracts import Contract, Dialect, load, parse
from etl.errors import FileRejected
from etl.golden import expected_of
from etl.identify import explain, identify

CONTRACTS = load()
SOURCES = Path(__file__).parent / "golden" / "sources"
GOLDENS = sorted(path for path in SOURCES.glob("*/*") if path.suffix != ".json" and path.is_file())
HEADER = "order_no,order_date,currency,quantity,customer_name\n"
ROW = "1,2025-11-30,DKK,1,Åse\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "drop.csv"


def refused(path: Path, contracts: dict[str, Contract] | None = None) -> FileRejected:
    with pytest.raises(FileRejected) as caught:
        identify(path, contracts or CONTRACTS)
    return caught.value


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize(
    ("written", "encoding"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16-le"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
    ],
)
def test_encoding_and_delimiter_are_found_by_evidence(path: Path, delimiter: str, written: str, encoding: str) -> None:
    path.write_bytes((HEADER + ROW).replace(",", delimiter).encode(written))
    found = identify(path, CONTRACTS)
    assert found.contract.source == "generic_orders"
    assert (found.dialect.encoding, found.dialect.delimiter, found.dialect.header_line) == (encoding, delimiter, 1)
    assert found.dialect.start == {"utf-8-sig": 3, "utf-16": 2}.get(written, 0)


def test_latin_1_shows_by_a_byte_that_cp1252_does_not_have(path: Path) -> None:
    path.write_bytes((HEADER + "1,2025-11-30,DKK,1,Å \u0081\n").encode("latin-1"))
    assert identify(path, CONTRACTS).dialect.encoding == "latin-1"


@pytest.mark.parametrize(
    ("above", "line"),
    [
        ("sep=;\n", 2),
        ("ORDRER\r\n", 2),
        ("\n\n", 3),
        ('Shop;Nordlys\n"Udskrevet;\n30-11-2025"\n\n', 5),
        ("sep=;\nORDRER\n", 3),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_what_stands_above_the_header_is_left_out(path: Path, above: str, line: int, encoding: str) -> None:
    data = (HEADER + ROW).replace(",", ";")
    path.write_bytes((above + data).encode(encoding))
    found = identify(path, CONTRACTS)
    assert found.dialect.header_line == line
    body = path.read_bytes()[found.dialect.start : found.dialect.end]
    assert body.decode(found.dialect.encoding) == data


def contract(source: str, rest: str) -> dict[str, Contract]:
    base = 'system = "t"\nentity = "customers"\nevidence = "documented"\n[columns]\ncustomer_no = "No"\nname = "Name"\n'
    return {source: parse(base + rest, source=source)}


def test_how_far_down_the_header_may_stand_is_the_contracts(path: Path) -> None:
    for above, allowed in (("", 3), ("TYPE\n", 2), ("A,B\n", 1), ("TYPE\nTYPE\n", 1)):
        path.write_text(above + "No,Name\n1,x\n", "utf-8")
        for number, header_row in enumerate(("preamble", "type_line", "first"), 1):
            rules = contract("c", f'[match]\nheaders = ["No"]\n[csv]\nheader_row = "{header_row}"\n')
            if number <= allowed:
                assert identify(path, rules).contract.source == "c"
            else:
                assert refused(path, rules).code == "FILE_UNKNOWN"


def test_delimiters_and_encodings_may_be_narrowed(path: Path) -> None:
    path.write_text("No;Name\n1;Å\n", "cp1252")
    rules = '[match]\nheaders = ["No"]\n[csv]\n'
    assert identify(path, contract("c", rules)).dialect == Dialect("cp1252", ";", 0, 12, 1)
    assert refused(path, contract("c", rules + 'delimiters = [","]\n')).code == "FILE_UNKNOWN"
    assert refused(path, contract("c", rules + 'encodings = ["utf-8"]\n')).code == "FILE_UNKNOWN"


def test_header_names_fold_case_blanks_and_marks(path: Path) -> None:
    path.write_text(" ORDER_NO ,Order_Date\u00a0,currency,\ufeffquantity,,\n1,2025-11-30,DKK,1,,\n", "utf-8")
    assert identify(path, CONTRACTS).header == ("ORDER_NO", "Order_Date", "currency", "quantity", "", "")


def test_footer_lines_end_the_data(path: Path) -> None:
    rules = contract("c", "[match]\nheaders = [\"No\"]\n[csv]\nfooter = ['^Total', 'record\\(s\\)']\n")
    for encoding in ("utf-8", "utf-16", "cp1252"):
        data = "No;Name\r\n1;Åse Total\r\n"
        path.write_bytes((data + "\r\nTotal;1\r\n1 record(s) på listen\r\n\r\n").encode(encoding))
        dialect = identify(path, rules).dialect
        assert path.read_bytes()[dialect.start : dialect.end].decode(dialect.encoding).rstrip() == data.rstrip()


def test_two_claims_are_refused_unless_the_shop_is_set_up_for_one(path: Path) -> None:
    path.write_text("No,Name,Group\n1,x,y\n", "utf-8")
    both = contract("wide", '[match]\nheaders = ["No"]\n[csv]\n') | contract(
        "narrow", '[match]\nheaders = ["No", "Name"]\n[csv]\n'
    )
    error = refused(path, both)
    assert (error.code, error.facts["sources"]) == ("FILE_AMBIGUOUS", ["narrow", "wide"])
    assert identify(path, both, wanted="narrow").contract.source == "narrow"
    declared = both | contract("wide", '[match]\nheaders = ["No"]\nnot_headers = ["group"]\n[csv]\n')
    assert identify(path, declared).contract.source == "narrow"


@pytest.mark.parametrize("golden", GOLDENS, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_no_golden_of_one_source_is_claimed_by_another(golden: Path) -> None:
    """Each is claimed by its own source, refused or not; were that one absent, by none."""
    own = golden.parent.name
    expected = json.loads(expected_of(golden).read_text("utf-8")).get("refused")
    try:
        claimed = identify(golden, CONTRACTS).contract.source
    except FileRejected as error:
        claimed = str(error.facts["value"]) if error.code == "FILE_REFUSED" else error.code
    # What is damaged may be known for what it is, or not even that.
    assert claimed in ({own} if expected in {None, "FILE_REFUSED"} else {own, expected})
    without = refused(golden, {name: one for name, one in CONTRACTS.items() if name != own})
    assert without.code in {"FILE_UNKNOWN", expected} - {"FILE_REFUSED"}


@pytest.mark.parametrize("name", [n for n, one in CONTRACTS.items() if one.table and not one.reader])
def test_no_header_of_one_source_is_claimed_by_another(path: Path, name: str) -> None:
    """All that a contract reads of a table, in each of its spellings."""
    one = CONTRACTS[name]
    assert one.table is not None
    for spelling in range(max((len(reading.names) for reading in one.columns.values()), default=1)):
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=one.table.delimiters[0]).writerow(spelled(one, spelling))
        if one.refuse:
            assert refused(path).facts["value"] == name
        else:
            assert identify(path, CONTRACTS).contract.source == name


def spelled(one: Contract, spelling: int) -> list[str]:
    """The header of a file: of synonyms the one of that spelling, of cells that are read together all."""
    names = list(one.match.headers)
    for reading in one.columns.values():
        together = reading.by_value or reading.join or reading.is_sum
        names += reading.names if together else [reading.names[min(spelling, len(reading.names) - 1)]]
        names += [name for name in reading.every_name if name not in reading.names]
    return [name for name in dict.fromkeys(names) if not name.startswith("#")]


@pytest.mark.parametrize(
    ("data", "code", "value"),
    [
        (b"", "FILE_EMPTY", "drop.csv"),
        (b"\xef\xbb\xbf \r\n\r\n", "FILE_EMPTY", "drop.csv"),
        (b"PK\x03\x04" + bytes(30), "FILE_DAMAGED", "File is not a zip file"),
        (b"\xd0\xcf\x11\xe0" + bytes(30), "FILE_NOT_TEXT", "xls"),
        (b'{"orders": []}\n', "FILE_UNKNOWN", "json"),
        (b"<orders/>\n", "FILE_UNKNOWN", "<orders>"),
        (b"%PDF-1.7\n", "FILE_NOT_TEXT", "pdf"),
        (bytes(range(256)) * 4, "FILE_NOT_TEXT", "binary"),
        (b"just a note\n", "FILE_UNKNOWN", "-"),
    ],
)
def test_what_is_no_table_is_told_apart(path: Path, data: bytes, code: str, value: str) -> None:
    path.write_bytes(data)
    error = refused(path)
    assert (error.code, error.facts["value"]) == (code, value)


def test_too_many_columns_are_refused(path: Path) -> None:
    path.write_text(HEADER.strip() + "," * 996 + "\n", "utf-8")
    assert refused(path).facts["field"] == "columns"
    path.write_text(HEADER.strip() + "," * 995 + "\n", "utf-8")
    assert identify(path, CONTRACTS).contract.source == "generic_orders"


def test_the_nearest_miss_names_what_is_missing_and_what_looks_like_it(path: Path) -> None:
    path.write_text(HEADER.replace("order_date", "orderdate").replace(",quantity", ""), "utf-8")
    facts = refused(path).facts
    assert facts["nearest"] == facts["expected"] == "generic_orders"
    assert facts["missing"] == ["order_date", "quantity"]
    assert facts["near"] == {"order_date": "orderdate"}
    assert facts["value"] == "order_date (orderdate?), quantity"
    told = explain(path, CONTRACTS)
    assert (told["source"], told["reason_code"]) == (None, "FILE_UNKNOWN")
    assert told["near"][0]["source"] == "generic_orders"


def test_explain_says_what_is_read_from_where(path: Path) -> None:
    path.write_text(HEADER.strip() + ",Mood\n" + ROW.strip() + ",good\n", "utf-8")
    told = explain(path, CONTRACTS)
    assert told["source"] == "generic_orders"
    assert told["columns"]["customer_name"] == "customer_name"
    assert told["not_read"] == ["Mood"]
    assert "generic_orders" not in {near["source"] for near in told["near"]}


def test_the_thin_order_file_is_told_what_it_lacks(samples: Path) -> None:
    facts = refused(samples / "shopify" / "orders_min_columns_fixture.csv").facts
    assert facts["nearest"] == "shopify_orders"
    missing = facts["missing"]
    assert isinstance(missing, list)
    assert {"Financial Status", "Lineitem quantity", "Lineitem price"} <= set(missing)
