"""A mutant put in the place of what it was made from, in this process: a model, the macros, or a seed table."""

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

from etl import store

MODEL, MACROS, SEED = "model", "macros", "seed"
RUNS_NOT = "does not run"
SEEDS = resources.files("etl.vat")


class Mutant(NamedTuple):
    """One thing changed: `kind` of model, macros, seed; `target` is `NNN_name` of the model or the table's name."""

    name: str
    kind: str
    target: str
    text: str


@contextmanager
def in_place(mutant: Mutant) -> Iterator[None]:
    """Whoever reads the models, macros or seed tables reads the mutant's."""
    with tempfile.TemporaryDirectory() as folder:
        if mutant.kind == MODEL:
            undo = _model(mutant)
        elif mutant.kind == MACROS:
            undo = _macros(mutant, Path(folder))
        else:
            undo = _seed(mutant, Path(folder))
        try:
            yield
        finally:
            undo()


def _model(mutant: Mutant) -> Callable[[], None]:
    model = store.model(mutant.target)
    before = model.sql
    object.__setattr__(model, "sql", mutant.text)  # the cached one, which everybody runs
    return lambda: object.__setattr__(model, "sql", before)


def _copied(source: Any, folder: Path, name: str, text: str) -> Path:
    for file in source.iterdir():
        if file.name.endswith((".csv", ".sql")):
            (folder / file.name).write_text(text if file.name == name else file.read_text("utf-8"), "utf-8")
    return folder


def _macros(mutant: Mutant, folder: Path) -> Callable[[], None]:
    before = store.MODELS
    store.MODELS = _copied(before, folder, "macros.sql", mutant.text)

    def undo() -> None:
        store.MODELS = before

    return undo


def _seed(mutant: Mutant, folder: Path) -> Callable[[], None]:
    """Modules keep the folder of the seed tables under a name of their own; those not imported yet ask for it."""
    copy = _copied(SEEDS, folder, f"{mutant.target}.csv", mutant.text)
    held = [
        (module, name)
        for module in list(sys.modules.values())
        if getattr(module, "__name__", "").startswith(("etl", "test", "vat_"))
        for name, value in list(vars(module).items())
        if value == SEEDS and module.__name__ != __name__
    ]
    ask = resources.files
    for module, name in held:
        setattr(module, name, copy)

    def files(anchor: Any = None) -> Any:
        return copy if anchor == "etl.vat" else ask(anchor)

    resources.files = files  # type: ignore[assignment]

    def undo() -> None:
        resources.files = ask
        for module, name in held:
            setattr(module, name, SEEDS)

    return undo
