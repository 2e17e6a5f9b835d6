"""Read company.toml. What cannot be used is a ConfigError: the key, its line, what was read, what is expected."""

import hashlib
import re
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ValidationError

from etl.company.model import Company
from etl.company.places import dotted, line_of
from etl.errors import ConfigError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

MAX_BYTES = 1_000_000
# Characters of a wrong value that an error repeats.
MAX_SHOWN = 60


def load(path: Path) -> Company | None:
    """The company of a company.toml, or None where there is no such file: a run then stages only, and says so."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError("CONFIG_SYNTAX", path=path.name, line=1, detail=str(error.strerror)) from error
    return parse(content, path.name)


def parse(content: bytes, name: str = "company.toml") -> Company:
    """The company of the bytes of a company.toml. The first wrong line is the error; `others` are the further ones."""
    if len(content) > MAX_BYTES:
        raise ConfigError("CONFIG_SYNTAX", path=name, line=1, detail=f"> {MAX_BYTES} bytes")
    try:
        text = content.decode("utf-8-sig")
        data = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ConfigError("CONFIG_SYNTAX", path=name, line=line, detail="UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError("CONFIG_SYNTAX", path=name, line=_syntax_line(text, error), detail=str(error)) from error
    context = {"text": text, "sha256": hashlib.sha256(content).hexdigest()}
    try:
        return Company.model_validate(data, context=context)
    except ValidationError as invalid:
        errors = [_config_error(e, name, text) for e in invalid.errors(include_url=False)]
    errors.sort(key=lambda e: int(str(e.facts["line"])))
    errors[0].facts["others"] = tuple(errors[1:])
    raise errors[0]


def language_hint(path: Path) -> Literal["da", "en"]:
    """The language company.toml asks for, read even where the file is wrong otherwise; Danish where it does not say."""
    try:
        text = path.read_text("utf-8-sig", errors="replace")
    except OSError:
        return "da"
    found = re.search(r"""^\s*language\s*=\s*["'](da|en)["']""", text, re.MULTILINE)
    return "en" if found and found[1] == "en" else "da"


def _syntax_line(text: str, error: tomllib.TOMLDecodeError) -> int:
    """The line of a syntax error. TOML puts what is missing at the end of the document after its last line."""
    found = re.search(r"line (\d+)", str(error))
    return int(found[1]) if found else text.count("\n") + 1


def _config_error(error: "ErrorDetails", name: str, text: str) -> ConfigError:
    """Our error of one of pydantic's."""
    from etl.company.describe import expectation, known_keys  # makes the whole schema, which only an error needs

    path = tuple(part for part in error["loc"] if part != "[key]")
    facts: dict[str, Any] = {"path": name, "line": line_of(text, path), "key": dotted(path)}
    if error["type"] == "extra_forbidden":
        known = known_keys(path[:-1])
        near = get_close_matches(str(path[-1]), known, 1, 0.5)
        return ConfigError(
            "CONFIG_KEY_UNKNOWN", **facts, value=str(path[-1]), expected=near[0] if near else ", ".join(known)
        )
    expected = error.get("ctx", {}).get("expected") if error["type"] == "expected" else expectation(path)
    if error["type"] == "missing":
        return ConfigError("CONFIG_KEY_MISSING", **facts, value="", expected=expected)
    return ConfigError("CONFIG_INVALID", **facts, value=_written(error["input"]), expected=expected)


def _written(value: object) -> str:
    """A value as TOML writes it, cut where it is long."""
    written = str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else str(value)
    return written if len(written) <= MAX_SHOWN else written[: MAX_SHOWN - 1] + "…"
