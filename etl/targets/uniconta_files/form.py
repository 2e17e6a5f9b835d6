"""How values are spelt in an import file: SQL for every cell, then the bytes.

Rows are formatted inside the database, because a hundred thousand of them would take seconds here. There the cells of
a row are put together with a separator that no cell contains; `to_bytes` encodes and then, in one pass, turns
separators into semicolons and line ends, and makes everything in the texts harmless that Uniconta's import may not
understand: it is not known to unquote, so a text never holds a semicolon, a quotation mark or a line end.
"""

import unicodedata
from dataclasses import dataclass
from typing import Any, cast

from etl.store import Store
from etl.targets.uniconta_files.layout import Column, Language, Layout, countries

DELIMITER = ";"
CELL_END, ROW_END = "\x1f", "\x1e"
_FORMULA = "^[\\x00-\\x20]*[=+@-]"
_FROM = bytes([0x1F, 0x1E, *b';"\t\n\r'])
_TO = b";\n,'   "
_CONTROLS = bytes(set(range(0x20)) - set(_FROM)) + b"\x7f"
_TRANSLATION = bytes.maketrans(_FROM, _TO)
# What Unicode does not decompose but a person would write so.
_NEAREST = str.maketrans(
    {"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "\u0131": "i", "\u2010": "-", "\u2011": "-", "\u2212": "-", "\u2032": "'"}
)


@dataclass(frozen=True, slots=True)
class Form:
    """How the company's files are written: setting.target. `date` is a strftime pattern.

    `is_neutralised`: texts that a spreadsheet would take for a formula get an apostrophe. Off unless set, since an ERP
    is no spreadsheet and `-50% SALE` is a text.
    """

    language: Language
    encoding: str
    decimal: str
    date: str
    is_neutralised: bool

    @classmethod
    def read(cls, store: Store) -> "Form":
        """The form that is set, with the usual one for what is not."""
        found: dict[str, Any] = next(iter(store.dicts("select * from setting.target")), {})
        return cls(
            language=cast("Language", found.get("language") or "da"),
            encoding=found.get("encoding") or "utf-8-sig",
            decimal=found.get("decimal") or ",",
            date=found.get("date") or "%d-%m-%Y",
            is_neutralised=bool(found.get("neutralise_formulas")),
        )

    def row_sql(self, layout: Layout) -> str:
        """A SQL expression for one row of the file: cells with separators, an empty cell where there is no value."""
        cells = ", ".join(f"coalesce({self._cell_sql(column)}, '')" for column in layout.columns)
        return f"concat_ws(chr({ord(CELL_END)}), {cells})"

    def to_bytes(self, text: str) -> bytes:
        """Rows with our separators as bytes of the file, CRLF after each."""
        raw = _encode(text.replace("\r\n", "\n"), self.encoding.removesuffix("-sig"))
        return raw.translate(_TRANSLATION, _CONTROLS).replace(b"\n", b"\r\n")

    @property
    def mark(self) -> bytes:
        """What the file begins with: the byte order mark, if the encoding has one."""
        return b"\xef\xbb\xbf" if self.encoding.endswith("-sig") else b""

    def _cell_sql(self, column: Column) -> str:
        source = column.source
        match column.kind:
            case _ if source is None:
                cell = "''"
            case "amount":
                cell = self._decimal_sql(f"{source}::decimal(18, 2)::varchar")
            case "quantity":
                # Whole ones are most, and quicker so. Any other has a point, so that no zero before it can go.
                other = self._decimal_sql(f"rtrim({source}::varchar, '0')")
                cell = f"case when {source} % 1 = 0 then {source}::bigint::varchar else {other} end"
            case "date":
                cell = f"strftime({source}, {_literal(self.date)})"
            case "boolean":
                cell = f"case {source} when true then '1' when false then '0' end"
            case "integer":
                cell = f"{source}::varchar"
            case "word":
                words = {key: word.of(self.language) for key, word in column.words.items()}
                cell = _choice_sql(f"lower({source})", words, "null")
            case "country":
                cell = _choice_sql(source, countries(), _clean_sql(source))
            case "text" | "key":
                cell = self._text_sql(source, column)
        return cell

    def _decimal_sql(self, number: str) -> str:
        return number if self.decimal == "." else f"replace({number}, '.', {_literal(self.decimal)})"

    def _text_sql(self, source: str, column: Column) -> str:
        text = _clean_sql(source)
        if column.kind == "text" and self.is_neutralised:
            apostrophe = _literal("'")
            text = f"case when regexp_matches({text}, {_literal(_FORMULA)}) then {apostrophe} || {text} else {text} end"
        if column.kind == "text" and column.max_length:
            most = column.max_length
            text = f"case when length({source}) >= {most} then left({text}, {most}) else {text} end"
        return text


def _clean_sql(text: str) -> str:
    """The text without blanks around it and without our separators; what else is in it is made harmless as bytes.

    Few texts need it, and asking is much quicker than doing it.
    """
    separators = [f"chr({ord(CELL_END)})", f"chr({ord(ROW_END)})"]
    is_odd = " or ".join(
        [f"starts_with({text}, ' ')", f"ends_with({text}, ' ')", *(f"contains({text}, {c})" for c in separators)]
    )
    cleaned = f"trim(replace(replace({text}, {separators[0]}, ''), {separators[1]}, ''))"
    return f"case when {is_odd} then {cleaned} else {text} end"


def _choice_sql(value: str, words: dict[str, str], otherwise: str) -> str:
    cases = " ".join(f"when {_literal(key)} then {_literal(word)}" for key, word in words.items())
    return f"case {value} {cases} else {otherwise} end"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _encode(text: str, encoding: str) -> bytes:
    """The text as bytes; a character that the encoding lacks becomes the nearest it has, else `?`."""
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate({ord(c): _nearest(c, encoding) for c in set(text)}).encode(encoding, "replace")


def _nearest(character: str, encoding: str) -> str:
    spellings = (character, character.translate(_NEAREST), unicodedata.normalize("NFKD", character))
    for spelling in spellings:
        plain = spelling if spelling == character else "".join(c for c in spelling if not unicodedata.combining(c))
        if plain and plain.encode(encoding, "ignore").decode(encoding) == plain:
            return plain
    return "?"
