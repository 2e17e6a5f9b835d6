"""Two contracts that claim one file: decided by what they read of it, by the shop of the folder, or not at all."""

from pathlib import Path

import pytest
from staged import contract

from etl.errors import FileRejected
from etl.identify import identify

PLAIN = """
system = "X"
entity = "customers"
evidence = "documented"
[match]
headers = ["no", "name"]
[columns]
customer_no = "no"
name = "name"
"""
MORE = PLAIN + 'email = "mail"\n'
OTHER = PLAIN + 'phone = "phone"\n'
FILE = "no,name,mail,phone\n1,Ida,ida@example.com,20000001\n"


def claimed(tmp_path: Path, contracts: dict[str, str], *, wanted: str | None = None, text: str = FILE) -> str:
    """The source that a file is found to be."""
    path = tmp_path / "file"
    path.write_text(text, "utf-8")
    return identify(path, {n: contract(t, n) for n, t in contracts.items()}, wanted=wanted).contract.source


@pytest.mark.parametrize("names", [("a", "b"), ("b", "a")])
def test_the_one_that_reads_all_that_the_other_reads_and_more(tmp_path: Path, names: tuple[str, str]) -> None:
    """Whatever they are called, and in whatever order they lie."""
    plain, more = names
    assert claimed(tmp_path, {plain: PLAIN, more: MORE}) == more
    assert claimed(tmp_path, {more: MORE, plain: PLAIN}) == more


def test_each_reads_something_that_the_other_does_not(tmp_path: Path) -> None:
    with pytest.raises(FileRejected, match="FILE_AMBIGUOUS") as refused:
        claimed(tmp_path, {"a": MORE, "b": OTHER})
    assert refused.value.facts["sources"] == ["a", "b"]
    assert claimed(tmp_path, {"a": MORE, "b": OTHER}, wanted="b") == "b"  # the folder's shop is set up for it


def test_two_that_read_the_same_are_never_decided_by_the_order_of_a_folder(tmp_path: Path) -> None:
    with pytest.raises(FileRejected, match="FILE_AMBIGUOUS"):
        claimed(tmp_path, {"a": MORE, "b": MORE})


XML = """
system = "X"
entity = "customers"
evidence = "documented"
[match]
root = "people"
headers = ["no", "{needed}"]
[xml]
record = "person"
[columns]
customer_no = "no"
name = "name"
{column} = "{needed}"
"""


def test_xml_of_one_root_is_told_apart_by_the_elements_that_are_there(tmp_path: Path) -> None:
    mail = XML.format(needed="mail", column="email")
    phone = XML.format(needed="phone", column="phone")
    text = "<people><person><no>1</no><name>Ida</name><phone>20000001</phone></person></people>"
    assert claimed(tmp_path, {"a": mail, "b": phone}, text=text) == "b"


def test_a_missing_column_is_named_with_what_stands_there_instead(tmp_path: Path) -> None:
    with pytest.raises(FileRejected, match="FILE_UNKNOWN") as refused:
        claimed(tmp_path, {"a": PLAIN}, text="no,Names,mail\n1,Ida,x\n")
    assert refused.value.facts["value"] == "name (Names?)"
    assert refused.value.facts["nearest"] == "a"


def test_case_blanks_and_marks_of_a_header_do_not_count(tmp_path: Path) -> None:
    assert claimed(tmp_path, {"a": PLAIN}, text="\ufeff NO ,\u00a0Name\u00a0\n1,Ida\n") == "a"
