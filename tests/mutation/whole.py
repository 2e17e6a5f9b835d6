"""What other tests share between them, tried in one test each: for mutmut, which asks which tests run a function.

A fixture of a module runs in the first test that uses it; mutmut would then run that one only.
"""

import pytest
import test_solver
import test_vat_decision_cases as cases
from test_solver import snapshot  # noqa: F401 - a fixture

from etl import vat_cases
from etl.store import Store


def test_every_decision_case() -> None:
    inputs = [{name: value for name, value in case.items() if name not in cases.NOT_INPUTS} for case in cases.CASES]
    for case, answer in zip(cases.CASES, vat_cases.decide(inputs), strict=True):
        cases.test_case(case, {case["case"]: answer})


def test_every_explanation_of_a_run(snapshot: Store, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    test_solver.test_a_run_names_what_explains_and_the_verdict_stays(snapshot)
    test_solver.test_the_finding_points_at_it_and_stops_nothing(snapshot)
    test_solver.test_why_and_held_tell_it(snapshot, capsys)
