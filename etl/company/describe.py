"""The model in words: JSON Schema for editors, docs/config.md for people, and what an error says is expected.

python -m etl.company.describe     writes schemas/company.schema.json and docs/config.md of the repository it runs in
"""

import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from etl.company.model import Company

Node = dict[str, Any]


@cache
def _schema() -> Node:
    schema = Company.model_json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "company.toml",
        **{key: value for key, value in schema.items() if key != "title"},
    }


def schema_text() -> str:
    """The JSON Schema of company.toml, as committed in schemas/company.schema.json."""
    return json.dumps(_schema(), ensure_ascii=False, indent=2) + "\n"


def _resolved(node: Node) -> Node:
    """A node without references and without the alternative "not set"."""
    if "$ref" in node:
        return _resolved(_schema()["$defs"][node["$ref"].rpartition("/")[2]])
    for option in node.get("anyOf", ()):
        if option.get("type") != "null":
            return _resolved(option)
    return node


def _child(node: Node, part: str | int) -> Node:
    """The node of a key, an index or a free name below a node; {} where there is none."""
    node = _resolved(node)
    found = node.get("items") if isinstance(part, int) else node.get("properties", {}).get(part) or _free(node)
    return found if isinstance(found, dict) else {}


def _free(node: Node) -> Node:
    """The node of a table's values where its keys are free names; {} where they are not."""
    for found in (node.get("additionalProperties"), *node.get("patternProperties", {}).values()):
        if isinstance(found, dict):
            return found
    return {}


def _node(path: Sequence[str | int]) -> Node:
    node = _schema()
    for part in path:
        node = _child(node, part)
    return _resolved(node)


def expectation(path: Sequence[str | int]) -> str:
    """What a key takes, in a notation of no language: `skip | document`, `1 … 999999999`, `"5821"`."""
    return _notation(_node(path))


def known_keys(path: Sequence[str | int]) -> list[str]:
    """The keys of a table."""
    return list(_node(path).get("properties", {}))


def _notation(node: Node) -> str:
    node = _resolved(node)
    kind = node.get("type")
    example = f'"{node["examples"][0]}"' if "examples" in node else '"…"'
    if "enum" in node:
        return " | ".join(f'"{word}"' for word in node["enum"])
    if kind == "boolean":
        return "true | false"
    if kind == "integer":
        return f"{node['minimum']} … {node['maximum']}"
    if kind == "array":
        return f"[{_notation(node['items'])}, …]"
    if kind == "object":
        return "[…]" if "properties" in node else f"… = {_notation(_free(node))}"
    bounds = node.get("x-bounds") or (f"≤ {node['maxLength']}" if "maxLength" in node else "")
    return f"{example} ({bounds})" if bounds else example


def markdown_text() -> str:
    """docs/config.md: every key with its meaning, what it takes and its default."""
    parts = [_HEADER]
    for name, node in _schema()["properties"].items():
        parts.append(f"## {_heading(name, node)}\n\n{_meaning(node)}\n\n{_TABLE_HEADER}{_table(node)}")
    return "\n".join(parts)


def _heading(name: str, node: Node) -> str:
    node = _resolved(node)
    if node.get("type") == "array":
        return f"[[{name}]]"
    return f"[{name}]" if "properties" in node else f"[{name}.NAME]"


def _meaning(node: Node) -> str:
    """The description; the schema leaves out one that equals the type's."""
    return str(node.get("description") or _resolved(node)["description"])


def _table(node: Node) -> str:
    node = _resolved(node)
    if node.get("type") == "array":
        node = _resolved(node["items"])
    elif "properties" not in node:
        node = _resolved(_free(node))
    return "".join(_rows(node, ""))


def _rows(node: Node, prefix: str) -> Iterator[str]:
    required = node.get("required", ())
    for name, raw in node["properties"].items():
        child = _resolved(raw)
        key = f"{prefix}{name}"
        if "properties" in child:
            yield from _rows(_with_defaults(child, raw), f"{key}.")
            continue
        default = "must be set" if name in required else _default(raw.get("default"))
        takes = _notation(raw).replace("|", "\\|")  # a bar would end the cell
        yield f"| `{key}` | {_meaning(raw)} | `{takes}` | {default} |\n"


def _with_defaults(node: Node, raw: Node) -> Node:
    """A table's node in which the defaults of this place (b2b is not b2c) replace those of the type."""
    defaults = raw.get("default") or {}
    properties = {
        name: {**child, "default": defaults.get(name, child.get("default"))}
        for name, child in node["properties"].items()
    }
    return {**node, "properties": properties}


def _default(value: object) -> str:
    if value is None:
        return "none"
    if value in ("", [], {}):
        return "empty"
    return f"`{json.dumps(value, ensure_ascii=False)}`"


_TABLE_HEADER = "| key | meaning | takes | default |\n|---|---|---|---|\n"
_HEADER = """# company.toml

Made from `etl/company/model.py` by `python -m etl.company.describe`; change it there. An editor that knows JSON
Schema can use `schemas/company.schema.json`. Amounts are text in quotes. A key that is not here is an error that names
its line.

Default *none*: nobody but the company can answer. `etl lint` lists what is missing, and what needs it is held
until then.
"""


def main() -> None:
    """Write both files below the current folder."""
    Path("schemas/company.schema.json").write_text(schema_text(), "utf-8")
    Path("docs/config.md").write_text(markdown_text(), "utf-8")


if __name__ == "__main__":
    main()
