"""Records of a tree flattened into columns, a few thousand rows at a time.

Nearly every record is simple: its children are leaves, each tag once, but for the rows inside it. Of those the texts
are taken in one walk over the children. Whatever is not simple (a tag that comes twice, text with elements inside it,
a path that goes up or asks something, elements of several namespaces) is read by XPath, which is slower and says the
same: a property test holds the two together.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from lxml import etree

from etl.readers.xml.parsing import Element, parsed
from etl.readers.xml.paths import ROWS, Column, Names, column_of

if TYPE_CHECKING:
    import polars as pl

_BATCH = 4_000
Facts = dict[str, str | None]  # by tag, `@attribute` or path
Row = tuple[int, str, Facts]  # the record it belongs to, the path of its kind, its own facts


def text_of(found: object) -> str:
    """The text of the nodes that a path found; where they say different things, all of them, below each other."""
    if not isinstance(found, list):
        return str(found)
    texts = [str(node) if isinstance(node, str) else str(node.xpath("string()")) for node in found]
    return "\n".join(dict.fromkeys(filter(None, texts)))


class _Reader:
    """The facts of one kind of element: the record, or a kind of row. `ways`: its children that hold rows."""

    def __init__(self, paths: Sequence[str], names: Names, ways: Collection[str] = ()) -> None:
        self._all = {key_of(p, names): etree.XPath(names.xpath(p), namespaces=names.map) for p in paths}
        self._paths = {key_of(p, names): self._all[key_of(p, names)] for p in paths if p in ways}
        self._paths |= {p: self._all[p] for p in paths if p in self._all and p[0] != "@" and not is_leaf(p, names)}
        self._wants_attributes = any(key.startswith("@") for key in self._all)

    def facts(self, element: Element, surplus: int = 0) -> Facts:
        """The facts of an element. `surplus`: how many of its children are rows, but for the first of each kind."""
        facts: Facts = {child.tag: child.text for child in element}
        if len(facts) != len(element) - surplus:
            return self.by_xpath(element)
        if self._wants_attributes:
            facts.update({f"@{etree.QName(str(n)).localname}": str(value) for n, value in element.attrib.items()})
        if self._paths:
            facts.update({path: text_of(xpath(element)) for path, xpath in self._paths.items()})
        return facts

    def by_xpath(self, element: Element) -> Facts:
        """The same, whatever stands inside the element."""
        return {key: text_of(xpath(element)) for key, xpath in self._all.items()}


def is_leaf(path: str, names: Names) -> bool:
    """Is it the path of a child?"""
    return not names.is_mixed and not set(path) & set("/[.@")


def key_of(path: str, names: Names) -> str:
    """By what the facts know the text at a path."""
    return names.tag(path) if is_leaf(path, names) and path != ROWS else path


class Flattening:
    """The columns of a file's rows, by their paths: `frames` gives them, in file order."""

    def __init__(self, records: Sequence[str], rows: Sequence[str], header: Sequence[str], names: Names) -> None:
        self._records, self._rows, self._names = tuple(records), tuple(rows), names
        columns = [Column(ROWS) if name == ROWS else column_of(name, rows) for name in header]
        self._columns = [Column(key_of(column.path, names), column.rows) for column in columns]
        ways = {path.split("/")[0] for path in self._rows}
        self._head = _Reader([c.path for c in columns if not c.rows and c.path != ROWS], names, ways)
        self._readers = {path: _Reader([c.path for c in columns if c.rows == path], names) for path in self._rows}
        self._find = {path: etree.XPath(names.xpath(path), namespaces=names.map) for path in self._rows}
        self._is_nested = etree.XPath(self._nested(), namespaces=names.map)

    def _nested(self) -> str:
        """Has any leaf of a record elements inside it? The elements on the way to the rows have, and may."""
        element = self._names.element
        ways = {path.split("/")[0] for path in self._rows}
        allowed = "".join(f"[not(self::{element(name)})]" for name in sorted(ways)) if not self._names.is_mixed else ""
        inner = [f"{self._names.xpath(path)}/*[*]" for path in self._rows]
        return "boolean(" + " | ".join([f"*[*]{allowed}", *inner]) + ")"

    def frames(self, path: Path, fields: Sequence[str]) -> Iterator["pl.DataFrame"]:
        """The rows of a file, all text, empty cells NULL."""
        heads: list[Facts] = []
        rows: list[Row] = []
        for element in parsed(path, self._records, self._names):
            self._take(element, heads, rows)
            if len(rows) >= _BATCH:
                yield self._frame(heads, rows, fields)
                heads, rows = [], []
        if rows:
            yield self._frame(heads, rows, fields)

    def _take(self, element: Element, heads: list[Facts], rows: list[Row]) -> None:
        """Add a record: its own facts once, and its rows."""
        place = len(heads)
        found = [(path, row) for path in self._rows for row in self._rows_at(path, element)]
        if self._is_nested(element):
            heads.append(self._head.by_xpath(element))
            rows += [(place, path, self._readers[path].by_xpath(row)) for path, row in found] or [(place, "", {})]
            return
        beside = Counter(path for path, _ in found if "/" not in path)
        heads.append(self._head.facts(element, sum(beside.values()) - len(beside)))
        rows += [(place, path, self._readers[path].facts(row)) for path, row in found] or [(place, "", {})]

    def _rows_at(self, path: str, element: Element) -> list[Element]:
        return cast("list[Element]", self._find[path](element))

    def _frame(self, heads: list[Facts], rows: list[Row], fields: Sequence[str]) -> "pl.DataFrame":
        """The columns of a batch; the records' own facts are repeated on their rows by index, not one by one."""
        import polars as pl

        places = pl.Series([place for place, _, _ in rows], dtype=pl.UInt32)
        columns: dict[str, pl.Series] = {}
        for field, column in zip(fields, self._columns, strict=True):
            if column.path == ROWS:
                texts = pl.Series(field, [path for _, path, _ in rows], dtype=pl.String)
            elif column.rows:
                own = [facts.get(column.path) if path == column.rows else None for _, path, facts in rows]
                texts = pl.Series(field, own, dtype=pl.String)
            else:
                own = [facts.get(column.path) for facts in heads]
                texts = pl.Series(field, own, dtype=pl.String).gather(places)
            columns[field] = texts
        frame = pl.DataFrame(columns)
        return frame.with_columns(pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in fields)
