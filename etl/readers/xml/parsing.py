"""Parsing that does not grow: one element after another, each gone when the next ones come."""

import re
from collections.abc import Generator, Sequence
from contextlib import closing
from pathlib import Path

from lxml import etree

from etl.errors import FileRejected
from etl.readers.xml.paths import Names

_SHOWN = 150


def damaged(error: etree.XMLSyntaxError) -> FileRejected:
    """The refusal of a file that is not well-formed, from the line on where the parser stopped."""
    line, column = error.position
    told = re.sub(r", line \d+, column \d+.*", "", str(error.msg or ""), flags=re.DOTALL)[:_SHOWN]
    return FileRejected("FILE_DAMAGED", field=str(line), value=told, expected="XML", line=line, column=column)


def elements(path: Path, tag: str) -> Generator[etree._Element, None, None]:
    """Every element of that tag at its end, in document order, all still in the tree."""
    with path.open("rb") as file:  # closed with the iterator, wherever it stops
        try:
            for _, element in etree.iterparse(
                file,
                events=("end",),
                tag=tag,
                resolve_entities=False,
                no_network=True,
                load_dtd=False,
                huge_tree=False,
                remove_comments=True,
                remove_pis=True,
            ):
                yield element
        except etree.XMLSyntaxError as error:
            raise damaged(error) from error


def parsed(path: Path, records: Sequence[str], names: Names) -> Generator[etree._Element, None, None]:
    """Every record of a file, at any of the paths, which end in one tag.

    Those before it are taken out of the tree, what stands beside and above them stays.
    """
    places = [record.split("/") for record in records]
    with closing(elements(path, names.tag(places[0][-1]))) as found:
        for element in found:
            if any(_is_at(element, steps) for steps in places):
                yield element
                _drop_before(element)


def _is_at(element: etree._Element, steps: list[str]) -> bool:
    """Does the element stand at that path below the root?"""
    place = element
    for step in reversed(steps):
        if etree.QName(place).localname != step:
            return False
        above = place.getparent()
        if above is None:
            return False
        place = above
    return place.getparent() is None


def _drop_before(element: etree._Element) -> None:
    """Take the records before this one out of its parent, and empty this one."""
    parent = element.getparent()
    previous = element.getprevious()
    while parent is not None and previous is not None:
        before = previous.getprevious()
        if previous.tag == element.tag:
            parent.remove(previous)
        previous = before if before is not None and before.tag == element.tag else None


def validated(path: Path, xsd: Path) -> None:
    """Validate a file as it is parsed. Raises FileRejected(XML_INVALID) with the line."""
    schema = etree.XMLSchema(etree.parse(str(xsd)))
    with path.open("rb") as file:
        try:
            for _, element in etree.iterparse(
                file, events=("end",), schema=schema, resolve_entities=False, no_network=True, load_dtd=False
            ):
                element.clear()
        except etree.XMLSyntaxError as error:
            raise _invalid(error) from error


def _invalid(error: etree.XMLSyntaxError) -> FileRejected:
    line = error.position[0]
    told = re.sub(r"\{[^}]*\}", "", str(error.msg or ""))
    said, _, expected = told.partition("Expected is")
    wanted = expected.strip(" .():") or "XSD"
    return FileRejected("XML_INVALID", field=str(line), value=said.strip()[:_SHOWN], expected=wanted, line=line)
