"""`docs/sources.md`, made from the shipped contracts: what each can read, cannot tell, and where people export it.

`python -m etl.contracts.sources_doc` prints it. The generic formats and the ERP's own exports are in `formats`.
"""

import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping

from etl.contracts import load
from etl.contracts.model import Contract
from etl.contracts.writing import Controls, Reading

_HEAD = """# Sources

Made from `schemas/sources/` by `etl.contracts.sources_doc`; change it there. A test keeps it fresh (`ETL_REGENERATE=1`
writes it anew).

What is read of which system, where it is exported, what the export cannot tell and what is done about that. Each source
is one file, to which its name leads; [contracts.md](contracts.md) tells how to read it. A format for everything else,
and Uniconta's own exports: [formats.md](formats.md).

- **evidence**: `sample`, a real file was seen; `documented`, only its description, so that a column may be named
  otherwise. Such a file is then rejected with the name that is missing, never guessed.
- **written as**: `table` is CSV in any dialect, or the same table as a spreadsheet (XLSX, XLS, Excel's XML);
  `spreadsheet` where the system writes that itself.
- **control totals**: what the file states of itself and its rows must come to; what differs is told, and its payouts
  are held.
- In *reads*, `ours` ← `theirs`: `/` stands between synonyms, of which a file has one; `else` before what is taken where
  the cell is empty; `&` between cells that are joined, `plus` and `less` between those that are added up; `(part)` is a
  part of the cell.
"""
_ELSEWHERE = ("generic", "Uniconta")
_WIDTH = 150
_HARD = "\u00a0"
_PARTS = {
    "head": ", without their lines, which another file has",
    "lines": ", the lines alone; another file has the rest",
}


def sources_markdown(contracts: Mapping[str, Contract]) -> str:
    """The whole document: a section for each system, in alphabetical order."""
    systems: dict[str, list[Contract]] = {}
    for contract in contracts.values():
        if contract.system not in _ELSEWHERE:
            systems.setdefault(contract.system.partition(" (")[0], []).append(contract)
    names = sorted(systems, key=str.casefold)
    return _HEAD + "".join(part for name in names for part in _system(name, systems[name]))


def _system(name: str, contracts: Iterable[Contract]) -> Iterator[str]:
    used = [contract for contract in contracts if contract.refuse is None]
    refused = [contract for contract in contracts if contract.refuse]
    yield f"\n## {name}\n"
    if used:
        yield "\n| source | holds | exported by | evidence | written as | control totals |\n|---|---|---|---|---|---|\n"
        yield from map(_row, used)
    for contract in used:
        yield from _cannot_tell(contract)
    if refused:
        yield "\n| recognised and refused | what it is | evidence | instead |\n|---|---|---|---|\n"
        yield from map(_refused, refused)
    for contract in used:
        yield f"\n{_wrapped(_reads(contract))}\n"


def _row(contract: Contract) -> str:
    kinds = contract.about.kinds or contract.entity.replace("_", " ")
    cells = [
        _link(contract),
        kinds + _PARTS.get(contract.part, ""),
        contract.about.menu or "not verified",
        contract.evidence,
        _forms(contract),
        ", ".join(_controls(contract.controls)) or "-",
    ]
    return f"| {' | '.join(map(_cell, cells))} |\n"


def _refused(contract: Contract) -> str:
    instead = contract.refuse.en if contract.refuse else ""
    menu = f" ({contract.about.menu})" if contract.about.menu else ""
    cells = [_link(contract), contract.about.kinds + menu, contract.evidence, instead]
    return f"| {' | '.join(map(_cell, cells))} |\n"


def _link(contract: Contract) -> str:
    return f"[{contract.source}](../schemas/sources/{contract.source}.toml)"


def _cell(text: str) -> str:
    """A text as it may stand in a table."""
    return text.replace("|", "\\|").replace("\n", " ")


def _forms(contract: Contract) -> str:
    """What its files are."""
    found = []
    if contract.csv or (contract.table and not contract.xlsx):
        found.append("table")
    elif contract.xlsx:
        found.append("spreadsheet")
    if contract.xml:
        found.append(f"XML ({contract.xml.xsd})" if contract.xml.xsd else "XML")
    if contract.reader:
        found.append(f"text ({contract.reader})")
    return ", ".join(found)


def _controls(controls: Controls) -> Iterator[str]:
    """The control totals by name; `balance_payouts` is none, but says what a payout covers."""
    for name, value in controls.model_dump(exclude={"balance_payouts"}).items():
        if value:
            yield name.replace("_", " ") + (f" ({value})" if name == "stated_total" else "")


def _cannot_tell(contract: Contract) -> Iterator[str]:
    if contract.about.cannot_tell:
        yield f"\nWhat `{contract.source}` cannot tell, and what is done about it:\n\n"
        for question, answer in contract.about.cannot_tell.items():
            yield f"- {question}: {answer}\n"


def _reads(contract: Contract) -> str:
    """One paragraph: each of our columns and what it is read from, what is made of what, and what is left out."""
    parts = [f"{_code(name)} ← {_from(reading)}" for name, reading in contract.columns.items()]
    if contract.attributes:
        where = _code(contract.attributes.column)
        parts += [
            f"{_code(name)} ← {where}: {_codes(words, ' / ')}" for name, words in contract.attributes.keys.items()
        ]
    for name, word in contract.constants.items():
        parts.append(f"{_code(name)} is {'else ' if name in contract.columns else ''}{_code(word)}")
    told = f"{_code(contract.source)} reads {'; '.join(parts)}."
    if contract.fan_out:
        told += f" Each filled cell of {_codes(contract.fan_out.columns)} is a row."
    if contract.skip:
        rows = (f"{_code(column)} is {_skipped(words)}" for column, words in contract.skip.items())
        told += f" Rows are left out where {' or '.join(rows)}."
    return told


def _from(reading: Reading) -> str:
    """What a column is read from."""
    if reading.is_sum:
        less = f"less {_codes(reading.less or (), ' less ')}" if reading.less else ""
        told = f"{_codes(reading.names, ' plus ')} {less}".strip()
    else:
        told = _codes(reading.names, ", else " if reading.by_value else " & " if reading.join else " / ")
    if reading.position > 1:
        told += f" (number {reading.position} of that name)"
    if reading.pattern:
        told += " (part)"
    if reading.negative_when:
        told += (
            f" (negative where {_codes(reading.negative_when.header, ' / ')} is {_codes(reading.negative_when.words)})"
        )
    return told


def _skipped(words: Iterable[str]) -> str:
    return ", ".join(_code(word) if word else "empty" for word in words)


def _codes(words: Iterable[str], between: str = ", ") -> str:
    return between.join(map(_code, words))


def _code(word: str) -> str:
    """A word as it is written, which no line may break in."""
    return f"`{word.replace(' ', _HARD)}`"


def _wrapped(text: str) -> str:
    lines = textwrap.fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
    return lines.replace(_HARD, " ")


if __name__ == "__main__":
    sys.stdout.write(sources_markdown(load()))
