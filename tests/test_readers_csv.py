"""Reading CSV: both readers give the same rows, damage is named by its line, and nothing else comes out."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from etl.contracts import Identified, load, parse
from etl.errors import FileRejected
from etl.identify import identify
from etl.readers import records
from etl.readers.careful import records_of, utf8_copy
from etl.readers.csv import _read_quickly, physical_line, read
from etl.readers.grid import wanted_columns
from etl.readers.structure import structure_of
from etl.store import Store

HEADER = ["customer_no", "name", "company", "email"]
CONTRACTS = {
    "people": parse(
        """
        system = "t"
        entity = "customers"
        evidence = "documented"
        [match]
        headers = ["customer_no", "name", "company", "email"]
        [csv]
        footer = ['^Total;', 'record\\(s\\) downloaded']
        [columns]
        customer_no = "customer_no"
        name = "name"
        company = "company"
        email = "email"
        """,
        source="people",
    )
}
cells = st.text(alphabet=st.sampled_from("aæ0 \",;\t\n\r\u2028\u00a0\u00850🎁'."), max_size=6)
rows = st.lists(st.lists(cells, min_size=4, max_size=4), max_size=6)


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with Store.open(None) as opened:
        yield opened


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "drop"


def written(data: list[list[str]], *, delimiter: str = ",", end: str = "\n", is_all_quoted: bool = False) -> str:
    def cell(text: str) -> str:
        return (
            '"' + text.replace('"', '""') + '"' if is_all_quoted or set(text) & {delimiter, '"', "\r", "\n"} else text
        )

    return "".join(delimiter.join(map(cell, row)) + end for row in [HEADER, *data])


def raw_rows(store: Store) -> list[tuple[object, ...]]:
    return store.rows("select * from raw_records order by source_record")


def expected_rows(data: list[list[str]]) -> list[tuple[object, ...]]:
    numbered = enumerate(data, 1)
    return [(n, *(cell or None for cell in row)) for n, row in numbered if any(row)]


def careful_rows(path: Path, identified: Identified) -> list[tuple[object, ...]]:
    with utf8_copy(path, identified.dialect) as copy:
        found = [r for r in records_of(copy, identified) if not r.is_empty]
    wanted = wanted_columns(identified)
    return [(r.source_record, *(r.cells[p].replace("\0", " ") or None for p in wanted)) for r in found]


@dataclass(frozen=True)
class Form:
    delimiter: str
    end: str
    is_all_quoted: bool
    encoding: str
    tail: str | None  # None: the last line has no end


forms = st.builds(
    Form,
    delimiter=st.sampled_from(",;\t"),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    is_all_quoted=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    tail=st.sampled_from([None, "", "\n", "\n\n"]),
)


@given(data=rows, form=forms)
def test_both_readers_give_the_rows_that_were_written(
    store: Store, path: Path, data: list[list[str]], form: Form
) -> None:
    text = written(data, delimiter=form.delimiter, end=form.end, is_all_quoted=form.is_all_quoted)
    text = text.removesuffix(form.end) if form.tail is None else text + form.tail.replace("\n", form.end)
    path.write_bytes(text.encode(form.encoding))
    identified = identify(path, CONTRACTS)
    assert careful_rows(path, identified) == expected_rows(data)
    assert read(store, path, identified).record_count == len(expected_rows(data))
    assert raw_rows(store) == expected_rows(data)


@given(body=st.text(alphabet=st.sampled_from('a",\n\r \0;x'), max_size=40))
@example(body='a,b,c,d\n"x"y,b,c,d\n')
@example(body='a,b,c, "d"\n')
@example(body='a,b,c,"d" \n')
@example(body="a,b,c,d,\n")
@example(body="\na,b,c,d\n\n")
@example(body="a,b,c\na,b,c,d,e\n")
@example(body='a,b"b,c,d\n')
@example(body='"","","",""\n')
@example(body=",,,\na,b,c,d\n")
def test_whatever_stands_there_both_readers_agree(store: Store, path: Path, body: str) -> None:
    path.write_bytes((",".join(HEADER) + "\n" + body).encode())
    identified = identify(path, CONTRACTS)
    try:
        careful: list[tuple[object, ...]] | str = careful_rows(path, identified)
    except FileRejected as error:
        careful = error.code
    quick = _read_quickly(store, path, identified)
    if quick is not None:
        assert raw_rows(store) == careful
        assert quick == len(careful)
    if isinstance(careful, str):
        with pytest.raises(FileRejected, match=careful):
            read(store, path, identified)
    else:
        assert read(store, path, identified).record_count == len(careful)
        assert raw_rows(store) == careful


@given(
    data=st.one_of(
        st.binary(max_size=60), st.binary(max_size=40).map(lambda b: b",".join(h.encode() for h in HEADER) + b"\n" + b)
    )
)
@example(data=b"\xff\xfe" + "customer_no,name,company,email\na,b,c,d\n".encode("utf-16-le") + b"\x00")
@example(data="customer_no,name,company,email\næ,b,c,d\n".encode() + b"\xe6,b,c,d\n\xc3\xa6,\xc3\xa6,,\n")
def test_arbitrary_bytes_are_read_or_rejected(store: Store, path: Path, data: bytes) -> None:
    path.write_bytes(data)
    with suppress(FileRejected):  # anything else fails the test
        read(store, path, identify(path, CONTRACTS))


@pytest.mark.parametrize(
    ("body", "line", "column"),
    [
        ('1,a,b,c\n2,"a\nb",c,d\n3,a,b\n', 5, "company"),
        ('1,a,b,c\n2,"a,b,c\n3,a,b,c\n', 3, None),
        ('1,a,b,c\n\n2,"a"x,b,c\n', 4, None),
        ("1,a,b,c\n2,a,b,c,\n", 3, "email"),
        ("1,a,b,c\n2,Vej 1, 2. tv,b,c\n", 3, "email"),
    ],
    ids=["truncated", "open quote", "text behind a quote", "surplus empty cell", "unquoted delimiter"],
)
def test_damage_rejects_the_file_and_names_the_line(
    store: Store, path: Path, body: str, line: int, column: str | None
) -> None:
    path.write_text("customer_no,name,company,email\n" + body, "utf-8", newline="")
    with pytest.raises(FileRejected) as caught:
        read(store, path, identify(path, CONTRACTS))
    assert caught.value.code == "FILE_DAMAGED"
    assert (caught.value.facts["line"], caught.value.facts["column"]) == (line, column)


def test_a_wrong_byte_is_named_by_its_line(store: Store, path: Path) -> None:
    text = "customer_no,name,company,email\n" + "1,æøå,ÆØÅ,ü\n" * 3
    path.write_bytes(text.encode() + b"2,\xe6,b,c\n")
    with pytest.raises(FileRejected) as caught:
        read(store, path, identify(path, CONTRACTS))
    assert caught.value.facts["line"] == 5
    assert caught.value.facts["value"] == "0xE6"


def test_an_encoding_that_shows_late_is_found(store: Store, path: Path) -> None:
    text = "customer_no,name,company,email\n" + "1,plain,b,c\n" * 30_000 + "2,Rødgrød,b,c\n"
    path.write_bytes(text.encode("cp1252"))
    identified = identify(path, CONTRACTS)
    assert identified.dialect.encoding == "utf-8"  # the head is plain ASCII
    assert read(store, path, identified).record_count == 30_001
    assert store.value("select c2 from raw_records where source_record = 30001") == "Rødgrød"


def test_ordinals_count_records_and_lines_are_where_the_editor_shows_them(store: Store, path: Path) -> None:
    above = "sep=;\nKunder\n\ncustomer_no;name;company;email\n"
    below = "Total;3;;\n3 record(s) downloaded\n"
    path.write_text(above + '1;a;b;"c\nc"\n;;;\n\n3;x;;\n' + below, "utf-8")
    identified = identify(path, CONTRACTS)
    assert identified.dialect.header_line == 4
    assert read(store, path, identified).record_count == 2
    assert raw_rows(store) == [(1, "1", "a", "b", "c\nc"), (3, "3", "x", None, None)]
    assert [physical_line(path, identified, n) for n in (1, 2, 3)] == [5, 7, 9]
    found = records(path, identified, {3})
    assert identified.header == tuple(HEADER)
    assert [r.cells for r in found] == [["3", "x", "", ""]]


def test_a_path_is_a_name_and_not_a_pattern(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "a=b [x]*"
    folder.mkdir()
    path = folder / "f.gz"
    path.write_text("customer_no,name,company,email\n1,a,b,c\n", "utf-8")
    assert read(store, path, identify(path, CONTRACTS)).record_count == 1


def test_limits(store: Store, path: Path) -> None:
    for size, is_read in ((131_072, True), (131_073, False)):
        path.write_text(f"customer_no,name,company,email\n1,{'x' * size},b,c\n", "utf-8")
        identified = identify(path, CONTRACTS)
        if is_read:
            assert read(store, path, identified).record_count == 1
        else:
            with pytest.raises(FileRejected, match="FILE_TOO_LARGE"):
                read(store, path, identified)


def test_the_structure_of_plain_bytes_is_counted(path: Path) -> None:
    path.write_bytes(b'a;b\r\n"1;\r\n""x""";2\r\n3;4')
    structure = structure_of(path, delimiter=";", columns=2)
    assert structure.is_plain
    assert structure.records == 3


def test_the_sample_orders_are_read_as_they_stand(store: Store, samples: Path) -> None:
    path = samples / "shopify" / "orders_export_vat_inclusive.anon.csv"
    identified = identify(path, load())
    assert read(store, path, identified).record_count == 101
    assert raw_rows(store) == careful_rows(path, identified)
