"""Where a row stands in its file, as an XPath of local names: `/Orders/Order[3]/Lines[1]/Line[2]`."""

from etl.readers.xml.parsing import Element, local


class Places:
    """Counts records while those before them are taken out of the tree; they are to be asked for in file order."""

    def __init__(self) -> None:
        self._last: list[tuple[Element, int]] = []  # of the last record, from the root: each with its ordinal

    def of(self, record: Element, row: Element) -> str:
        """The place of a row inside a record, or of the record itself."""
        way = [*reversed(list(record.iterancestors())), record]
        self._last = [(element, self._ordinal(depth, element)) for depth, element in enumerate(way)]
        inside: list[Element] = []
        place = row
        while place is not record:
            inside.insert(0, place)
            place = _above(place)
        steps = [*self._last[1:], *((element, _among_its_like(element)) for element in inside)]
        return "/".join(["", local(way[0]), *(f"{local(element)}[{ordinal}]" for element, ordinal in steps)])

    def _ordinal(self, depth: int, element: Element) -> int:
        """The ordinal among its like, counted on from the one that was last asked for."""
        last, ordinal = self._last[depth] if depth < len(self._last) else (None, 0)
        if element is last:
            return ordinal
        for distance, before in enumerate(element.itersiblings(_like(element), preceding=True), start=1):
            if before is last:
                return ordinal + distance
        return _among_its_like(element)


def _among_its_like(element: Element) -> int:
    return 1 + sum(1 for _ in element.itersiblings(_like(element), preceding=True))


def _above(element: Element) -> Element:
    parent = element.getparent()
    if parent is None:
        raise ValueError("the row is not inside the record")
    return parent


def _like(element: Element) -> str:
    return f"{{*}}{local(element)}"
