"""Test cases where requests meet each other: changes and runs at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from marksheet import evaluation_datasets, test_cases
from marksheet.domain import CaseVersion
from marksheet.errors import Conflict, InvalidRequest, NotFound
from marksheet.test_cases import CaseFields, NewRuns

if TYPE_CHECKING:
    from marksheet.application import Application
    from marksheet.domain import Caller, EvaluationCase
    from tests.deployment import RecordedWorkflow


@pytest.fixture
def fields(app: Application, caller: Caller, deployment: Any) -> CaseFields:
    """What makes a test case of three questions; there is a model `tape` to run on it."""
    deployment.benchmark(3)
    deployment.recorded("tape", {"q1": "1"})
    (dataset,) = evaluation_datasets.list_all(app, caller)
    return CaseFields(name="case", dataset_id=dataset.dataset_id)


@pytest.fixture
def case(app: Application, caller: Caller, fields: CaseFields) -> EvaluationCase:
    return test_cases.create(app, caller, fields, "f")


def once(case: EvaluationCase) -> NewRuns:
    return NewRuns(case.case_id, ((("agent_uuids", 0), "tape"),))


def test_one_create_sent_twice_at_once_makes_one_test_case(
    app: Application, caller: Caller, fields: CaseFields
) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: test_cases.create(app, caller, fields, "f"), range(4)))
    assert len({each.case_id for each in made}) == 1
    assert len(test_cases.list_all(app, caller)) == 1


def test_one_run_sent_twice_at_once_is_one_run(
    app: Application, caller: Caller, case: EvaluationCase, workflow: RecordedWorkflow
) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: test_cases.run(app, caller, once(case), "r"), range(4)))
    assert len({evaluation.evaluation_id for (evaluation,) in made}) == 1
    assert len(set(workflow.started)) == 1
    assert test_cases.get(app, caller, case.case_id).total_runs == 1


def test_of_two_changes_at_once_one_is_told(
    app: Application, caller: Caller, case: EvaluationCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    test_cases.update(app, caller, case.case_id, CaseFields(name="first"))
    monkeypatch.setattr(test_cases, "get", lambda *_: case)
    with pytest.raises(Conflict):
        test_cases.update(app, caller, case.case_id, CaseFields(name="second"))


def test_a_test_case_keeps_the_benchmark_version_it_was_made_with(
    app: Application, caller: Caller, case: EvaluationCase, deployment: Any
) -> None:
    deployment.benchmark(4)
    (evaluation,) = test_cases.run(app, caller, once(case), "r")
    assert evaluation.benchmark.version == 1
    assert evaluation.test_case == CaseVersion(case.case_id, 1)
    assert evaluation.scorers == case.scorers


def test_what_a_run_was_started_from_is_stored_with_it(
    app: Application, caller: Caller, case: EvaluationCase
) -> None:
    (evaluation,) = test_cases.run(app, caller, once(case), "r")
    found = app.store.evaluations.find("acme", evaluation.evaluation_id)
    assert found is not None
    assert found.test_case == CaseVersion(case.case_id, 1)


def test_a_model_whose_answers_have_not_arrived_is_told_where_it_was_named(
    app: Application, caller: Caller, case: EvaluationCase
) -> None:
    from marksheet import models
    from marksheet.domain import ProviderName
    from marksheet.models import NewModel

    models.register(app, caller, NewModel("later", ProviderName.RECORDED, {}))
    new = NewRuns(case.case_id, ((("agent_deployment_names", 0), "later"),))
    with pytest.raises(InvalidRequest) as refused:
        test_cases.run(app, caller, new, "r")
    assert refused.value.problems[0].location == ("body", "agent_deployment_names", 0)


def test_another_organizations_test_case_is_not_found(
    app: Application, stranger: Caller, case: EvaluationCase
) -> None:
    with pytest.raises(NotFound):
        test_cases.get(app, stranger, case.case_id)
    with pytest.raises(InvalidRequest):
        test_cases.run(app, stranger, once(case), "r")


def test_a_list_tells_of_the_newest(
    app: Application, caller: Caller, fields: CaseFields, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(test_cases, "MOST_LISTED", 2)
    made = [test_cases.create(app, caller, replace(fields, name=name), name) for name in "abc"]
    assert test_cases.list_all(app, caller) == made[1:]
