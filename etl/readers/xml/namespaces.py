"""Does a file keep to the namespace of its root? Only then can elements be told by one tag each, which is quick."""

import re
from collections.abc import Iterator
from pathlib import Path

from etl.readers.xml.parsing import root_element
from etl.readers.xml.paths import Names

# What stands before the content of a plain file: a mark, the declaration, the root's start tag.
START = re.compile(
    rb"""\A(?:\xef\xbb\xbf)?\s*(?:<\?xml\s[^>]*?(?:encoding\s*=\s*["'](?P<encoding>[\w.-]+)["'][^>]*)?\?>\s*)?"""
    rb"""<[^\s<>/!?]+(?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*>"""
)
_BLOCK, _OVERLAP = 1 << 20, 1 << 10


def names_of(path: Path) -> Names:
    """How the elements of a file are named: all in the root's namespace, or, where it is not certain, mixed."""
    root = root_element(path)
    namespace = root.nsmap.get(root.prefix) or ""
    mixed = Names(namespace, is_mixed=True)
    with path.open("rb") as file:
        head = file.read(_BLOCK)
    start = START.match(head)
    if start is None:
        return mixed
    others = {prefix for prefix, uri in root.nsmap.items() if uri != namespace}
    if root.prefix is None:  # an element without prefix is in the root's namespace
        signs = [rb"xmlns", *(rb"<%s:" % re.escape(prefix.encode()) for prefix in others if prefix)]
    else:
        signs = [rb"xmlns", rb"<(?!/|!|\?|%s:)" % re.escape(root.prefix.encode())]
    sign = re.compile(b"|".join(signs))
    return mixed if any(sign.search(block) for block in _blocks(path, start.end())) else Names(namespace)


def _blocks(path: Path, start: int) -> Iterator[bytes]:
    """The bytes of a file from there on; each block begins with the end of the one before, for what lies across."""
    with path.open("rb") as file:
        file.seek(start)
        before = b""
        while block := file.read(_BLOCK):
            yield before + block
            before = block[-_OVERLAP:]
