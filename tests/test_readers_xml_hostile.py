"""XML files that do harm, or are none: refused with their reason, in memory that does not grow."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from xml_reading import by_tree, contract, identified, quick, xml_of

from etl.errors import FileRejected
from etl.readers import xml
from etl.readers.xml import parsing
from etl.readers.xml.paths import Names
from etl.store import Store


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with Store.open(None) as opened:
        yield opened


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "drop.xml"


LAUGHS = '<!DOCTYPE Orders [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
STOLEN = '<!DOCTYPE Orders [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
HOSTILE = {
    "laughs": (f"{LAUGHS}<Orders><Order><No>&b;</No></Order></Orders>", "XML_DOCTYPE"),
    "an entity from a file": (f"{STOLEN}<Orders><Order><No>&a;</No></Order></Orders>", "XML_DOCTYPE"),
    "a DTD from elsewhere": ('<!DOCTYPE Orders SYSTEM "http://example.com/a.dtd"><Orders/>', "XML_DOCTYPE"),
    "a parameter entity": (f"<!DOCTYPE Orders [<!ENTITY % p SYSTEM 'x.dtd'> %p;]>{xml_of().decode()}", "XML_DOCTYPE"),
    "a DOCTYPE that asks for nothing": ("<!DOCTYPE Orders><Orders><Order><No>1</No></Order></Orders>", "XML_DOCTYPE"),
    "an entity that is not declared": ("<Orders><Order><No>&nbsp;</No></Order></Orders>", "FILE_DAMAGED"),
    "cut off in a tag": ("<Orders><Order><No>1</No></Order><Ord", "FILE_DAMAGED"),
    "cut off between records": ("<Orders><Order><No>1</No></Order>", "FILE_DAMAGED"),
    "two roots": ("<Orders><Order><No>1</No></Order></Orders><Orders/>", "FILE_DAMAGED"),
    "crossed": ("<Orders><Order><No>1</Order></No></Orders>", "FILE_DAMAGED"),
    "a prefix of nobody": ("<Orders><Order><x:No>1</x:No></Order></Orders>", "FILE_DAMAGED"),
    "an attribute twice": ("<Orders><Order a='1' a='2'><No>1</No></Order></Orders>", "FILE_DAMAGED"),
    "a sign that is none": ("<Orders><Order><No>\x01</No></Order></Orders>", "FILE_DAMAGED"),
    "a reference to a sign that is none": ("<Orders><Order><No>&#0;</No></Order></Orders>", "FILE_DAMAGED"),
    "deep": (f"<Orders><Order><No>1</No>{'<a>' * 5000}{'</a>' * 5000}</Order></Orders>", "FILE_TOO_LARGE"),
    "a long text": (f"<Orders><Order><No>{'1' * 140_000}</No></Order></Orders>", "FILE_TOO_LARGE"),
    "a very long text": (f"<Orders><Order><No>{'1' * 11_000_000}</No></Order></Orders>", "FILE_TOO_LARGE"),
    "only a declaration": ("<?xml version='1.0'?>", "FILE_DAMAGED"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_file_that_does_harm_or_is_none_is_refused(store: Store, path: Path, case: str) -> None:
    text, code = HOSTILE[case]
    path.write_text(text, "utf-8")
    with pytest.raises(FileRejected) as refused:
        xml.read(store, path, identified(path))
    assert refused.value.code == code, refused.value.facts


@pytest.mark.parametrize(
    "case", ["cut off in a tag", "crossed", "an entity that is not declared", "a sign that is none"]
)
def test_damage_is_told_with_its_line_in_every_way(store: Store, path: Path, case: str) -> None:
    good = "<Order><No>1</No></Order>\n" * 20_000  # more than the head that a file is recognised by
    path.write_text(HOSTILE[case][0].replace("<Orders>", f"<Orders>{good}"), "utf-8")
    found = identified(path)
    for read in (
        lambda: xml.read(store, path, found),
        lambda: by_tree(path, found),
        lambda: list(xml.rows(path, found)),
    ):
        with pytest.raises(FileRejected) as refused:
            read()
        assert (refused.value.code, refused.value.facts["line"]) == ("FILE_DAMAGED", 20_001)


@pytest.mark.parametrize(
    ("declared", "written"),
    [
        ("utf-8", "utf-8"),
        ("ISO-8859-1", "latin-1"),
        ("windows-1252", "cp1252"),
        ("UTF-16", "utf-16"),
        ("", "utf-8-sig"),
    ],
)
def test_the_declared_encoding_counts(store: Store, path: Path, declared: str, written: str) -> None:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    path.write_bytes((declaration + xml_of("<Order><Name>Ærø €</Name></Order>").decode().replace(
        " €" if written == "latin-1" else "\0", "")).encode(written))  # fmt: skip
    assert [row[1].removesuffix(" €") for row in quick(store, path, identified(path)).values()] == ["Ærø"]


@pytest.mark.parametrize(("declared", "written"), [("utf-8", "cp1252"), ("UTF-16", "utf-8"), ("x-nobodys", "utf-8")])
def test_a_wrong_declaration_is_damage(store: Store, path: Path, declared: str, written: str) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?>' + xml_of("<Order><Name>Ærø</Name></Order>").decode()
    path.write_bytes(text.encode(written))
    with pytest.raises(FileRejected) as refused:
        xml.read(store, path, identified(path))
    assert refused.value.code == "FILE_DAMAGED"


def test_an_empty_file_is_empty(path: Path) -> None:
    path.write_bytes(b"")
    with pytest.raises(FileRejected) as refused:
        xml.root_of(path)
    assert refused.value.code == "FILE_EMPTY"


def test_a_root_without_records_is_nobodys(path: Path) -> None:
    path.write_bytes(xml_of("<Ordre><No>1</No></Ordre>"))
    assert xml.root_of(path) == xml.Root("Orders", "")
    assert xml.head_of(path, contract()) is None


def test_a_root_is_known_by_its_namespace_whatever_its_prefix(path: Path) -> None:
    path.write_bytes(b'<?xml version="1.0"?><!-- <Orders> --><?x?>\n<d:Orders xmlns:d="urn:d"/>')
    assert xml.root_of(path) == xml.Root("Orders", "urn:d")


def test_memory_is_bounded_where_no_record_ends(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(xml_of("<Order><No>1</No></Order>", "<Other>x</Other>" * 50_000))
    found = identified(path)
    monkeypatch.setattr(parsing, "MAX_XML_ELEMENT", 500_000)
    for read in (lambda: by_tree(path, found), lambda: list(xml.rows(path, found))):
        with pytest.raises(FileRejected) as refused:
            read()
        assert (refused.value.code, refused.value.facts["field"]) == ("FILE_TOO_LARGE", "record")


def test_memory_is_bounded_where_much_stands_beside_the_records(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(xml_of("<Other>x</Other><Order><No>1</No></Order>" * 5_000))
    found = identified(path)
    monkeypatch.setattr(parsing, "_LOOK", 100_000)
    assert len(by_tree(path, found)) == 5_000
    monkeypatch.setattr(parsing, "MAX_XML_KEPT", 5_000)
    with pytest.raises(FileRejected) as refused:
        by_tree(path, found)
    assert refused.value.code == "FILE_TOO_LARGE"


def test_records_that_were_read_are_gone(path: Path) -> None:
    below_shops = ["Shop/Order"]
    shop = f"<Shop><Id>1</Id>{'<Order><No>1</No></Order>' * 50}</Shop>"
    path.write_bytes(xml_of(shop * 200))
    most = 0
    for record in parsing.parsed(path, below_shops, Names()):
        before = record.getprevious()
        if before is not None and before.tag == "Id":
            root = record.getroottree().getroot()
            most = max(most, sum(1 for e in root.iter("Shop") if e.getnext() is not None))
    # What the parser is ahead of the record stands there already; what is behind it does not.
    assert most < 50


def test_a_row_that_is_too_large_is_refused(store: Store, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(xml_of("<Order><No>1</No><Name>123456</Name></Order>"))
    found = identified(path)
    for limit, field in (("MAX_CELL", "cell"), ("MAX_RECORD", "record")):
        with monkeypatch.context() as patch:
            patch.setattr(xml, limit, 5)
            with pytest.raises(FileRejected) as refused:
                xml.read(store, path, found)
        assert (refused.value.code, refused.value.facts["field"]) == ("FILE_TOO_LARGE", field)
    monkeypatch.setattr(xml, "MAX_RECORDS", 0)
    with pytest.raises(FileRejected):
        xml.read(store, path, found)
