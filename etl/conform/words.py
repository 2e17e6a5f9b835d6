"""Texts, dates, truths and words of closed sets, as SQL."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from etl.conform.amounts import BLANKS, literal, tidied

# Control characters, and the line and paragraph separators that some programs take for them.
_CONTROL = r"[\x00-\x1f\x7f\x{80}-\x{9f}\x{2028}\x{2029}]"
_BLANK = r"[ \x{a0}\x{202f}]"
_UNTIDY = f"^{_BLANK}|{_BLANK}$|{_CONTROL}"
EARLIEST, LATEST = "1990-01-01", "2101-01-01"
_EXAMPLE = datetime(2025, 11, 30, 14, 5, 9, tzinfo=UTC)


def text_sql(text: str) -> str:
    """The text with control characters as blanks and no blanks round it, NULL where nothing is left."""
    cleaned = f"nullif(trim(regexp_replace({text}, '{_CONTROL}', ' ', 'g'), {literal(BLANKS)}), '')"
    return f"case when regexp_matches({text}, '{_UNTIDY}') then {cleaned} else {text} end"


def unquoted_sql(text: str) -> str:
    """The text without the apostrophe that spreadsheets put before digits."""
    return f"case when starts_with({text}, '''') then nullif(substr({text}, 2), '') else {text} end"


def attribute_sql(text: str, keys: Sequence[str]) -> str:
    """The first filled value of one of the keys, out of `key: value` lines."""
    names = "|".join(re.escape(key) for key in keys)
    pattern = rf"(?im)^[ \t]*(?:{names})[ \t]*:[ \t]*(\S[^\r\n]*)"
    return f"nullif(regexp_extract({text}, {literal(pattern)}, 1), '')"


def word_sql(text: str, words: Mapping[str, str], *, otherwise: str) -> str:
    """Our word for theirs, whatever its case; `otherwise` is the SQL of what any other word becomes."""
    cases = " ".join(f"when {literal(theirs)} then {literal(ours)}" for theirs, ours in words.items())
    return f"case lower({tidied(text)}) {cases} else {otherwise} end" if cases else otherwise


def moment_sql(text: str, formats: Sequence[str], timezone: str) -> str:
    """The moment in the company's time zone by the first format that fits, NULL outside the years that can be meant.

    A format with `%z` or `%Z`, or with a final `Z`, says where on earth; any other is taken to be local time already.
    """
    zone = literal(timezone)
    with_offset = [f for f in formats if "%z" in f.replace("%Z", "%z")]
    in_utc = [f for f in formats if f.endswith("Z") and f not in with_offset]
    local = [f for f in formats if f not in with_offset and f not in in_utc]
    readings = []
    for cell in (text, tidied(text)):  # blanks round a date are rare, and looking for them is not free
        if local:
            readings.append(strptime_sql(cell, local))
        if with_offset:
            readings.append(f"timezone({zone}, {strptime_sql(cell, with_offset)})")
        if in_utc:
            readings.append(f"timezone({zone}, timezone('UTC', {strptime_sql(cell, in_utc)}))")
    return f"case when {text} is not null then coalesce({', '.join(readings)}) end"


def strptime_sql(text: str, formats: Sequence[str]) -> str:
    """The moment by the first format that fits, or NULL."""
    patterns = ", ".join(map(literal, formats))
    return f"try_strptime({text}, {patterns if len(formats) == 1 else f'[{patterns}]'})"


def is_in_range(value: str) -> str:
    """Is the moment within the years that can be meant?"""
    return f"({value} >= timestamp '{EARLIEST}' and {value} < timestamp '{LATEST}')"


def date_example(formats: Sequence[str]) -> str:
    """How a date is written by the first of the formats."""
    return _EXAMPLE.strftime(formats[0]) if formats else ""
