from __future__ import annotations

from typing import Any

import pytest
from finish_evaluation.handler import handler

from marksheet import evaluations
from marksheet.application import Application
from marksheet.domain import Caller
from marksheet.evaluations import CreateEvaluation


@pytest.mark.parametrize(("scored", "status"), [(True, "READY"), (False, "FAILED")])
def test_the_answer_is_the_status_the_evaluation_got(
    deployed: Application,
    caller: Caller,
    deployment: Any,
    execution: Any,
    load_event: Any,
    context: Any,
    scored: bool,
    status: str,
) -> None:
    deployment.recorded("a", {"q1": "1"})
    new = CreateEvaluation("a", deployment.benchmark(1).benchmark_id)
    evaluation = evaluations.create(deployed, caller, new)
    lanes = execution.plan(evaluation)
    if scored:
        execution.score(lanes)
    event = load_event("finish_evaluation", "first_attempt") | {"evaluation_id": evaluation.evaluation_id}
    assert handler(event, context) == {"status": status}
