"""The grammar of amounts, as SQL: which texts are numbers, and which number each is.

One grammar per contract: a decimal sign, perhaps a sign that groups the digits by three, a sign in front or a minus
behind, at most 15 digits before the decimal sign. More decimals than the type keeps are refused unless they are
zeros; exponents, underscores, other scripts' digits and NaN are no numbers. Nothing is rounded.

`decimal = "infer"`: the contract does not know, so the file must prove it. `12,50`, `1.234,50`, `1.234.567` and
`0,125` have one reading; `1.234` has two. A column whose other cells prove one sign is read by it; a column without
proof is read as the rest of the file; where the file does not prove one either, cells with one reading are read and
the others are refused.
"""

from dataclasses import dataclass

MONEY = 2
DECIMALS = {"amount": MONEY, "number": 6, "rate": 4, "exchange": 8}
EXAMPLES = {"amount": "1234.50", "number": "1234.5", "rate": "25.5", "exchange": "7.4605"}
# One sign with exactly three digits behind it and one to three before: a decimal sign or a thousands sign.
AMBIGUOUS = "[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}-?"
BLANKS = " \t\r\n\u00a0\u202f"
MOST_DIGITS = 15
MINOR_EXAMPLE = "123450"
_QUICK = f"decimal({MOST_DIGITS + 2}, 2)"


@dataclass(frozen=True, slots=True)
class Grammar:
    """How numbers are written. `decimal` None: not proven, so only cells with one reading are numbers."""

    decimal: str | None
    group: str = ""

    @property
    def readings(self) -> tuple["Grammar", ...]:
        """The grammars that a text may follow."""
        return (Grammar(".", ","), Grammar(",", ".")) if self.decimal is None else (self,)

    def pattern(self, decimals: int | None) -> str:
        """The regular expression of a number; `decimals` None: any number of them."""
        group = f"|[0-9]{{1,3}}(?:{_escaped(self.group)}[0-9]{{3}})+" if self.group else ""
        behind = "[0-9]+" if decimals is None else f"[0-9]{{1,{decimals}}}0*"
        number = f"(?:[0-9]+{group})(?:{_escaped(self.decimal or '.')}{behind})?"
        return f"[+-]?{number}|{number}-"

    def example(self, kind: str) -> str:
        """A number of that type as this grammar writes it."""
        return EXAMPLES[kind].replace(".", self.decimal or ".")


def _escaped(sign: str) -> str:
    return f"[{sign}]"


def literal(text: str) -> str:
    """A text of a contract as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def tidied(text: str) -> str:
    """The text without blanks round it, NULL where nothing is left."""
    return f"nullif(trim({text}, {literal(BLANKS)}), '')"


def number_sql(text: str, sql_type: str, decimals: int, grammar: Grammar) -> str:
    """The number that a text is, or NULL."""
    if grammar.decimal is None:
        either = ", ".join(number_sql(text, sql_type, decimals, reading) for reading in grammar.readings)
        return f"case when regexp_full_match({tidied(text)}, '{AMBIGUOUS}') then null else coalesce({either}) end"
    tidy = tidied(text)
    pointed = text if grammar.decimal == "." else f"replace({text}, ',', '.')"
    return (
        f"case when {_is_canonical(text, pointed, grammar)} then try_cast({pointed} as {sql_type})"
        f"{_is_whole(text, sql_type) if decimals != MONEY else ''}"
        f" when regexp_full_match({tidy}, {literal(grammar.pattern(decimals))})"
        f" then try_cast(try_cast({_canonical(tidy, grammar)} as decimal({MOST_DIGITS + decimals}, {decimals}))"
        f" as {sql_type}) end"
    )


def minor_sql(text: str, sql_type: str) -> str:
    """The amount that a whole number of øre or cents is, or NULL. Multiplied, for a division would not be exact."""
    tidy = tidied(text)
    whole = f"try_cast({tidy} as decimal({MOST_DIGITS + 2}, 0))"
    is_whole = f"regexp_full_match({tidy}, '[+-]?[0-9]{{1,{MOST_DIGITS}}}(?:[.]0+)?')"
    return f"case when {is_whole} then try_cast({whole} * 0.01::decimal(3, 2) as {sql_type}) end"


def _is_whole(text: str, sql_type: str) -> str:
    """Quantities are mostly this."""
    return f" when try_cast({text} as integer)::varchar = {text} then try_cast({text} as {sql_type})"


def _is_canonical(text: str, pointed: str, grammar: Grammar) -> str:
    """Two decimals, no grouping, no blank: nearly every amount, and five times as quick to see as by a pattern."""
    equal = f"try_cast({pointed} as {_QUICK})::varchar = {pointed}"
    return equal if grammar.decimal == "." else f"not contains({text}, '.') and {equal}"


def _canonical(tidy: str, grammar: Grammar) -> str:
    """A text that follows the grammar, as SQL writes numbers."""
    plain = f"replace({tidy}, {literal(grammar.group)}, '')" if grammar.group else tidy
    plain = f"replace({plain}, ',', '.')" if grammar.decimal == "," else plain
    return f"regexp_replace({plain}, '^(.*?)(-?)$', '\\2\\1')"


def reason_sql(text: str, decimals: int, grammar: Grammar) -> str:
    """The reason code for a text that is no number of the type."""
    tidy = tidied(text)
    fits = " or ".join(f"regexp_full_match({tidy}, {literal(g.pattern(decimals))})" for g in grammar.readings)
    longer = " or ".join(f"regexp_full_match({tidy}, {literal(g.pattern(None))})" for g in grammar.readings)
    cases = [f"when regexp_full_match({tidy}, '{AMBIGUOUS}') then 'AMOUNT_AMBIGUOUS'"] if not grammar.decimal else []
    cases += [f"when {fits} then 'AMOUNT_INVALID'", f"when {longer} then 'AMOUNT_TOO_PRECISE'"]
    return f"case {' '.join(cases)} else 'AMOUNT_INVALID' end"


def expected_sql(text: str, kind: str, grammar: Grammar) -> str:
    """What was expected: an example, or for an ambiguous text both its readings."""
    example = literal(grammar.example(kind))
    if grammar.decimal:
        return example
    tidy = tidied(text)
    both = f"regexp_replace({tidy}, '[.,]', '') || ' / ' || replace({tidy}, ',', '.')"
    return f"case when regexp_full_match({tidy}, '{AMBIGUOUS}') then {both} else {example} end"


def proof_sql(text: str) -> str:
    """Whether any cell of a column proves the decimal point, and whether any proves the decimal comma."""
    return ", ".join(f"bool_or(regexp_full_match({tidied(text)}, '{proof_pattern(d, g)}'))" for d, g in (".,", ",."))


def proof_pattern(decimal: str, group: str) -> str:
    """Texts that only a grammar with this decimal sign can read."""
    d, g = _escaped(decimal), _escaped(group)
    forms = (
        f"[0-9]{{1,3}}(?:{g}[0-9]{{3}})+{d}[0-9]+",  # both signs
        f"[0-9]{{1,3}}(?:{g}[0-9]{{3}}){{2,}}",  # the other sign groups more than once
        f"[0-9]+{d}(?:[0-9]{{1,2}}|[0-9]{{4,}})",  # not three digits behind
        f"(?:0[0-9]*|[0-9]{{4,}}){d}[0-9]+",  # not one to three digits before, or none but zeros
    )
    return f"[+-]?(?:{'|'.join(forms)})-?"


def inferred(proofs: list[tuple[bool | None, bool | None]]) -> list[Grammar]:
    """The grammar of each column from what the columns prove: (point, comma) of each."""
    file = (any(point for point, _ in proofs), any(comma for _, comma in proofs))
    return [_decided(column if any(column) else file) for column in proofs]


def _decided(proof: tuple[bool | None, bool | None]) -> Grammar:
    point, comma = map(bool, proof)
    if point == comma:
        return Grammar(None)
    return Grammar(".", ",") if point else Grammar(",", ".")
