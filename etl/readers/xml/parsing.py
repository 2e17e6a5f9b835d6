"""Parsing that does not grow: one element after another, each gone when the next ones come.

Nowhere is a DTD loaded, an entity resolved but the five of XML, or anything fetched; libxml2's own limits on depth and
on the length of a text stay on.
"""

import re
from collections.abc import Generator, Sequence
from contextlib import closing
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from lxml import etree

from etl.contracts.limits import MAX_CELL, MAX_XML_ELEMENT, MAX_XML_KEPT
from etl.errors import FileRejected
from etl.readers.xml.paths import Names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import ParserTarget, _LogEntry

Element = etree._Element  # noqa: SLF001 - the stubs have no public name for it
_SHOWN = 150
_BLOCK = 1 << 16
_LOOK = 16 << 20  # bytes between two looks at how much is kept


def damaged(error: etree.XMLSyntaxError) -> FileRejected:
    """The refusal of a file that is not well-formed, or passes the parser's limits, with the line where it stopped."""
    (line, column), told = error.position, str(error.msg or "")
    met = list(cast("Iterable[_LogEntry]", error.error_log))
    if met and not line:  # the parser says only that nothing came; what it met last is why
        line, column, told = met[-1].line, met[-1].column, str(met[-1].message)
    told = re.sub(r", line \d+, column \d+.*", "", told, flags=re.DOTALL)[:_SHOWN]
    if _code(error) == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
        depth = re.search(r"depth.*?(\d+)", told)
        field, most = ("depth", int(depth[1])) if depth else ("cell", MAX_CELL)
        return FileRejected("FILE_TOO_LARGE", line=line, field=field, value=f"> {most}", expected=most)
    return FileRejected("FILE_DAMAGED", field=str(line), value=told, expected="XML", line=line, column=column)


def _code(error: etree.XMLSyntaxError) -> int:
    """The number of the fault; the stubs do not know of it."""
    return int(getattr(error, "code", 0) or 0)


def local(element: Element) -> str:
    """The name of an element without its namespace; a prefix that is not declared is told only at the file's end."""
    return str(element.tag).rpartition("}")[2]


def root_element(path: Path) -> Element:
    """The root element, of which only the start tag is read.

    Raises FileRejected: XML_DOCTYPE, FILE_EMPTY, or FILE_DAMAGED where the beginning is not well-formed.
    """
    parser = etree.XMLPullParser(("start",), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    if not path.stat().st_size:
        raise FileRejected("FILE_EMPTY", value=path.name)
    try:
        with path.open("rb") as file:
            while data := file.read(_BLOCK):
                parser.feed(data)
                for _, started in parser.read_events():
                    element = cast("Element", started)
                    if element.getroottree().docinfo.internalDTD is not None:
                        raise FileRejected("XML_DOCTYPE", value=path.name)
                    return element
        parser.close()
    except etree.XMLSyntaxError as error:
        raise damaged(error) from error
    raise FileRejected("FILE_EMPTY", value=path.name)


class _Source:
    """A file that is read only so far without an element of those wanted: FILE_TOO_LARGE beyond that."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.waiting = self.unlooked = 0

    def read(self, size: int) -> bytes:
        """The next bytes."""
        data = self._file.read(size)
        self.waiting += len(data)
        self.unlooked += len(data)
        if self.waiting > MAX_XML_ELEMENT:
            raise _too_large(MAX_XML_ELEMENT)
        return data

    def check_kept(self, element: Element) -> None:
        """FILE_TOO_LARGE where too much stands beside the elements: it would stay in memory to the end."""
        self.waiting = 0
        if self.unlooked > _LOOK:
            self.unlooked = 0
            if cast("float", element.getroottree().getroot().xpath("count(//node())")) > MAX_XML_KEPT:
                raise _too_large(MAX_XML_KEPT)


def _too_large(most: int) -> FileRejected:
    return FileRejected("FILE_TOO_LARGE", field="record", value=f"> {most}", expected=most)


# Only the document itself is read, and of it neither comments nor instructions.
SAFE: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


def elements(path: Path, tag: str) -> Generator[Element, None, None]:
    """Every element of that tag at its end, in document order, all still in the tree."""
    with path.open("rb") as file:  # closed with the iterator, wherever it stops
        source = _Source(file)
        try:
            for _, element in etree.iterparse(
                cast("IO[bytes]", source),
                events=("end",),
                tag=tag,
                **SAFE,
            ):
                yield element
                source.check_kept(element)
        except etree.XMLSyntaxError as error:
            raise damaged(error) from error


def parsed(path: Path, records: Sequence[str], names: Names) -> Generator[Element, None, None]:
    """Every record of a file, at any of the paths, which end in one tag.

    The one before is still in the tree, emptied; those before that are gone, and so are what the records stood in. What
    stands beside and above a record stays.
    """
    places = [record.split("/") for record in records]
    with closing(elements(path, names.tag(places[0][-1]))) as found:
        for element in found:
            if any(_is_at(element, steps) for steps in places):
                yield element
                _forget(element)


def _is_at(element: Element, steps: list[str]) -> bool:
    """Does the element stand at that path below the root?"""
    place = element
    for step in reversed(steps):
        if local(place) != step:
            return False
        above = place.getparent()
        if above is None:
            return False
        place = above
    return place.getparent() is None


def _forget(element: Element) -> None:
    """Empty a record, and take its like before it out of the tree; likewise what it stands in."""
    element.clear()
    place = element
    while (parent := place.getparent()) is not None:
        previous = place.getprevious()
        while previous is not None:
            before = previous.getprevious()
            if previous.tag == place.tag:
                parent.remove(previous)
            previous = before if before is not None and before.tag == place.tag else None
        place = parent


class _Nothing:
    """What a parser makes of a file that it only checks."""

    def close(self) -> None:
        """Nothing was made."""


class Checker:
    """Checks piece by piece that a file is well-formed, without building anything of it."""

    def __init__(self) -> None:
        nothing = cast("ParserTarget", _Nothing())
        self._parser = etree.XMLParser(
            target=nothing, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
        )

    def checked(self, data: bytes) -> bytes:
        """The next piece of the file, if it is well-formed that far. Raises FileRejected(FILE_DAMAGED)."""
        try:
            if data:
                self._parser.feed(data)
        except etree.XMLSyntaxError as error:
            raise damaged(error) from error
        return data

    def close(self) -> None:
        """The file ends here. Raises FileRejected(FILE_DAMAGED) where it may not."""
        try:
            self._parser.close()
        except etree.XMLSyntaxError as error:
            raise damaged(error) from error
