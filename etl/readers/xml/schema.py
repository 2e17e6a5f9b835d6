"""XML files held against a schema (XSD), as they are parsed."""

import re
from pathlib import Path
from typing import cast

from lxml import etree

from etl.errors import FileRejected
from etl.readers.xml.parsing import Checker, Element, damaged, root_element

_XSD = "http://www.w3.org/2001/XMLSchema"
_NAMESPACE = re.compile(r"\{[^}']*\}(?=\w)")
_BLOCK = 1 << 16
_SHOWN = 150


def check_schema(path: Path, xsd: Path) -> None:
    """Validate a file as it is parsed. Raises FileRejected(XML_INVALID) with the line.

    A schema without a namespace is one for all: it takes that of the file, which says the version of the format.
    """
    root = root_element(path)
    schema = _schema(xsd, root.nsmap.get(root.prefix) or "")
    parser = etree.XMLPullParser(
        ("end",), schema=schema, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    checker, line = Checker(), 1  # a parser with a schema does not tell where a file is cut off
    with path.open("rb") as file:
        while piece := file.readline(_BLOCK):  # nor the line of what is invalid
            try:
                parser.feed(checker.checked(piece))
                for _, element in parser.read_events():
                    _let_go(cast("Element", element))
            except etree.XMLSyntaxError as error:
                fault = _first_fault(parser)
                raise (_invalid(fault, line) if fault else damaged(error)) from error
            if fault := _first_fault(parser):
                raise _invalid(fault, line)
            line += piece.endswith(b"\n")
    checker.close()


def _let_go(element: Element) -> None:
    """Empty an element that is validated, and take those before it out of the tree."""
    element.clear()
    parent = element.getparent()
    while parent is not None and (before := element.getprevious()) is not None:
        parent.remove(before)


def _first_fault(parser: etree.XMLPullParser) -> str:
    """What the schema first has to say against the file so far."""
    faults = (entry for entry in parser.feed_error_log if entry.domain == etree.ErrorDomains.SCHEMASV)
    return next((str(fault.message) for fault in faults), "")


def _schema(xsd: Path, namespace: str) -> etree.XMLSchema:
    """The schema for documents in that namespace."""
    parser = etree.XMLParser(no_network=True)
    own = etree.parse(str(xsd), parser)
    if not namespace or own.getroot().get("targetNamespace"):
        return etree.XMLSchema(own)
    frame = etree.Element(f"{{{_XSD}}}schema", {"targetNamespace": namespace, "elementFormDefault": "qualified"})
    etree.SubElement(frame, f"{{{_XSD}}}include", {"schemaLocation": xsd.resolve().as_uri()})
    return etree.XMLSchema(etree.ElementTree(frame))


def _invalid(fault: str, line: int) -> FileRejected:
    """The refusal of a file that does not follow its schema, with what would."""
    said, _, expected = _NAMESPACE.sub("", fault).partition("Expected is")
    wanted = expected.removeprefix(" one of").strip(" .():") or "XSD"
    return FileRejected("XML_INVALID", field=str(line), value=said.strip()[:_SHOWN], expected=wanted, line=line)
