from __future__ import annotations

import json
from typing import Any

import pytest
from fail_evaluation.handler import handler

from marksheet import evaluations
from marksheet.application import Application
from marksheet.domain import Caller, Evaluation, Status
from marksheet.evaluations import CreateEvaluation


@pytest.fixture
def running(deployed: Application, caller: Caller, deployment: Any) -> Evaluation:
    deployment.recorded("a", {"q1": "1"})
    new = CreateEvaluation("a", deployment.benchmark(1).benchmark_id)
    return evaluations.create(deployed, caller, new)


def test_a_caught_error_fails_the_evaluation(
    deployed: Application, caller: Caller, running: Evaluation, load_event: Any, context: Any
) -> None:
    event = load_event("fail_evaluation", "caught_error") | {"evaluation_id": running.evaluation_id}
    assert handler(event, context) == {"status": "FAILED"}
    assert evaluations.get(deployed, caller, running.evaluation_id).status is Status.FAILED


def test_an_execution_aborted_from_outside_fails_the_evaluation(
    deployed: Application, caller: Caller, running: Evaluation, load_event: Any, context: Any
) -> None:
    event = load_event("fail_evaluation", "aborted_execution")
    given = json.loads(event["detail"]["input"]) | {"evaluation_id": running.evaluation_id}
    event["detail"]["input"] = json.dumps(given)
    assert handler(event, context) == {"status": "FAILED"}
    failed = evaluations.get(deployed, caller, running.evaluation_id)
    assert failed.error is not None
    assert "stopped from outside" in failed.error


def test_nothing_is_left_to_fail_of_a_deleted_evaluation(
    deployed: Application, load_event: Any, context: Any
) -> None:
    assert handler(load_event("fail_evaluation", "caught_error"), context) == {"status": None}
