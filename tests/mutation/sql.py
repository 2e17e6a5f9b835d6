"""Mutants of a model: its syntax tree with one thing changed, written out as SQL again.

A mutant's name is `model:number operation: what was changed`; the numbers stay the same as long as the model does. What
sqlglot writes of the unchanged tree has to pass every test too (`unchanged`): no mutant is killed by the writing.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import sqlglot
from sqlglot import exp

Change = Callable[[exp.Expr], exp.Expr | None]
# What is taken for a mistake of the same kind: the border of a comparison, the other of two, the sign.
_OTHER: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.LT: exp.LTE, exp.LTE: exp.LT, exp.GT: exp.GTE, exp.GTE: exp.GT, exp.EQ: exp.NEQ, exp.NEQ: exp.EQ,
    exp.And: exp.Or, exp.Or: exp.And, exp.Add: exp.Sub, exp.Sub: exp.Add, exp.Mul: exp.Add, exp.IntDiv: exp.Mul,
    exp.Mod: exp.IntDiv, exp.NullSafeEQ: exp.EQ, exp.NullSafeNEQ: exp.NEQ, exp.Min: exp.Max, exp.Max: exp.Min,
    exp.ArgMin: exp.ArgMax, exp.ArgMax: exp.ArgMin, exp.Greatest: exp.Least, exp.Least: exp.Greatest,
    exp.LogicalAnd: exp.LogicalOr, exp.LogicalOr: exp.LogicalAnd,
}  # fmt: skip

_MACRO = re.compile(r"^create or replace temp macro (?P<name>\w+)\([^)]*\) as(?P<body>[^;]+);", re.MULTILINE)
_CALLED_BY_MACROS = "from_ore("


class Mutant(NamedTuple):
    """A model with one thing changed: its name, the model's `NNN_name`, and the new text."""

    name: str
    stem: str
    sql: str


def unchanged(sql: str) -> str:
    """The model as sqlglot writes it: what a mutant is but for its change. The first comments, which direct, stay."""
    return _written(sql, _tree(sql))


def mutants(stem: str, sql: str) -> list[Mutant]:
    """Every mutant of a model. `stem` is `NNN_name`."""
    tree = _tree(sql)
    texts = sorted({node.name for node in tree.find_all(exp.Literal) if node.is_string})
    found, seen = list[Mutant](), {unchanged(sql)}
    for place, node in enumerate(tree.walk()):
        for what, change in _changes(node, texts):
            text = _changed(sql, tree, place, change)
            if text not in seen:
                seen.add(text)
                before = " ".join(node.sql("duckdb", comments=False).split())
                found.append(Mutant(f"{stem}:{len(found) + 1} {what}: {before[:110]}", stem, text))
    return found


def _tree(sql: str) -> exp.Expr:
    return sqlglot.parse_one(sql, dialect="duckdb")


def _written(sql: str, tree: exp.Expr) -> str:
    directives = [line for line in sql.splitlines() if line.startswith(("-- replaces:", "-- appends:", "-- view:"))]
    return "\n".join([*directives, tree.sql(dialect="duckdb", comments=False, pretty=True)])


def _changed(sql: str, tree: exp.Expr, place: int, change: Change) -> str:
    copy = tree.copy()
    node = next(node for at, node in enumerate(copy.walk()) if at == place)
    new = change(node)
    if new is not node:
        node.replace(new) if new is not None else node.pop()
    return _written(sql, copy)


def _changes(node: exp.Expr, texts: list[str]) -> Iterator[tuple[str, Change]]:
    yield from _of_operators(node)
    yield from _of_constants(node, texts)
    yield from _of_parts(node)
    yield from _of_clauses(node)


def _of_operators(node: exp.Expr) -> Iterator[tuple[str, Change]]:
    other = _OTHER.get(type(node))
    if other is not None and not (isinstance(node, exp.EQ) and _is_key_of_join(node)):
        yield f"{node.key} -> {other.key}", lambda old: _as(other, old)
    if isinstance(node, exp.And | exp.Or):
        yield f"right of {node.key} dropped", lambda old: old.this.copy()
        yield f"left of {node.key} dropped", lambda old: old.expression.copy()
    if isinstance(node, exp.Between):
        yield "lower bound excluded", lambda old: _between(old, exp.GT, exp.LTE)
        yield "upper bound excluded", lambda old: _between(old, exp.GTE, exp.LT)
    if isinstance(node, exp.Neg) and not isinstance(node.this, exp.Literal):
        yield "minus dropped", lambda old: old.this.copy()
    if isinstance(node, exp.Not):
        yield "not dropped", lambda old: old.this.copy()
    if isinstance(node, exp.Is) and not isinstance(node.parent, exp.Not):
        yield "is negated", lambda old: exp.Not(this=old.copy())


def _is_key_of_join(node: exp.Expr) -> bool:
    """Two columns that are equal in `on`: to turn that into unequal tries nothing that to drop it does not."""
    is_pair = isinstance(node.this, exp.Column) and isinstance(node.expression, exp.Column)
    return is_pair and isinstance(node.find_ancestor(exp.Join, exp.Select), exp.Join)


def _as(other: type[exp.Expr], old: exp.Expr) -> exp.Expr:
    """The same arguments under another operator; an order or a filter of an aggregate stays inside it."""
    return other(**{key: _copied(value) for key, value in old.args.items()})


def _copied(value: object) -> object:
    if isinstance(value, exp.Expr):
        return value.copy()
    return [_copied(one) for one in value] if isinstance(value, list) else value


def _between(old: exp.Expr, lower: type[exp.Expr], upper: type[exp.Expr]) -> exp.Expr:
    low = lower(this=old.this.copy(), expression=old.args["low"].copy())
    high = upper(this=old.this.copy(), expression=old.args["high"].copy())
    return exp.Paren(this=exp.And(this=low, expression=high))


def _of_constants(node: exp.Expr, texts: list[str]) -> Iterator[tuple[str, Change]]:
    if isinstance(node, exp.Boolean) and not isinstance(node.parent, exp.Join):
        yield "truth turned", lambda old: exp.Boolean(this=not old.this)
    if not isinstance(node, exp.Literal) or node.find_ancestor(exp.DataType) is not None:
        return
    if node.is_string and len(texts) > 1:
        other = texts[(texts.index(node.name) + 1) % len(texts)]
        yield f"text -> {other!r}", lambda _: exp.Literal.string(other)
    elif node.name.isdigit():
        yield "number + 1", lambda old: exp.Literal.number(int(old.name) + 1)
        if node.name != "0":
            yield "number - 1", lambda old: exp.Literal.number(int(old.name) - 1)


def _of_parts(node: exp.Expr) -> Iterator[tuple[str, Change]]:
    """An argument of coalesce, a branch of case or if, distinct, the direction of an order."""
    if isinstance(node, exp.Coalesce):
        for n in range(1 + len(node.expressions)):
            yield f"argument {n + 1} of coalesce dropped", partial(_coalesce_without, n=n)
    if isinstance(node, exp.Case):
        for n in range(len(node.args["ifs"])):
            yield f"branch {n + 1} of case dropped", partial(_case_without, n=n)
        if node.args.get("default"):
            yield "else of case dropped", partial(_case_without, n=None)
    if isinstance(node, exp.If) and not isinstance(node.parent, exp.Case):
        yield "if always", lambda old: old.args["true"].copy()
        yield "if never", lambda old: old.args["false"].copy() if old.args.get("false") else exp.Null()
    if isinstance(node, exp.Ordered):
        yield "order turned", _turned
    if isinstance(node, exp.Abs):
        yield "abs dropped", lambda old: old.this.copy()
    if isinstance(node, exp.Filter):
        yield "filter dropped", lambda old: old.this.copy()


def _coalesce_without(old: exp.Expr, n: int) -> exp.Expr:
    rest = [one.copy() for at, one in enumerate([old.this, *old.expressions]) if at != n]
    return rest[0] if len(rest) == 1 else exp.Coalesce(this=rest[0], expressions=rest[1:])


def _case_without(old: exp.Expr, n: int | None) -> exp.Expr:
    """The case without a branch (None: without else); what is left of one without branches is its else."""
    new = old.copy()
    if n is None:
        new.set("default", None)
        return new
    del new.args["ifs"][n]
    if new.args["ifs"]:
        return new
    return new.args["default"] or exp.Null()


def _turned(old: exp.Expr) -> exp.Expr:
    old.set("desc", not old.args.get("desc"))
    old.set("nulls_first", None)
    return old


def _of_clauses(node: exp.Expr) -> Iterator[tuple[str, Change]]:
    """A join's kind and condition, a where, distinct, a part of a union."""
    if isinstance(node, exp.Join) and (node.args.get("on") or node.args.get("using")):
        if node.side == "LEFT":
            yield "left join -> inner", lambda old: _set(old, side=None, kind="INNER")
        elif node.kind in {"INNER", ""} and not node.args.get("method"):
            yield "inner join -> left", lambda old: _set(old, side="LEFT", kind=None)
        if node.args.get("on") and not isinstance(node.args["on"], exp.And | exp.Boolean):
            yield "condition of join dropped", lambda old: _set(old, on=exp.true())
    if isinstance(node, exp.Where | exp.Qualify | exp.Having) and not isinstance(node.this, exp.And):
        yield f"{node.key} dropped", lambda _: None
    if isinstance(node, exp.Select) and node.args.get("distinct"):
        yield "distinct dropped", lambda old: _set(old, distinct=None)
    if isinstance(node, exp.Union):
        yield "right of union dropped", lambda old: _part(old, old.this)
        yield "left of union dropped", lambda old: _part(old, old.expression)


def _part(union: exp.Expr, part: exp.Expr) -> exp.Expr:
    """One side of a union, with the common tables of the whole."""
    new = part.copy()
    if union.args.get("with_") and not new.args.get("with_"):
        new.set("with_", union.args["with_"].copy())
    return new


def _set(old: exp.Expr, **args: object) -> exp.Expr:
    for key, value in args.items():
        old.set(key, value)
    return old


def macro_mutants(text: str, used: str) -> list[Mutant]:
    """Every mutant of the macros that the models in `used` call, themselves or by way of another; written as text.

    A macro's body is changed alone, and the file put together again round it.
    """
    found = list[Mutant]()
    for match in _MACRO.finditer(text):
        if not re.search(rf"\b{match['name']}\(", used + _CALLED_BY_MACROS):
            continue
        before, after = text[: match.start("body")], text[match.end("body") :]
        for one in mutants(match["name"], f"select {match['body']}"):
            found.append(Mutant(one.name, "macros", f"{before} {one.sql.removeprefix('SELECT').strip()}{after}"))
    return found
