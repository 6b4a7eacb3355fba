from __future__ import annotations

from typing import Any

from score_shard.handler import handler

from marksheet import evaluations
from marksheet.application import Application
from marksheet.domain import Caller, Counts
from marksheet.evaluations import CreateEvaluation


def test_a_lane_of_the_manifest_is_worked_through(
    deployed: Application, caller: Caller, deployment: Any, execution: Any, load_event: Any, context: Any
) -> None:
    deployment.recorded("a", {f"q{n}": str(n) for n in range(1, 11)})
    new = CreateEvaluation("a", deployment.benchmark(10).benchmark_id)
    evaluation = evaluations.create(deployed, caller, new)
    execution.plan(evaluation)
    event = load_event("score_shard", "one_lane") | {"evaluation_id": evaluation.evaluation_id}
    assert handler(event, context) == {"finished": True, "wait_seconds": 0}
    run = evaluations.get(deployed, caller, evaluation.evaluation_id).runs[0]
    assert run.counts == Counts(right=10)


def test_a_lane_of_a_deleted_evaluation_is_finished(
    deployed: Application, load_event: Any, context: Any
) -> None:
    assert handler(load_event("score_shard", "one_lane"), context)["finished"] is True
