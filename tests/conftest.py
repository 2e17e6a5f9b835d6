"""What every test may use: the samples, the generator, and one seed for everything that is random.

`HYPOTHESIS_SEED=N` repeats a run of the random tests, `ETL_EXAMPLES=N` says how many examples each tries, and
`ETL_PROFILE=long` chooses the long profile. All three are printed in the first lines of a run.
"""

import os
import secrets
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from etl import store

# Tests run side by side on the cores already and their data is small; that two threads agree is tested by itself.
store.CONFIG["threads"] = "1"

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
EXAMPLES = {"quick": 60, "long": 5000}
PROFILE = os.environ.get("ETL_PROFILE", "quick")
# The processes of pytest-xdist inherit it, so that they agree on what there is to run.
SEED = os.environ.setdefault("HYPOTHESIS_SEED", str(secrets.randbelow(2**32)))

for _name, _examples in EXAMPLES.items():
    settings.register_profile(
        _name,
        max_examples=int(os.environ.get("ETL_EXAMPLES", _examples)),
        derandomize=False,  # which is the default of a CI run
        deadline=None,  # two cores that others use too: time says nothing about the code
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
        database=None,  # a seed repeats a run; what an earlier run found does not get in
        print_blob=True,
    )
settings.load_profile(PROFILE)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Give hypothesis its seed, unless the command line did."""
    if config.getoption("--hypothesis-seed", None) is None:
        config.option.hypothesis_seed = SEED


def pytest_report_header() -> str:
    """What repeats this run."""
    return f"random tests: ETL_PROFILE={PROFILE} ETL_EXAMPLES={settings().max_examples} HYPOTHESIS_SEED={SEED}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests counted (`record_property("figures", ...)`), one line each."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, value in getattr(report, "user_properties", ()):
                if name == "figures" and report.when == "call":
                    terminalreporter.write_line(f"{report.nodeid.rpartition('::')[2]}: {value}")


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of sample files as they came, one folder per system."""
    folder = SHARED / "samples"
    if not folder.is_dir():
        pytest.skip(f"no samples at {folder}")
    return folder


@pytest.fixture(scope="session")
def bench_generator() -> Path:
    """The generator of benchmark data; `company.toml` lies beside it."""
    script = SHARED / "bench" / "generate.py"
    if not script.is_file():
        pytest.skip(f"no generator at {script}")
    return script
