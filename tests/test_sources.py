"""Every shipped source against its goldens: samples of invented rows, each beside what must become of it.

`golden/sources/<source>/<case>.<csv|xlsx|xml|txt>` and `<case>.expected.json`, worked out by hand from the file and the
rule; `why` says for what each row is there. See golden/sources/README.md.
"""

import json
from pathlib import Path

import pytest

from etl import contracts, golden

FOLDER = Path(__file__).parent / "golden" / "sources"
CASES = sorted(path for path in FOLDER.glob("*/*") if path.suffix != ".json" and path.is_file())
KNOWN = contracts.load()
# Their goldens are whole workspaces: golden/shopify, golden/accounting, and the samples of the examples.
ELSEWHERE = {"shopify_orders", *(n for n in KNOWN if n.startswith(("generic_", "uniconta_")))}


@pytest.mark.parametrize("sample", CASES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_a_golden_becomes_what_was_worked_out(sample: Path) -> None:
    expected = json.loads(golden.expected_of(sample).read_text("utf-8"))
    told = golden.expectation(sample, KNOWN)
    assert not golden.differences(expected, told), "\n".join(golden.differences(expected, told))


@pytest.mark.parametrize("sample", CASES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_a_golden_says_why_it_is_there(sample: Path) -> None:
    expected = json.loads(golden.expected_of(sample).read_text("utf-8"))
    assert expected["why"], "each row is there for a reason: say it"
    assert expected.get("source", sample.parent.name) == sample.parent.name


def test_every_source_has_a_golden() -> None:
    lacking = KNOWN.keys() - {path.parent.name for path in CASES} - ELSEWHERE
    assert not lacking, sorted(lacking)


def test_every_golden_has_a_source() -> None:
    assert {path.parent.name for path in CASES} <= KNOWN.keys()
