"""What a cell's text says before it is a value, as SQL: words for nothing, signs round numbers, parts, sums."""

from collections.abc import Sequence

from etl.conform.amounts import MOST_DIGITS, Grammar, literal, number_sql, tidied

# What a spreadsheet's reader puts before an id of more digits than the spreadsheet keeps.
LOST = "\ufffd"


def unless_lost_sql(text: str) -> str:
    """The text, NULL where the spreadsheet lost digits of it."""
    return f"case when starts_with({text}, {literal(LOST)}) then null else {text} end"


def is_word_sql(text: str, empty: Sequence[str]) -> str:
    """The text, NULL where it is one of the words that say nothing."""
    if not empty:
        return text
    words = ", ".join(literal(word.casefold()) for word in empty)
    return f"case when lower(trim({text})) in ({words}) then null else {text} end"


def number_text_sql(text: str, strip: Sequence[str]) -> str:
    """The number without the texts that may stand at either end of it (a sign keeps its place), and with a plain minus.

    Longer texts go first, so that of `kr.` no point is left.
    """
    if not strip:
        return text
    signs = "|".join(_escaped(sign) for sign in sorted(strip, key=len, reverse=True))
    blank = "[ \\t\\x{a0}\\x{202f}]*"
    plain = f"replace({text}, {literal(chr(0x2212))}, '-')"
    front = literal(f"^{blank}([+-]?){blank}(?:{signs}){blank}([+-]?)")
    back = literal(f"{blank}(?:{signs}){blank}$")
    return f"nullif(regexp_replace(regexp_replace({plain}, {front}, '\\1\\2'), {back}, ''), '')"


def _escaped(text: str) -> str:
    return "".join(f"[{sign}]" if not sign.isalnum() and sign not in "^\\]" else sign for sign in text)


def joined_sql(texts: Sequence[str]) -> str:
    """The texts with one blank between them, what is empty left out."""
    parts = ", ".join(tidied(text) for text in texts)
    return f"nullif(concat_ws(' ', {parts}), '')"


def matched_sql(text: str, pattern: str) -> str:
    """The first group of the pattern's first match."""
    return f"nullif(regexp_extract({text}, {literal(pattern)}, 1), '')"


def negated_sql(text: str, sign: str, words: Sequence[str], positive: Sequence[str] = ()) -> str:
    """The amount with a minus where the other column says so; one that has a sign already is then no number.

    Where it is known which words leave it positive, any other word stands before the amount, which is then none.
    """
    listed, others = (", ".join(literal(word.casefold()) for word in said) for said in (words, positive))
    cases = f"when lower(trim({sign})) in ({listed}) then '-' || trim({text})"
    if positive:
        cases += (
            f" when coalesce(lower(trim({sign})), '') not in ({others}) then coalesce({sign}, '?') || ' ' || {text}"
        )
    return f"case {cases} else {text} end"


def sum_sql(plus: Sequence[str], less: Sequence[str], decimals: int, grammar: Grammar) -> str:
    """The exact sum as text, NULL where all cells are empty; where one is no number, what stands there instead."""
    sql_type = f"decimal({MOST_DIGITS + decimals}, {decimals})"
    cells = [*plus, *less]
    values = [number_sql(cell, sql_type, decimals, grammar) for cell in cells]
    wrong = " or ".join(f"({tidied(cell)} is not null and ({value}) is null)"
                        for cell, value in zip(cells, values, strict=True))  # fmt: skip
    signs = ["+"] * len(plus) + ["-"] * len(less)
    total = " ".join(f"{sign} coalesce({value}, 0)" for sign, value in zip(signs, values, strict=True))
    shown = f"concat_ws(' ; ', {', '.join(cells)})"
    nothing = " and ".join(f"{tidied(cell)} is null" for cell in cells)
    number = f"((0::decimal(38, {decimals})) {total})::varchar"
    return f"case when {nothing} then null when {wrong} then {shown} else {number} end"
