"""How the files of a source are written: `[csv]`, `[xlsx]` and `[xml]` of a contract, and what a reader does on top."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from etl.contracts.part import Part

DIRECTIVES = frozenset("YmdHMSfzTZ%bBjyIp")
ISO_DATES = ("%Y-%m-%d",)
ISO_MOMENTS = (
    "%Y-%m-%d %H:%M:%S %z",
    "%Y-%m-%dT%H:%M:%S%z",
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
)
# A spreadsheet keeps dates as numbers; the reader writes them so, whatever they look like on the screen.
SHEET_DATES = ("%Y-%m-%d",)
SHEET_MOMENTS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f")


def _listed(value: object) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


class Writing(Part):
    """How values are written, whatever the file is.

    `decimal = "infer"`: point or comma, proven from whole columns. `thousands`: the sign that groups digits by three;
    empty = no grouping. `date_formats` and `moment_formats` are strptime patterns; one with `%z` or a final `Z` knows
    its offset. `date_order = "infer"`: the formats hold day-first and month-first ones, and the whole file must prove
    one. `minor_units`: amounts are whole øre or cents. `strip`: texts cut off both ends of a number. `empty`: words
    that say nothing. `block_start`: the column that is filled only in an order's first row. `pending_rows`: rows
    appear before they have a payout, and again when they have one.
    """

    decimal: Literal[".", ",", "infer"] = "."
    thousands: Literal["", ".", ",", " ", "'"] = ""
    date_formats: tuple[str, ...] = ISO_DATES
    moment_formats: tuple[str, ...] = ISO_MOMENTS
    date_order: Literal["", "infer"] = ""
    minor_units: bool = False
    strip: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    block_start: str | None = None
    pending_rows: bool = False

    @model_validator(mode="after")
    def _can_be_read(self) -> Self:
        if self.thousands and self.thousands == self.decimal:
            raise ValueError("thousands: the same sign as decimal")
        for form in (*self.date_formats, *self.moment_formats):
            if wrong := set(re.findall(r"%(.)", form)) - DIRECTIVES:
                raise ValueError(f"date format {form}: %{min(wrong)} is not one of %{' %'.join(sorted(DIRECTIVES))}")
        return self


class Csv(Writing):
    """How a table is written, in a CSV file or in a spreadsheet.

    `header_row`: how far down the header may stand: in the first line, below a line of one cell, below any preamble.
    `footer`: patterns of the lines below the data. `ragged = "trailing_empty"`: a row may lack its last cells, or have
    empty ones too many. `fill_down`: canonical columns that are empty where they say the same as the row above, each
    with the header that must not change meanwhile ("" where nothing bounds it).
    """

    delimiters: tuple[Annotated[str, Field(min_length=1, max_length=1)], ...] = (",", ";", "\t")
    encodings: tuple[Literal["utf-8", "utf-16", "cp1252", "latin-1"], ...] = ("utf-8", "utf-16", "cp1252", "latin-1")
    header_row: Literal["first", "type_line", "preamble"] = "preamble"
    footer: tuple[str, ...] = ()
    ragged: Literal["", "trailing_empty"] = ""
    fill_down: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_patterns(self) -> Self:
        for pattern in self.footer:
            checked(pattern, "footer")
        return self


class Xml(Writing):
    """How an XML file is written. Paths are of local names; `record` is below the root, `rows` below the record.

    A source that writes one record alone in a file and several in a list names both paths, which end alike.
    Each record is a row, or each element at `rows` is one, with the record's facts repeated. `xsd`: a file in the
    contracts' folder that the file must validate against.
    """

    record: Annotated[tuple[str, ...], BeforeValidator(_listed), Field(min_length=1)]
    rows: tuple[str, ...] = ()
    xsd: str | None = None

    @model_validator(mode="after")
    def _has_one_element(self) -> Self:
        if len({path.rpartition("/")[2] for path in self.record}) > 1:
            raise ValueError("record: the paths must end in the same element")
        return self


class FanOut(Part):
    """One record of a table becomes several rows: one for each filled, non-zero cell of these columns.

    `keep_head`: and one for the record itself. The rows have the pseudo columns `#column` (its name) and `#cell` (its
    text), and, where a cell is a list of `key:value`, `#<key>`.
    """

    class Pairs(Part):
        """How a cell's `key:value` pairs are written."""

        separator: str
        between: str

    columns: Annotated[tuple[str, ...], Field(min_length=1)]
    keep_head: bool = False
    pairs: Pairs | None = None


class Controls(Part):
    """The control totals of a file: sums that must hold before anything of it is posted (model 050).

    `balance_payouts`: no row says which payout it is of, and each transfer to the bank empties the balance: it pays out
    all that stands since the one before (model 038).
    """

    running_balance: Literal["", "oldest_first", "newest_first"] = ""
    zero_groups: bool = False
    stated_total: Literal["", "net", "gross"] = ""
    stated_count: bool = False
    line_sums: bool = False
    opening_closing: bool = False
    balance_payouts: bool = False


def checked(pattern: str, key: str) -> str:
    """The pattern, if it is one. ValueError names the key."""
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{key}: {pattern}: {error}") from error
    return pattern


class Reading(Part):
    """Where a canonical column is read: the first of `names` that the file has; with `by_value`, the first filled one.

    `position` is for a name that several columns bear: 1 is the leftmost of them. `join`: all of the names, with a
    blank between. `sum_of` and `less`: the sum of cells less that of others, exact; what is empty counts nothing.
    `pattern`: the first group of its first match in the text. `negative_when`: another column whose word makes the
    amount negative.
    """

    class Sign(Part):
        """The column (of several the first that is filled) and its words (any case) that make an amount negative.

        `positive`: the words that leave it positive; where they are named, an amount with any other word is none.
        """

        header: Annotated[tuple[str, ...], BeforeValidator(_listed), Field(min_length=1)]
        words: Annotated[tuple[str, ...], Field(min_length=1)]
        positive: tuple[str, ...] = ()

    names: tuple[str, ...]
    position: Annotated[int, Field(ge=1)] = 1
    by_value: bool = False
    join: bool = False
    less: tuple[str, ...] | None = None
    pattern: str | None = None
    negative_when: Sign | None = None

    @property
    def is_sum(self) -> bool:
        """Is it a sum of several cells?"""
        return self.less is not None

    @property
    def every_name(self) -> tuple[str, ...]:
        """All header names that it speaks of."""
        sign = self.negative_when.header if self.negative_when else ()
        return (*self.names, *(self.less or ()), *sign)


_FORMS = (
    'write "Header", ["Header", "Synonym"], { header = "Header", position = 2 }, { first_of = ["A", "B"] },'
    ' { join = ["A", "B"] }, { sum_of = ["A"], less = ["B"] } or { header = "A", pattern = "No ([0-9]+)" }'
)


def reading(value: object) -> object:
    """A reading from its short forms."""
    if isinstance(value, str | list):
        return {"names": _listed(value)}
    if not isinstance(value, Mapping):
        raise ValueError(_FORMS)  # noqa: TRY004 - pydantic takes a TypeError for a fault of ours
    keys = set(value)
    also = {key: value[key] for key in ("position", "pattern", "negative_when") if key in value}
    if keys - also.keys() == {"header"}:
        return {"names": _listed(value["header"]), **also}
    if keys - also.keys() == {"first_of"}:
        return {"names": value["first_of"], "by_value": True, **also}
    if keys - {"pattern"} == {"join"}:
        return {"names": value["join"], "join": True, "pattern": value.get("pattern")}
    if keys and keys <= {"sum_of", "less"}:
        return {"names": value.get("sum_of", ()), "less": value.get("less", ())}
    if "names" in keys:
        return value
    raise ValueError(_FORMS)


class Attributes(Part):
    """Facts inside one column of `key: value` lines: for each canonical column the keys that may carry it."""

    column: str
    keys: dict[str, tuple[str, ...]]

    @model_validator(mode="before")
    @classmethod
    def _from_table(cls, value: Any) -> Any:
        if isinstance(value, Mapping) and "keys" not in value:
            return {"column": value.get("column"), "keys": {k: v for k, v in value.items() if k != "column"}}
        return value
