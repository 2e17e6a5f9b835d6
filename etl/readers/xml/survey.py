"""What stands in an XML file of which nothing is known: its paths, how often each comes, and which one repeats.

A record is the highest element with something inside that comes several times below one parent. Rows are the highest
such element inside the records. Where nothing repeats, the record is the first element that has more than one child.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from lxml import etree

from etl.readers.xml.parsing import damaged, local

_MOST_ELEMENTS = 200_000


@dataclass(slots=True)
class _Place:
    """What is known of the elements at one path: how many, the most below one parent, what is in them."""

    count: int = 0
    most: int = 0
    attributes: int = 0
    children: set[str] = field(default_factory=set)

    @property
    def is_filled(self) -> bool:
        """Do facts stand in the element itself?"""
        return self.attributes > 0


@dataclass(frozen=True, slots=True)
class Survey:
    """The paths below the root with the number of their elements; the record among them, and the rows inside it.

    `others`: the further paths that could be the record or the rows. `is_part`: more different facts stand outside
    the records than in them, as where a file holds one order and the rows of that repeat.
    """

    counts: dict[str, int]
    record: str
    rows: str
    others: dict[str, tuple[str, ...]]
    is_part: bool


def survey(path: Path, record: str | None = None, rows: str | None = None) -> Survey:
    """Look through the first two hundred thousand elements. `record` and `rows`: where they are known.

    Raises FileRejected(FILE_DAMAGED).
    """
    places = _places(path)
    holding = {name: place for name, place in places.items() if place.children or place.is_filled}
    if record is None or record not in places:
        record = _repeating(holding) or next((n for n, p in places.items() if len(p.children) > 1), "")
    inside = {name.removeprefix(f"{record}/"): p for name, p in holding.items() if name.startswith(f"{record}/")}
    if rows is None or rows not in inside:
        rows = "" if rows == "" else _repeating(inside)
    leaves = [name for name, place in places.items() if not place.children]
    outside = [name for name in leaves if not name.startswith(f"{record}/")]
    others = {
        "record": tuple(n for n, p in holding.items() if n != record and len(p.children) > 1),
        "rows": tuple(n for n, p in inside.items() if n != rows and len(p.children) > 1),
    }
    counts = {name: place.count for name, place in places.items()}
    return Survey(counts, record, rows, others, len(outside) > len(leaves) - len(outside) + places[record].attributes)


def _places(path: Path) -> dict[str, _Place]:
    places: dict[str, _Place] = {}
    for steps, siblings, attributes in islice(_elements(path), _MOST_ELEMENTS):
        place = places.setdefault("/".join(steps), _Place())
        place.count += 1
        place.most = max(place.most, siblings)
        place.attributes = max(place.attributes, attributes)
        if len(steps) > 1:
            places.setdefault("/".join(steps[:-1]), _Place()).children.add(steps[-1])
    return places


def _repeating(places: dict[str, _Place]) -> str:
    """Of the highest paths that repeat and hold something, the most frequent; else the empty path."""
    found = [n for n, p in places.items() if p.most > 1]
    highest = [n for n in found if not any(n.startswith(f"{other}/") for other in found)]
    # A summary of four lines stands above a hundred transactions.
    return max(highest, key=lambda name: places[name].count, default="")


def _elements(path: Path) -> Iterator[tuple[tuple[str, ...], int, int]]:
    """Every element at its end: the names on the way to it, its ordinal among its like, its attributes."""
    steps: list[str] = []
    seen: list[Counter[str]] = [Counter()]
    with path.open("rb") as file:
        try:
            for event, element in etree.iterparse(
                file, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
            ):
                if not isinstance(element.tag, str):
                    continue
                if event == "start":
                    steps.append(local(element))
                    seen[-1][steps[-1]] += 1
                    seen.append(Counter())
                    continue
                seen.pop()
                if len(steps) > 1:
                    yield tuple(steps[1:]), seen[-1][steps[-1]], len(element.attrib)
                steps.pop()
                element.clear()
        except etree.XMLSyntaxError as error:
            raise damaged(error) from error
