"""What the state machine is told when an execution starts."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from marksheet import workflow
from marksheet.application import Application
from marksheet.domain import Caller, Evaluation
from marksheet.evaluations import CreateEvaluation, create
from marksheet.workflow import Workflow


@pytest.fixture
def evaluation(app: Application, caller: Caller, deployment: Any) -> Evaluation:
    deployment.recorded("model", {"q1": "1"})
    return create(app, caller, CreateEvaluation("model", deployment.benchmark(1).benchmark_id))


class Recorded:
    """Stands where the client of Step Functions is."""

    def __init__(self) -> None:
        self.given: list[tuple[str, dict[str, Any]]] = []

    def start_execution(self, *, stateMachineArn: str, name: str, input: str) -> None:
        assert stateMachineArn == "arn"
        self.given.append((name, json.loads(input)))


@pytest.mark.parametrize(
    ("logged", "attempt", "seconds"), [(False, 1, 0), (False, 2, 0), (True, 1, 2), (True, 2, 10)]
)
def test_only_a_logged_run_is_waited_for(
    evaluation: Evaluation, monkeypatch: pytest.MonkeyPatch, logged: bool, attempt: int, seconds: int
) -> None:
    recorded = Recorded()
    monkeypatch.setattr(workflow, "client", lambda service: recorded)
    Workflow("arn").start(replace(evaluation, logged=logged, attempt=attempt))
    ((name, given),) = recorded.given
    assert name == evaluation.evaluation_id + ("" if attempt == 1 else "-2")
    assert given == {
        "organization": "acme",
        "evaluation_id": evaluation.evaluation_id,
        "attempt": attempt,
        "stage": "answers",
        "wait_seconds": seconds,
    }
