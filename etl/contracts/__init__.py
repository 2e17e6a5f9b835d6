"""The source contracts: `schemas/sources/*.toml` read into frozen models, and what a file's header means under one.

The folder is the registry. What is shipped lies in `schemas/sources/` of a source checkout and in
`etl/_schemas/sources/` of an installed package; a workspace's own `schemas/sources/` wins by name. The file's name is
the source's name.
"""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from etl.contracts.dialect import Dialect, folded
from etl.contracts.model import Contract, Reading, nearest
from etl.contracts.writing import Writing
from etl.errors import ContractError

__all__ = [
    "Bound",
    "Contract",
    "Dialect",
    "Identified",
    "bind",
    "bound",
    "claims",
    "folded",
    "load",
    "missing",
    "parse",
    "shipped",
]

_PACKAGE = Path(__file__).resolve().parents[1]
_MOST_BYTES = 1_000_000
# The columns that our own `.rows.csv`, to be mended and dropped again, has beside those of the source.
RETURNED = ("_error", "_fix", "_row")


@dataclass(frozen=True, slots=True)
class Identified:
    """A file that exactly one contract claims: the contract, how the file is written, its header as it stands there.

    The last `made` columns of the header do not stand in the file: the reader makes them.
    """

    contract: Contract
    dialect: Dialect
    header: tuple[str, ...]
    made: int = 0

    @property
    def width(self) -> int:
        """The number of columns that stand in the file."""
        return len(self.header) - self.made

    @property
    def writing(self) -> Writing:
        """How values are written in a file of this kind."""
        return self.contract.writing(self.dialect.kind)

    @property
    def unknown(self) -> tuple[str, ...]:
        """The columns of the file that the contract does not know, as they are written there."""
        ours = {*RETURNED, "#rows"}
        return tuple(
            name for name in self.header[: self.width] if name and name not in ours and not self.contract.knows(name)
        )


@dataclass(frozen=True, slots=True)
class Bound:
    """Where a canonical column is read, as positions in the header from 0.

    `plus` counts, `less` is taken off, the first word at `sign` makes it negative.
    """

    plus: tuple[int, ...]
    less: tuple[int, ...] = ()
    sign: tuple[int, ...] = ()

    @property
    def positions(self) -> tuple[int, ...]:
        """All of them."""
        return (*self.plus, *self.less, *self.sign)


def shipped() -> Path:
    """The folder of the contracts that come with the program."""
    installed = _PACKAGE / "_schemas" / "sources"
    return installed if installed.is_dir() else _PACKAGE.parent / "schemas" / "sources"


def load(workspace: Path | None = None) -> dict[str, Contract]:
    """All contracts by source name: the shipped ones, and the workspace's own, which win."""
    contracts = dict(_shipped_contracts())
    if workspace is not None:
        contracts.update(_read_folder(workspace / "schemas" / "sources"))
    return dict(sorted(contracts.items()))


@cache
def _shipped_contracts() -> Mapping[str, Contract]:
    return dict(_read_folder(shipped()))


def _read_folder(folder: Path) -> Iterator[tuple[str, Contract]]:
    for path in sorted(folder.glob("*.toml")) if folder.is_dir() else ():
        if path.stat().st_size > _MOST_BYTES:
            raise ContractError("CONTRACT_INVALID", path=str(path), key="", detail="the file is too large")
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ContractError("CONTRACT_INVALID", path=str(path), key="", detail="not UTF-8") from error
        yield path.stem, parse(text, source=path.stem, path=str(path))


def parse(text: str, *, source: str, path: str = "") -> Contract:
    """The contract that the TOML text is, or ContractError with the key and what is wrong with it."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ContractError("CONTRACT_INVALID", path=path, key="", detail=str(error)) from error
    if table.setdefault("source", source) != source:
        raise ContractError("CONTRACT_INVALID", path=path, key="source", detail=f"the file's name says {source}")
    try:
        return Contract(**table | {"text": text, "sha256": hashlib.sha256(text.encode()).hexdigest()})
    except ValidationError as error:
        key, detail = _fault(error)
        raise ContractError("CONTRACT_INVALID", path=path, key=key, detail=detail) from error


def _fault(error: ValidationError) -> tuple[str, str]:
    """The first fault (unknown keys come before others): its key, and a sentence, with the key probably meant."""
    first = max(error.errors(), key=lambda one: one["type"] == "extra_forbidden")
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        known = sorted(_keys(Contract, first["loc"][:-1]))
        return key, f"there is no such key; did you mean {nearest(str(first['loc'][-1]), known)}?"
    message = str(first["msg"]).removeprefix("Value error, ")
    if not key:
        key, _, message = message.partition(": ")
    return key, message


def _keys(model: type[BaseModel], path: tuple[Any, ...]) -> set[str]:
    """The keys that a table of the contract knows."""
    for part in path:
        kind: Any = model.model_fields[part].annotation if part in model.model_fields else None
        choices = [kind, *getattr(kind, "__args__", ())]
        model = next((c for c in choices if isinstance(c, type) and issubclass(c, BaseModel)), model)
    return set(model.model_fields) - {"text", "sha256"}


def claims(contract: Contract, names: frozenset[str]) -> bool:
    """Does the contract claim a file with these (folded) header names?"""
    return not missing(contract, names) and names.isdisjoint(map(folded, contract.match.not_headers))


def missing(contract: Contract, names: frozenset[str], *, headers: bool = True) -> list[str]:
    """The header names that the contract needs and the file has not; of synonyms the first stands for all.

    `headers` False: only what the columns need, for files whose elements are left out where they are empty.
    """
    wanted: list[tuple[str, ...]] = [(name,) for name in contract.match.headers] if headers else []
    needed = dict.fromkeys((*contract.match.columns, *contract.needed))
    wanted += [_any_of(contract.columns[name]) for name in needed if name in contract.columns]
    lacking = [synonyms[0] for synonyms in wanted if synonyms and names.isdisjoint(map(folded, synonyms))]
    return list(dict.fromkeys(lacking))


def _any_of(one: Reading) -> tuple[str, ...]:
    """The names of which the file must have one; none where they are columns that a reader makes."""
    names = (*one.names, *(one.less or ()))
    return () if any(name.startswith("#") for name in names) else names


def bound(contract: Contract, header: tuple[str, ...]) -> dict[str, Bound]:
    """Where each canonical column that the file has is read.

    The column of `[attributes]` is found under its own header name.
    """
    places: dict[str, list[int]] = {}
    for position, name in enumerate(header):
        places.setdefault(folded(name), []).append(position)
    found = {canonical: _bound(one, places) for canonical, one in contract.columns.items()}
    return {canonical: where for canonical, where in found.items() if where.plus or where.less}


def _bound(one: Reading, places: Mapping[str, list[int]]) -> Bound:
    found = [places[name] for name in map(folded, one.names) if name in places]
    if one.is_sum:
        less = [places[name][0] for name in map(folded, one.less or ()) if name in places]
        return Bound(tuple(group[0] for group in found), tuple(less))
    signs = one.negative_when.header if one.negative_when else ()
    sign = tuple(places[name][0] for name in map(folded, signs) if name in places)
    if one.by_value or one.join:
        return Bound(tuple(group[0] for group in found), sign=sign)
    if found and len(found[0]) >= one.position:
        return Bound((found[0][one.position - 1],), sign=sign)
    return Bound(())


def bind(contract: Contract, header: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
    """All positions in the header that each canonical column is read from, in order of trust."""
    return {canonical: where.positions for canonical, where in bound(contract, header).items()}
