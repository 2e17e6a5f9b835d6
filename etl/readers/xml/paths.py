"""Paths of a contract as XPath: local names, `@attributes`, `..`, `.`, and in brackets what an element must be.

`[path=value]`: something in it says that; `[path]`: it has such an element; `[!path]`: it has none.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from etl.contracts import Contract
from etl.errors import ContractError

ROWS = "#rows"
_NAME = r"[^\W\d][\w.-]*"
_STEP = re.compile(
    rf"(?:\.\.|\.|@?{_NAME})(?:\[(?P<not>!)?(?P<path>{_NAME}(?:/{_NAME})*)(?:=(?P<value>[^\[\]'\"]*))?\])?"
)
_SPLIT = re.compile(r"/(?![^\[]*\])")
PREFIX = "n"


@dataclass(frozen=True, slots=True)
class Names:
    """How elements are named in an XPath: by the root's namespace, or by local name where a file mixes namespaces."""

    namespace: str = ""
    is_mixed: bool = False

    @property
    def map(self) -> dict[str, str]:
        """The prefixes of the XPaths."""
        return {PREFIX: self.namespace} if self.namespace and not self.is_mixed else {}

    def element(self, name: str) -> str:
        """The test for an element of that local name."""
        if self.is_mixed:
            return f"*[local-name()='{name}']"
        return f"{PREFIX}:{name}" if self.namespace else name

    def tag(self, name: str) -> str:
        """The tag by which the parser filters."""
        return f"{{*}}{name}" if self.is_mixed else f"{{{self.namespace}}}{name}" if self.namespace else name

    def xpath(self, path: str) -> str:
        """The XPath of a contract's path. Raises ContractError where it is none.

        What stands above a record is read as far as it stands before it: how far the parser is ahead is chance.
        """
        names = _SPLIT.split(path)
        steps = [self._step(name, path) for name in names]
        ups = next((depth for depth, name in enumerate(names) if name != ".."), len(names))
        if ups and ups < len(names) and not names[ups].startswith((".", "@")):
            steps[ups - 1 : ups + 1] = [f"preceding-sibling::{steps[ups]}"]
        return "/".join(steps)

    def _step(self, step: str, path: str) -> str:
        found = _STEP.fullmatch(step)
        if found is None:
            raise ContractError("CONTRACT_INVALID", path="", key=path, detail=f"{step!r} is no step of a path")
        name = step.partition("[")[0]
        if name in {".", ".."}:
            test = name
        elif name.startswith("@"):
            test = f"@*[local-name()='{name[1:]}']"
        else:
            test = self.element(name)
        if found["path"] is None:
            return test
        inner = "/".join(self.element(part) for part in found["path"].split("/"))
        asked = inner if found["value"] is None else f"{inner}='{found['value']}'"
        return f"{test}[not({asked})]" if found["not"] else f"{test}[{asked}]"


@dataclass(frozen=True, slots=True)
class Column:
    """Where a column of the header is read: below the record (`rows` empty), or below the rows of that path."""

    path: str
    rows: str = ""


def is_path(name: str) -> bool:
    """Can the name of a column be a path?"""
    return all(_STEP.fullmatch(step) for step in _SPLIT.split(name))


def column_of(name: str, rows: Sequence[str]) -> Column:
    """The place of a column by its name."""
    for path in rows:
        if name == path:
            return Column(".", path)
        if name.startswith((f"{path}/", f"{path}[")):
            return Column(name.removeprefix(path).lstrip("/"), path)
    return Column(name)


def named(contract: Contract) -> list[str]:
    """Every path that the contract names, in a stable order."""
    names = [name for reading in contract.columns.values() for name in reading.every_name]
    names += [*contract.match.headers, *(contract.extra.columns if contract.extra else ()), *contract.skip]
    return [name for name in dict.fromkeys(names) if is_path(name)]
