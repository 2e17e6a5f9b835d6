"""A sheet of a workbook, whatever the workbook's format is."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sheet:
    """One visible sheet: its name, and its rows from the top as (row number from 1, cells as text; empty is "")."""

    name: str
    rows: Iterable[tuple[int, list[str]]]
