"""Items of test cases: versions, and what was started from them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from marksheet.domain import CaseVersion, Status
from marksheet.store.table import ConditionFailed
from tests import digitalocean_cases as cases

if TYPE_CHECKING:
    from marksheet.application import Application
    from marksheet.store.evaluation_cases import EvaluationCases

FIRST = replace(cases.CASE, version=1, total_runs=0, latest_runs=0)


@pytest.fixture
def store(app: Application) -> EvaluationCases:
    app.store.evaluation_cases.add_version(FIRST)
    return app.store.evaluation_cases


def test_a_version_is_found_as_it_was_added(store: EvaluationCases) -> None:
    assert store.find("acme", cases.CASE_ID) == FIRST
    bare = replace(cases.BARE_CASE, case_id="other", total_runs=0, latest_runs=0)
    store.add_version(bare)
    assert store.find("acme", "other", 1) == bare
    assert store.find("acme", "other", 2) is None
    assert store.find("umbrella", "other") is None


def test_versions_come_one_after_the_other(store: EvaluationCases) -> None:
    store.add_version(replace(FIRST, version=2, name="second"))
    with pytest.raises(ConditionFailed):
        store.add_version(replace(FIRST, version=2))
    with pytest.raises(ConditionFailed):
        store.add_version(replace(FIRST, version=4))
    found = store.find("acme", cases.CASE_ID)
    assert found is not None
    assert (found.version, found.name) == (2, "second")


def test_several_versions_are_found_at_once(store: EvaluationCases) -> None:
    store.add_version(replace(FIRST, version=2))
    wanted = [CaseVersion(cases.CASE_ID, n) for n in (2, 1, 1, 3)] + [CaseVersion("gone", 1)]
    found = store.find_many("acme", wanted)
    assert {asked.version: case.version for asked, case in found.items()} == {1: 1, 2: 2}


def test_what_was_started_is_counted_and_forgotten_once(app: Application, store: EvaluationCases) -> None:
    for number in range(3):
        evaluation = cases.evaluation(
            Status.PROCESSING,
            evaluation_id=f"eval-{number}",
            test_case=CaseVersion(cases.CASE_ID, 1),
            runs=(replace(cases.OVER.run, run_id=f"run-{number}"),),
        )
        app.store.evaluations.add(evaluation)
    assert store.evaluation_ids("acme", cases.CASE_ID, 1, 2) == ["eval-2", "eval-1"]
    assert store.evaluation_ids("acme", cases.CASE_ID, 2, 9) == []
    # A deletion that was cut short is repeated.
    for _ in range(2):
        store.forget("acme", "eval-1", CaseVersion(cases.CASE_ID, 1))
    found = store.find("acme", cases.CASE_ID)
    assert found is not None
    assert (found.total_runs, found.latest_runs) == (2, 2)
    assert store.evaluation_ids("acme", cases.CASE_ID, None, 9) == ["eval-2", "eval-0"]
