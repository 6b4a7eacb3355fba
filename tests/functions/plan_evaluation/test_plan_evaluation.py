from __future__ import annotations

import json
from typing import Any

import pytest
from plan_evaluation.handler import handler

from marksheet import evaluations
from marksheet.application import Application
from marksheet.domain import Caller
from marksheet.errors import EvaluationStopped
from marksheet.evaluations import CreateEvaluation


def test_the_answer_names_the_manifest_and_how_many_lanes_it_has(
    deployed: Application, caller: Caller, deployment: Any, load_event: Any, context: Any
) -> None:
    deployment.recorded("a", {"q1": "1"})
    new = CreateEvaluation("a", deployment.benchmark(10).benchmark_id)
    evaluation = evaluations.create(deployed, caller, new)
    event = load_event("plan_evaluation", "first_attempt") | {"evaluation_id": evaluation.evaluation_id}
    answer = handler(event, context)
    assert answer["lanes"] == 2
    assert answer["manifest"]["bucket"] == "marksheet-test-data"
    manifest = json.loads(deployed.store.objects.read(answer["manifest"]["key"]))
    assert [lane["lane"] for lane in manifest] == [1, 2]


def test_an_unknown_evaluation_stops_the_execution(
    deployed: Application, load_event: Any, context: Any
) -> None:
    with pytest.raises(EvaluationStopped):
        handler(load_event("plan_evaluation", "first_attempt"), context)
