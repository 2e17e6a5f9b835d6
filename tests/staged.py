"""One file through intake's own steps into a store, under contracts of the test's own: what was made of its rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl import conform, contracts, identify, readers, staging
from etl.contracts import Contract, Identified
from etl.store import Store

Row = dict[str, Any]


@dataclass(slots=True)
class Stage:
    """A store that files are staged in, one after another."""

    store: Store
    known: dict[str, Contract]
    files: int = 0

    def take(self, path: Path, *, shop: str = "main") -> Identified:
        """Stage a file as intake does, and note it as archived."""
        found = identify.identify(path, self.known)
        read = readers.read(self.store, path, found)
        staging.corrections.links(self.store, found)
        conform.conform(self.store, found, timezone="Europe/Copenhagen")
        self.files += 1
        file = staging.LoadFile(self.files, shop, found.contract.source, read.record_count)
        staging.stage(self.store, file, found)
        return found

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.store.rows(sql)


def contract(text: str, source: str = "x_report") -> Contract:
    """A contract of these lines."""
    return contracts.parse(text, source=source)


@contextmanager
def stage(*known: Contract) -> Iterator[Stage]:
    """An empty store, and these contracts."""
    with Store.open(None) as store:
        store.script_file("macros.sql")
        store.script_file("tables.sql")
        staging.create_tables(store)
        yield Stage(store, {c.source: c for c in known})
