"""The questions that are left when all evidence is weighed: on columns, on words, on what the file does not say."""

from collections.abc import Iterator

from etl.contracts import folded
from etl.entities import ENTITIES, VOCABULARIES
from etl.learn.columns import Columns
from etl.learn.content import column_of, fits
from etl.learn.findings import Question

# Columns that are worth no question about a header that another one is asked for.
_LESSER = frozenset({"text", "reference", "group", "counterparty"})
_OF_THE_ORDER = frozenset({"order_total", "customer_name", "customer_email", "currency", "state", "payment_method"})


def questions_of(columns: Columns) -> list[Question]:
    """The questions on columns and words, those first that nothing works without."""
    required = ENTITIES[columns.entity].required
    free = [
        p for p in columns.profiles
        if folded(p.name) not in columns.used and not p.is_empty and not p.name.startswith("#")
    ]  # fmt: skip
    given = {"acquirer"}
    for canonical in required:
        if canonical not in {*columns.found, *columns.asked, *given} and f"columns.{canonical}" not in columns.answers:
            can_be = [p for p in free if fits(column_of(columns.entity, canonical), p)]
            columns.ask(canonical, can_be, "nothing in the file says which")
    asked = []
    wanted = {p.position for c, (found, _) in columns.asked.items() if c not in _LESSER for p in found}
    for canonical, (candidates, why) in columns.asked.items():
        free_ones = [p for p in candidates if canonical not in _LESSER or p.position not in wanted]
        open_ones = [p for p in free_ones if folded(p.name) not in columns.used]
        if open_ones or canonical in required:
            choices = (*dict.fromkeys(p.name for p in open_ones), *_same_for_all(columns, canonical))
            told = "; ".join(f"{p.name}: {p.told}" for p in open_ones)
            is_needed = " (it cannot be read without)" if canonical in required else ""
            asked.append(
                Question(f"columns.{canonical}", f"which column is {canonical}{is_needed}? {why}", choices, told)
            )
    asked.sort(key=lambda q: q.key.removeprefix("columns.") not in required)
    return [*_parts_of(columns), *asked, *_word_questions(columns)]


def _parts_of(columns: Columns) -> Iterator[Question]:
    """Lines of orders, and nothing of the orders themselves: a second file may have that."""
    said = {*columns.found, *columns.asked}
    if columns.entity == "orders" and "part" not in columns.answers and not said & _OF_THE_ORDER:
        asks = "the file says nothing of the orders but their lines: is the rest in another file?"
        yield Question("part", asks, ("lines", "whole"))


def _same_for_all(columns: Columns, canonical: str) -> tuple[str, ...]:
    """The words of which one may stand for every row, where a kind is needed."""
    column = column_of(columns.entity, canonical)
    is_needed = canonical in ENTITIES[columns.entity].required
    return tuple(f"= {word}" for word in VOCABULARIES.get(column.type, ())) if is_needed else ()


def _word_questions(columns: Columns) -> Iterator[Question]:
    for canonical, one in columns.found.items():
        column = column_of(columns.entity, canonical)
        for word, ours in one.words.items():
            if not ours and f"values.{canonical}.{word}" not in columns.answers:
                asks = f"what is the {canonical} {word!r}?"
                yield Question(f"values.{canonical}.{word}", asks, VOCABULARIES[column.type])
