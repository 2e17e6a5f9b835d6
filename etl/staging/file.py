"""The file being staged."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LoadFile:
    """The file being staged, as its rows will name it."""

    file_id: int
    shop: str
    source: str
    rows_in: int
