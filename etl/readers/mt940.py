"""MT940, the bank statement of SWIFT: tagged fields in text, one row for each entry (`:61:`) of each statement.

A field begins with its tag at the start of a line and goes on until the next one; whatever stands before the first
field of a statement (a banking network's envelope) says nothing. `:86:` behind an entry is its text, behind a balance
it is of the statement. What is not written as the rules say stays in its cell as it stands, so that its row is told
and not guessed; a statement without its balances is damage. Amounts are unsigned, as in the file, beside their mark
(C, D, RC, RD); years are given four digits.
"""

import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from etl.contracts import Contract
from etl.readers.careful import damaged
from etl.readers.grid import Record

HEADER = (
    "account", "statement", "statement reference", "currency", "opening mark", "opening balance", "closing mark",
    "closing balance", "value date", "entry date", "mark", "amount", "type", "customer reference", "bank reference",
    "details", "text",
)  # fmt: skip

_TAG = re.compile(r":([0-9]{2}[A-Z]?|NS):")
_END = re.compile(r"-(?:\}.*|X*)\s*")
_BALANCE = re.compile(r"(?P<mark>[CD])(?P<date>[0-9]{6})(?P<currency>[A-Z]{3})?(?P<amount>[0-9]+,[0-9]*)\s*")
_ENTRY = re.compile(
    r"(?P<value>[0-9]{6})(?P<entry>[0-9]{4})?(?P<mark>R?[CD])[A-Z]?(?P<amount>[0-9]+,[0-9]*)"
    r"(?P<type>[A-Z][A-Z0-9]{3})(?P<customer>.*?)(?://(?P<bank>.*))?\s*"
)
_BALANCES = ("60", "62")
_NO_REFERENCE = "NONREF"
# A line of this length was broken because it was full, not because the text had an end there.
_FULL_LINE = 65
_CENTURY = "20"
_DECEMBER, _JANUARY = "12", "01"


@dataclass(slots=True)
class _Entry:
    """An entry as it is being read: its line, the lines of `:61:` and those of the text behind it."""

    line: int
    said: list[str]
    text: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Statement:
    """The line it begins on, the fields that stand once, by tag without its letter, and its entries."""

    line: int
    fields: dict[str, str] = field(default_factory=dict)
    entries: list[_Entry] = field(default_factory=list)


def rows(text: str, contract: Contract) -> Iterator[Record]:
    """Every entry of every statement, in file order. FILE_DAMAGED where a statement lacks one of its balances."""
    del contract
    ordinal = 0
    seen: Counter[tuple[str, str]] = Counter()
    for statement in _statements(text):
        if lacking := [f":{tag}F:" for tag in _BALANCES if tag not in statement.fields]:
            raise damaged(statement.line, value=":20:", expected=lacking[0])
        facts = _facts(statement, seen)
        for entry in statement.entries:
            ordinal += 1
            cells = facts | _entry_facts(entry)
            yield Record(ordinal, entry.line, [cells.get(name, "") for name in HEADER])


def _statements(text: str) -> Iterator[_Statement]:
    """The statements of a file: each begins with `:20:`."""
    statement: _Statement | None = None
    for tag, line, lines in _fields(text):
        if tag == "20":
            if statement:
                yield statement
            statement = _Statement(line, {tag: lines[0]})
        elif statement is None:
            continue
        elif tag == "61":
            statement.entries.append(_Entry(line, lines))
        elif tag in {"86", "NS"} and statement.entries and "62" not in statement.fields:
            statement.entries[-1].text += lines
        else:
            statement.fields.setdefault(tag[:2], lines[0])
    if statement:
        yield statement


def _fields(text: str) -> Iterator[tuple[str, int, list[str]]]:
    """The fields of a file: tag, number of the line they begin on, their lines."""
    tag, begin = "", 0
    lines: list[str] = []
    for number, physical in enumerate(io.StringIO(text, newline=None), 1):
        line = physical.rstrip("\n")
        found = _TAG.match(line)
        if found or _END.fullmatch(line):
            if tag:
                yield tag, begin, lines
            tag, begin = (found[1], number) if found else ("", 0)
            lines = [line[found.end() :]] if found else []
        elif tag:
            lines.append(line)
    if tag:
        yield tag, begin, lines


def _facts(statement: _Statement, seen: Counter[tuple[str, str]]) -> dict[str, str]:
    """What all entries of a statement share. A number that an account's statements bear twice is numbered."""
    said = {tag: value.strip() for tag, value in statement.fields.items()}
    account, number = said.get("25", ""), said.get("28", "")
    seen[account, number] += 1
    again = seen[account, number]
    opening, closing = _balance(said.get("60", "")), _balance(said.get("62", ""))
    return {
        "account": account,
        "statement": number if again == 1 else f"{number} ({again})",
        "statement reference": said.get("20", ""),
        "currency": opening["currency"] or closing["currency"],
        "opening mark": opening["mark"],
        "opening balance": opening["amount"],
        "closing mark": closing["mark"],
        "closing balance": closing["amount"],
    }


def _balance(said: str) -> dict[str, str]:
    """A balance: its mark, currency and amount; one that is not written so stands whole as its amount."""
    found = _BALANCE.fullmatch(said)
    if found is None:
        return {"mark": "", "currency": "", "amount": said}
    return {"mark": found["mark"], "currency": found["currency"] or "", "amount": _amount(found["amount"])}


def _entry_facts(entry: _Entry) -> dict[str, str]:
    """What one entry says; one that is not written as the rules say stands whole as its date and amount."""
    said = entry.said[0].strip()
    facts = {"details": _joined(entry.said[1:]), "text": _joined(entry.text)}
    found = _ENTRY.fullmatch(said)
    if found is None:
        return facts | {"value date": said, "amount": said}
    return facts | {
        "value date": _CENTURY + found["value"],
        "entry date": _entry_date(found["value"], found["entry"]),
        "mark": found["mark"],
        "amount": _amount(found["amount"]),
        "type": found["type"],
        "customer reference": _reference(found["customer"]),
        "bank reference": _reference(found["bank"] or ""),
    }


def _entry_date(value: str, entry: str | None) -> str:
    """The day of the entry (MMDD) with the year of its value date (YYMMDD), across a turn of the year if need be."""
    if entry is None:
        return ""
    year = int(_CENTURY + value[:2])
    months = (value[2:4], entry[:2])
    year += {(_JANUARY, _DECEMBER): -1, (_DECEMBER, _JANUARY): 1}.get(months, 0)
    return f"{year}{entry}"


def _amount(said: str) -> str:
    """An amount: its comma is always written, decimals behind it are not."""
    return said.removesuffix(",")


def _reference(said: str) -> str:
    return "" if said.strip() == _NO_REFERENCE else said.strip()


def _joined(lines: list[str]) -> str:
    """Lines as one text: a full line goes on in the next one, any other ends a word."""
    text = ""
    for line in lines:
        text += line if len(line) >= _FULL_LINE else f"{line} "
    return " ".join(text.split())
