"""The goldens of the sources: their samples, the contracts they are tried with, and what a test compares.

`golden/sources/README.md` says what they are.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from etl import contracts, golden
from etl.contracts import Identified
from etl.errors import FileRejected
from etl.identify import identify
from etl.store import Store

FOLDER = Path(__file__).parent / "golden" / "sources"
CASES = sorted(path for path in FOLDER.glob("*/*") if path.suffix != ".json" and path.is_file())
KNOWN = contracts.load()


def name_of(sample: Path) -> str:
    """A golden as people call it: its source and its file."""
    return f"{sample.parent.name}/{sample.name}"


def names(samples: Iterable[Path]) -> list[str]:
    """The goldens' names, for pytest."""
    return [name_of(sample) for sample in samples]


def identified(path: Path) -> Identified | None:
    """What a golden is found to be; None where it is refused before that, as its expectation says."""
    try:
        return identify(path, KNOWN)
    except FileRejected:
        return None


def is_markup(path: Path) -> bool:
    """Does its text begin as XML does?"""
    return path.read_bytes().lstrip(b"\xef\xbb\xbf \r\n")[:1] == b"<"


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    """One database for all the files of a module: each leaves it as it was."""
    with golden.scratch() as opened:
        yield opened


def expected_of(sample: Path) -> golden.Expectation:
    """What was worked out for a sample."""
    told = json.loads(golden.expected_of(sample).read_text("utf-8"))
    assert isinstance(told, dict)
    return told


def assert_same(store: Store, sample: Path, other: Path, left_out: Sequence[int] = ()) -> None:
    """The other file becomes what is expected of the sample; records that say nothing may have been left out."""
    expected = expected_of(sample)
    for row in [*expected.get("rows", []), *expected.get("rejects", [])]:
        row["source_record"] -= sum(record < row["source_record"] for record in left_out)
    skipped = expected.get("skipped", [])
    expected["skipped"] = [record - sum(blank < record for blank in left_out) for record in skipped]
    differing = golden.differences(expected, golden.expectation(other, KNOWN, store=store))
    assert not differing, "\n".join(differing)
