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
from etl.contracts.model import Contract, nearest
from etl.errors import ContractError

__all__ = ["Contract", "Dialect", "Identified", "bind", "claims", "folded", "load", "parse", "shipped"]

_PACKAGE = Path(__file__).resolve().parents[1]
_MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Identified:
    """A file that exactly one contract claims: the contract, how the file is written, its header as it stands there."""

    contract: Contract
    dialect: Dialect
    header: tuple[str, ...]


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


def missing(contract: Contract, names: frozenset[str]) -> list[str]:
    """The header names that the contract needs and the file has not; of synonyms the first stands for all."""
    wanted: list[tuple[str, ...]] = [(name,) for name in contract.match.headers]
    needed = dict.fromkeys((*contract.match.columns, *contract.needed))
    wanted += [contract.columns[name].names for name in needed if name in contract.columns]
    lacking = [synonyms[0] for synonyms in wanted if names.isdisjoint(map(folded, synonyms))]
    return list(dict.fromkeys(lacking))


def bind(contract: Contract, header: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
    """Where each canonical column that the file has is read, as positions in the header from 0, in order of trust.

    The column of `[attributes]` is found under its own header name.
    """
    places: dict[str, list[int]] = {}
    for position, name in enumerate(header):
        places.setdefault(folded(name), []).append(position)
    bound: dict[str, tuple[int, ...]] = {}
    for canonical, reading in contract.columns.items():
        found = [places[name] for name in map(folded, reading.names) if name in places]
        if reading.by_value:
            bound[canonical] = tuple(group[0] for group in found)
        elif found and len(found[0]) >= reading.position:
            bound[canonical] = (found[0][reading.position - 1],)
    return {canonical: positions for canonical, positions in bound.items() if positions}
