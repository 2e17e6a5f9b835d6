"""Every shipped source against its goldens: samples of invented rows, each beside what must become of it.

`golden/sources/<source>/<case>.<csv|xlsx|xml|txt>` and `<case>.expected.json`, worked out by hand from the file and the
rule; `why` says for what each row is there. See golden/sources/README.md.
"""

from pathlib import Path

import pytest
from golden_sources import CASES, FOLDER, KNOWN, assert_same, expected_of, name_of, names, store

from etl import golden
from etl.store import Store

__all__ = ["store"]  # a fixture
# Their goldens are whole workspaces: golden/shopify, golden/accounting, and the samples of the examples.
ELSEWHERE = {"shopify_orders", *(name for name in KNOWN if name.startswith("uniconta_"))}


@pytest.mark.parametrize("sample", CASES, ids=names(CASES))
def test_a_golden_becomes_what_was_worked_out(sample: Path, store: Store) -> None:
    assert_same(store, sample, sample)


@pytest.mark.parametrize("sample", CASES, ids=names(CASES))
def test_a_golden_says_why_it_is_there(sample: Path) -> None:
    expected = expected_of(sample)
    assert expected["why"], "each row is there for a reason: say it"
    assert expected.get("source", sample.parent.name) == sample.parent.name


def test_every_source_has_a_golden_and_every_golden_a_source() -> None:
    folders = {path.parent.name for path in CASES}
    lacking = KNOWN.keys() - folders - ELSEWHERE
    assert not lacking, sorted(lacking)
    assert folders <= KNOWN.keys()
    assert not folders & ELSEWHERE, "it has goldens now: take it off the list"


def test_every_expectation_has_its_sample() -> None:
    """Two samples of one name would share an expectation; one without a sample is compared with nothing."""
    expectations = sorted(FOLDER.glob("*/*.json"))
    assert [golden.expected_of(sample) for sample in CASES] == expectations


def test_a_file_leaves_the_database_as_it_was(store: Store) -> None:
    """So that what a golden becomes does not depend on which was tried before it."""
    sample = next(path for path in CASES if expected_of(path).get("rows"))
    first = golden.expectation(sample, KNOWN, store=store)
    assert golden.expectation(sample, KNOWN, store=store) == first == golden.expectation(sample, KNOWN), name_of(sample)
    assert store.rows("from staging.files") == []
