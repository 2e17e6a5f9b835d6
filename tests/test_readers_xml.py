"""Reading XML: three ways give the same rows, and the same as another parser."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xml_reading import FULL, HEAD, Rows, by_text, by_tree, contract, header, identified, quick, slow, xml_of

from etl.errors import ContractError
from etl.identify import identify
from etl.readers import xml
from etl.readers.xml import plain
from etl.readers.xml.paths import Names
from etl.store import Store

TAGS = ["No", "No", "Name", "Sku", "Sku", "Other"]


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with Store.open(None) as opened:
        yield opened


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "drop.xml"


# The same by another parser, from the rule.


def local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def said(elements: list[ET.Element]) -> str:
    return "\n".join(dict.fromkeys(filter(None, ("".join(e.itertext()) for e in elements))))


def below(element: ET.Element, *names: str) -> list[ET.Element]:
    found = [element]
    for name in names:
        found = [child for one in found for child in one if local(child) == name]
    return found


def attribute(element: ET.Element, name: str) -> str:
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def worked_out(data: bytes, names: list[str]) -> Rows:
    root = ET.fromstring(data)  # noqa: S314 - our own text
    rows: Rows = []
    for position, record in enumerate(root):
        if local(record) != "Order":
            continue
        before = [e for e in list(root)[:position] if local(e) == "Shop"]
        lines: list[ET.Element | None] = [*below(record, "Lines", "Line")]
        for line in lines or [None]:
            cells = []
            for name in names:
                *way, last = name.split("/")
                if name == "#rows":
                    cells.append("" if line is None else "Lines/Line")
                elif name == "../Shop":
                    cells.append(said(before))
                elif name == "@id":
                    cells.append(attribute(record, "id"))
                elif not way:
                    cells.append(said(below(record, name)))
                elif line is None:
                    cells.append("")
                else:
                    cells.append(attribute(line, "note") if last == "@note" else said(below(line, last)))
            rows.append(cells)
    return rows


SIGNS = "a1 <>&\"'\n\r\tæ🎁]."


@st.composite
def texts(draw: st.DrawFn, *, is_plain: bool) -> str:
    """The text of an element, as it may be written."""
    text = draw(st.text(SIGNS, max_size=5))
    written = draw(
        st.sampled_from(["named", "numbers", "raw >"] if is_plain else ["named", "cdata", "comment", "inner"])
    )
    if written == "cdata" and "]]>" not in text:
        return f"<![CDATA[{text}]]>"
    if written == "numbers":
        return "".join(f"&#{ord(sign)};" if sign in "<&æ" else f"&#x{ord(sign):X};" for sign in text)
    if written == "comment":
        return f"{escape(text)}<!-- <No>9</No> --><?pi x?>{escape(text)}"
    if written == "inner":
        return f"{escape(text)}<b>{escape(text)}</b>1"
    return escape(text).replace("&gt;", ">" if written == "raw >" and "]]" not in text else "&gt;")


@st.composite
def leaves(draw: st.DrawFn, *, is_plain: bool) -> str:
    tag = draw(st.sampled_from(TAGS))
    text = draw(texts(is_plain=is_plain))
    if not is_plain and draw(st.booleans()):
        return draw(
            st.sampled_from([f"<{tag} a='>'>{text}</{tag}>", f"<{tag} >{text}</{tag} >", f"<x:{tag}>{text}</x:{tag}>"])
        )
    return draw(
        st.sampled_from([f"<{tag}>{text}</{tag}>", f"<{tag}>{text}</{tag}>\n", f"<{tag}/>", f"<{tag}></{tag}>"])
    )


@st.composite
def orders(draw: st.DrawFn, *, is_plain: bool) -> str:
    facts = draw(st.lists(leaves(is_plain=is_plain), min_size=2, max_size=7))
    notes = [""] if is_plain else ["", ' note=" n&lt; "', ' x:note="q"']
    own = draw(st.lists(st.lists(leaves(is_plain=is_plain), max_size=3), max_size=3))
    lines = [f"<Line{draw(st.sampled_from(notes))}>{''.join(line)}</Line>" for line in own]
    parts = draw(st.permutations([*facts, f"<Lines>{''.join(lines)}</Lines>", "<Other><No>7</No></Other>"]))
    parts = parts[draw(st.sampled_from([0, 0, 0, 1, 3])) :]
    if not is_plain and draw(st.booleans()):
        parts = [*parts, "<Order><No>8</No></Order>"]
    identity = "" if is_plain else draw(st.sampled_from(["", ' id="0&#9;7"', ' x:id="p"']))
    return f"<Order{identity}>{''.join(parts)}</Order>"


@st.composite
def documents(draw: st.DrawFn, *, is_plain: bool) -> bytes:
    beside = st.sampled_from(
        [
            "\n",
            "<Shop>s</Shop>",
            "<Shop>t</Shop>",
            "<Other><No>6</No></Other>",
            "<Lines><Line><Sku>5</Sku></Line></Lines>",
        ]
    )
    parts = draw(st.lists(st.one_of(orders(is_plain=is_plain), orders(is_plain=is_plain), beside), max_size=6))
    root = (
        ""
        if is_plain
        else draw(
            st.sampled_from([' xmlns:x="urn:x"', ' xmlns="urn:d" xmlns:x="urn:x"', ' xmlns="urn:d" xmlns:x="urn:d"'])
        )
    )
    root = root or draw(st.sampled_from(["", ' xmlns="urn:d"', ' version="1.0"']))
    text = f"<Orders{root}><Order><No>1</No></Order>{''.join(parts)}</Orders>\n"
    return draw(st.sampled_from(["", '<?xml version="1.0" encoding="utf-8"?>\n', "\ufeff"])).encode() + text.encode()


@given(data=documents(is_plain=True), block=st.sampled_from([120, 300, 1 << 20]))
def test_plain_files_are_read_by_their_text_as_by_the_tree(store: Store, path: Path, data: bytes, block: int) -> None:
    path.write_bytes(data)
    found = identified(path)
    expected = worked_out(data, header(found))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain, "_BLOCK", block)
        patch.setattr(plain, "_MOST_WAITING", 1 << 20)
        assert by_text(path, found) == expected
        assert quick(store, path, found) == {n: cells for n, cells in enumerate(expected, 1) if any(cells)}
    assert by_tree(path, found) == expected
    assert slow(path, found) == {n: cells for n, cells in enumerate(expected, 1) if any(cells)}


@given(data=documents(is_plain=False))
@pytest.mark.long
def test_any_file_is_read_the_same_in_every_way(store: Store, path: Path, data: bytes) -> None:
    path.write_bytes(data)
    for text in (HEAD, FULL):
        found = identified(path, text)
        expected = worked_out(data, header(found))
        filled = {n: cells for n, cells in enumerate(expected, 1) if any(cells)}
        assert quick(store, path, found) == filled
        assert slow(path, found) == filled
        assert by_tree(path, found) == expected


LINE = "<Line><Sku>a</Sku><Qty>1</Qty></Line>"
ONE = ["1", "", "", "", ""]
CASES = {  # what stands in the file: the rows it becomes, as No, Name, Total, Sku, Qty
    "a comment in an amount": ("<Order><Total>12<!-- 9 -->.50</Total></Order>", [["", "", "12.50", "", ""]]),
    "an instruction in an amount": ("<Order><Total>12<?x 9?>.50</Total></Order>", [["", "", "12.50", "", ""]]),
    "elements in an amount": ("<Order><Total>12<b>.5</b>0</Total></Order>", [["", "", "12.50", "", ""]]),
    "CDATA": ("<Order><Name><![CDATA[<a> & ]]>b</Name></Order>", [["", "<a> & b", "", "", ""]]),
    "references": ("<Order><Name>&lt;&amp;lt;&#233;&#xE9;&apos;</Name></Order>", [["", "<&lt;éé'", "", "", ""]]),
    "line ends": ("<Order><Name>a\r\nb\rc&#13;</Name></Order>", [["", "a\nb\nc\r", "", "", ""]]),
    "a sign that need not be a reference": ("<Order><Name>a > b -> c</Name></Order>", [["", "a > b -> c", "", "", ""]]),
    "an empty element and what stands behind it": ("<Order><No>1</No><Name/>9</Order>", [ONE]),
    "two that say different things": ("<Order><Total>1</Total><Total>2</Total></Order>", [["", "", "1\n2", "", ""]]),
    "two that say the same": ("<Order><No>1</No><No>1</No><No/></Order>", [ONE]),
    "three, of which two differ": ("<Order><No>1</No><No>2</No><No>1</No></Order>", [["1\n2", "", "", "", ""]]),
    "lines": (f"<Order><No>1</No><Lines>{LINE}{LINE}</Lines></Order>", [["1", "", "", "a", "1"]] * 2),
    "lines in two places": (f"<Order><Lines>{LINE}</Lines><Lines>{LINE}</Lines></Order>", [["", "", "", "a", "1"]] * 2),
    "facts behind the lines": (f"<Order><Lines>{LINE}</Lines><No>1</No></Order>", [["1", "", "", "a", "1"]]),
    "no lines": ("<Order><No>1</No><Lines/></Order><Order><No>1</No></Order>", [ONE, ONE]),
    "a name of ours deeper down": ("<Order><No>1</No><Other><No>2</No><Sku>3</Sku></Other></Order>", [ONE]),
    "a line's name in the order": ("<Order><No>1</No><Sku>3</Sku></Order>", [ONE]),
    "an order in an order": ("<Order><No>1</No><Order><No>2</No></Order></Order><Order><No>1</No></Order>", [ONE, ONE]),
    "an order elsewhere": ("<Other><Order><No>2</No></Order></Other><Order><No>1</No></Order>", [ONE]),
    "names in capitals": ("<Order><No>1</No><NO>2</NO><name>3</name></Order>", [ONE]),
    "a prefix": ('<Order><x:No xmlns:x="urn:x">1</x:No></Order>', [ONE]),
    "an attribute with a sign": ("<Order><No a='>2'>1</No></Order>", [ONE]),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("root", ["", ' xmlns="urn:d"', ' xmlns:x="urn:x"'])
def test_what_stands_there_is_read(store: Store, path: Path, case: str, root: str) -> None:
    written, rows = CASES[case]
    path.write_bytes(xml_of("<Order><No>0</No></Order>", written, root=root))
    found = identified(path)
    assert header(found) == ["No", "Name", "Total", "Lines/Line/Sku", "Lines/Line/Qty"]
    expected = dict(enumerate([["0", "", "", "", ""], *rows], 1))
    assert quick(store, path, found) == expected
    assert slow(path, found) == expected
    assert by_tree(path, found) == list(expected.values())


def test_most_files_are_plain_and_the_others_are_known_for_it(path: Path) -> None:
    is_plain = {
        "references", "line ends", "a sign that need not be a reference", "two that say different things",
        "two that say the same", "three, of which two differ", "an empty element and what stands behind it", "lines",
        "lines in two places", "facts behind the lines", "no lines", "a name of ours deeper down",
        "a line's name in the order", "names in capitals", "an order elsewhere",
    }  # fmt: skip
    for case, (written, rows) in CASES.items():
        path.write_bytes(xml_of(written))
        found = identified(path)
        if case in is_plain:
            assert by_text(path, found) == rows, case
        elif case != "an order in an order":  # seen only where a block ends in it
            with pytest.raises(plain.NotPlain):
                by_text(path, found)


def test_two_kinds_of_rows_and_a_name_that_comes_twice(store: Store, path: Path) -> None:
    two = HEAD.replace('["Lines/Line"]', '["Sale", "Transfer"]').replace("Lines/Line/", "Sale/") + 'state = "#rows"\n'
    path.write_bytes(xml_of("<Order><No>1</No><No>2</No><Sale><Sku>a</Sku></Sale><Sale/><Transfer/></Order>"))
    found = identified(path, two + '[values.state]\n"Sale" = "paid"\n"Transfer" = "completed"\n')
    assert header(found) == ["No", "Name", "Total", "Sale/Sku", "Sale/Qty", "#rows"]
    rows = [["1\n2", "", "", "a", "", "Sale"], ["1\n2", "", "", "", "", "Sale"], ["1\n2", "", "", "", "", "Transfer"]]
    assert quick(store, path, found) == slow(path, found) == dict(enumerate(rows, 1))


def test_records_that_say_nothing_count(store: Store, path: Path) -> None:
    path.write_bytes(
        xml_of("<Order><No>1</No></Order><Order/><Order><Other>x</Other></Order><Order><No>4</No></Order>")
    )
    found = identified(path)
    assert quick(store, path, found).keys() == slow(path, found).keys() == {1, 4}


def test_the_header_is_what_the_contract_names_and_what_else_is_seen(path: Path) -> None:
    path.write_bytes(xml_of(f"<Order id='1'><New>2</New><Lines>{LINE}<Line note='3'><Qty/></Line></Lines></Order>"))
    head = xml.head_of(path, contract())
    assert head
    known = ("No", "Name", "Total", "Lines/Line/Sku", "Lines/Line/Qty")
    assert head.header == (*known, "@id", "New", "Lines/Line/@note", "#rows")
    assert head.seen == {"@id", "new", "lines/line/sku", "lines/line/qty", "lines/line/@note"}
    assert identified(path).unknown == ("@id", "New", "Lines/Line/@note")


def test_of_synonyms_the_first_that_is_filled_is_read(store: Store, path: Path) -> None:
    both = contract(HEAD.replace('"Name"', '["Name", "Navn"]'))
    path.write_bytes(
        xml_of("<Order><No>1</No><Navn>Åse</Navn></Order><Order><No>2</No><Navn>b</Navn><Name>c</Name></Order>")
    )
    found = identify(path, {"t_orders": both})
    assert found.contract.columns["customer_name"].by_value
    assert not both.columns["customer_name"].by_value
    assert header(found)[1:3] == ["Name", "Navn"]
    assert [row[1:3] for row in quick(store, path, found).values()] == [["", "Åse"], ["c", "b"]]


def test_a_row_is_found_again_by_its_place_and_line(path: Path) -> None:
    order = f"<Order>\n<No>1</No>\n<Lines>{LINE}\n{LINE}</Lines></Order>\n"
    path.write_bytes(xml_of("\n", order, "<Order/>\n", order))
    rows = [(r.source_record, r.line, r.place) for r in xml.rows(path, identified(path))]
    assert rows == [
        (1, 4, "/Orders/Order[1]/Lines[1]/Line[1]"),
        (2, 5, "/Orders/Order[1]/Lines[1]/Line[2]"),
        (3, 6, "/Orders/Order[2]"),
        (4, 9, "/Orders/Order[3]/Lines[1]/Line[1]"),
        (5, 10, "/Orders/Order[3]/Lines[1]/Line[2]"),
    ]


def test_places_are_counted_in_what_records_stand_in(path: Path) -> None:
    below_shops = HEAD.replace('record = "Order"', 'record = "Shop/Order"')
    shop = "<Shop><Order><No>1</No></Order><Order><No>2</No></Order></Shop>"
    path.write_bytes(xml_of("<Shop/>", shop, "<Shop/><Other/><Shop/>", shop))
    places = [r.place for r in xml.rows(path, identified(path, below_shops))]
    assert places == [f"/Orders/Shop[{number}]/Order[{order}]" for number in (2, 5) for order in (1, 2)]


def test_records_below_others_are_read_by_their_text_block_by_block(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    below_shops = HEAD.replace('record = "Order"', 'record = "Shop/Order"')
    order = "<Order><No>1</No><Name>a</Name></Order>"
    path.write_bytes(xml_of(f"<Shop>{order * 20}</Shop>", f"<Other>{order}</Other>" * 3, f"<Shop>{order * 20}</Shop>"))
    found = identified(path, below_shops)
    monkeypatch.setattr(plain, "_BLOCK", 100)
    assert by_text(path, found) == by_tree(path, found) == [["1", "a", "", "", ""]] * 40


def test_an_order_in_an_order_is_seen_where_a_block_ends_in_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(xml_of("<Order><Order><No>2</No></Order><Name>a</Name><No>1</No></Order>" * 20))
    found = identified(path)
    assert by_tree(path, found) == [["1", "a", "", "", ""]] * 20
    monkeypatch.setattr(plain, "_BLOCK", 80)
    with pytest.raises(plain.NotPlain):
        by_text(path, found)


def test_an_attribute_is_known_by_its_name_whatever_its_prefix(store: Store, path: Path) -> None:
    path.write_bytes(xml_of("<Order x:id='7'><No>1</No></Order>", root=' xmlns:x="urn:x"'))
    found = identified(path, FULL)
    at = header(found).index("@id")
    assert [row[at] for row in quick(store, path, found).values()] == ["7"]
    assert slow(path, found) == quick(store, path, found)


def test_a_line_beyond_those_that_the_parser_counts_is_not_told(path: Path) -> None:
    path.write_bytes(xml_of("<Order><No>1</No></Order>", "\n" * 70_000, "<Order><No>2</No></Order>"))
    assert [r.line for r in xml.rows(path, identified(path))] == [1, 0]


def test_what_stands_behind_a_record_is_not_read_as_above_it(store: Store, path: Path) -> None:
    path.write_bytes(xml_of("<Shop>s</Shop><Order><No>1</No></Order><Shop>t</Shop><Order><No>2</No></Order>"))
    found = identified(path, FULL)
    at = header(found).index("../Shop")
    assert [row[at] for row in quick(store, path, found).values()] == ["s", "s\nt"]


def test_a_predicate_chooses_by_what_an_element_says(store: Store, path: Path) -> None:
    asks = HEAD.replace('"Total"', '"Sum[Kind/Code=END]/Amount"')
    sums = "".join(
        f"<Sum><Kind><Code>{c}</Code></Kind><Amount>{a}</Amount></Sum>" for c, a in (("START", 1), ("END", 2))
    )
    path.write_bytes(xml_of(f"<Order><No>1</No>{sums}</Order>"))
    found = identified(path, asks)
    assert quick(store, path, found) == slow(path, found) == {1: ["1", "", "2", "", ""]}


@pytest.mark.parametrize("name", ["a//b", "a[b]x", "a['b'=c]", "/a", "a/", "count(a)", "a[1]"])
def test_what_is_no_path_is_no_column(name: str) -> None:
    with pytest.raises(ContractError):
        Names().xpath(name)
