"""Real workspaces for the tests that go the whole way: a company, dropped files, runs in this process, and answers.

The company is the benchmark's (`../shared/bench/company.toml`), under which the generator's truth files hold; its
workspace has the contract for the generator's payouts. What a test reads, it reads from the snapshot, as people do.
"""

import csv
import importlib.util
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from etl import pipeline
from etl.reporting import RunReport
from etl.store import Store
from etl.workspace import Workspace

ROOT = Path(__file__).resolve().parents[1]
BENCH = ROOT / "bench"
SHARED = ROOT.parent / "shared" / "bench"
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Office:
    """A workspace on the disk that a test drops files in."""

    workspace: Workspace

    @property
    def root(self) -> Path:
        """Its folder."""
        return self.workspace.root

    def drop(self, name: str, content: str | bytes) -> None:
        """Put a file in the inbox; text is written as UTF-8, its line ends as they are."""
        data = content.encode() if isinstance(content, str) else content
        (self.root / "inbox" / name).write_bytes(data)

    def run(self, *, commit: bool | None = None) -> RunReport:
        """Run once: take in, decide, and (unless `commit` is False) send."""
        return pipeline.run(self.workspace, commit=commit)

    def copy(self, root: Path) -> "Office":
        """The same workspace once more, to go on from here in two ways."""
        shutil.copytree(self.root, root)
        return Office(Workspace(root))

    @contextmanager
    def snapshot(self) -> Iterator[Store]:
        """The database that people read."""
        with Store.open(self.workspace.review, read_only=True) as store:
            yield store

    def ask(self, sql: str) -> list[Row]:
        """The rows of a query on the snapshot."""
        with self.snapshot() as store:
            return store.dicts(sql)

    def outbox(self, pattern: str) -> list[Row]:
        """The records of the files of that name in all batches, by header name, oldest batch first."""
        return [row for path in sorted(self.root.glob(f"outbox/*/{pattern}")) for row in records(path, ";")]


def office(root: Path, *, company: str | None = None, own_sources: bool = True) -> Office:
    """A fresh workspace of the benchmark's company, or of the one that `company` is; skips where that is absent.

    `own_sources`: with the contract for the generator's payouts in its own schemas.
    """
    settings = SHARED / "company.toml"
    if not settings.is_file():
        pytest.skip(f"no company at {settings}")
    if own_sources:
        shutil.copytree(BENCH / "workspace", root)
    else:
        root.mkdir()
    (root / "company.toml").write_text(company or settings.read_text("utf-8"), "utf-8")
    (root / "inbox").mkdir()
    return Office(Workspace(root))


def company_with(*changes: tuple[str, str]) -> str:
    """The benchmark's company.toml with texts replaced, each of which must stand in it."""
    settings = SHARED / "company.toml"
    if not settings.is_file():
        pytest.skip(f"no company at {settings}")
    text = settings.read_text("utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


def generate(folder: Path, *, orders: int, seed: int) -> Path:
    """The generator's files in `folder`: orders_export.csv, payouts.csv and the truth about them."""
    script = SHARED / "generate.py"
    if not script.is_file():
        pytest.skip(f"no generator at {script}")
    load_script(script).main(["--orders", str(orders), "--seed", str(seed), "--no-xml", "--out", str(folder)])
    return folder


def load_script(path: Path) -> ModuleType:
    """A script as a module."""
    spec = importlib.util.spec_from_file_location(f"script_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def records(path: Path, delimiter: str = ",") -> list[Row]:
    """The records of a CSV file by header name."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def ore(amount: object) -> int:
    """Whole øre of an amount in kroner; nothing is 0."""
    return int(amount * 100) if amount else 0  # type: ignore[operator]
