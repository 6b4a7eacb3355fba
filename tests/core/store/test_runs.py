"""Runs are found by their own ids, for as long as their evaluation is there."""

from __future__ import annotations

from marksheet import evaluations
from marksheet.application import Application
from marksheet.assembling import CreateEvaluation
from marksheet.domain import Caller, Evaluation
from tests.deployment import Deployment


def compared(app: Application, caller: Caller, deployment: Deployment) -> Evaluation:
    benchmark = deployment.benchmark(2)
    for model_id in ("hasty", "careful"):
        deployment.recorded(model_id, {"q1": "1"})
    new = CreateEvaluation("hasty", benchmark.benchmark_id, model_id_2="careful")
    return evaluations.create(app, caller, new)


def test_a_run_leads_to_its_evaluation_and_its_place_in_it(
    app: Application, caller: Caller, deployment: Deployment
) -> None:
    evaluation = compared(app, caller, deployment)
    base, other = (run.run_id for run in evaluation.runs)
    found = app.store.runs.find("acme", [other, base, "no-such-run", base])
    assert {run_id: (place.evaluation_id, place.position) for run_id, place in found.items()} == {
        base: (evaluation.evaluation_id, 0),
        other: (evaluation.evaluation_id, 1),
    }


def test_another_organization_finds_nothing(app: Application, caller: Caller, deployment: Deployment) -> None:
    evaluation = compared(app, caller, deployment)
    assert app.store.runs.find("umbrella", [evaluation.runs[0].run_id]) == {}


def test_the_runs_of_a_deleted_evaluation_are_gone(
    app: Application, caller: Caller, deployment: Deployment
) -> None:
    evaluation = compared(app, caller, deployment)
    evaluations.delete(app, caller, evaluation.evaluation_id)
    assert app.store.runs.find("acme", [run.run_id for run in evaluation.runs]) == {}
