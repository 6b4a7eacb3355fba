"""The route of an evaluation's rows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from marksheet import evaluations
from marksheet.assembling import CreateEvaluation
from marksheet.domain import Caller, Evaluation
from tests.nugen_cases import text, written

if TYPE_CHECKING:
    from marksheet.application import Application
    from tests.deployment import Deployment, Execution


@pytest.fixture
def compared(
    deployed: Application, caller: Caller, deployment: Deployment, execution: Execution
) -> Evaluation:
    """Two models of which either is right once where the other is not."""
    benchmark = deployment.benchmark(4)
    deployment.recorded("hasty", {"q1": "1", "q2": "two", "q3": "3", "q4": "four"})
    deployment.recorded("careful", {"q1": "1", "q2": "2", "q3": "three"})
    new = CreateEvaluation("hasty", benchmark.benchmark_id, model_id_2="careful")
    evaluation = evaluations.create(deployed, caller, new)
    assert execution.run(evaluation) == "READY"
    return evaluation


def path(evaluation: Evaluation) -> str:
    return f"/api/v3/evaluations/{evaluation.evaluation_id}/rows"


def settled(answer: Any, evaluation: Evaluation) -> str:
    """The answer without the id that is made by chance."""
    return written(answer).replace(evaluation.evaluation_id, "eval-xyz789")


def test_the_rows_below_a_bound_are_answered_with_their_value(
    compared: Evaluation, event: Any, call: Any
) -> None:
    answer = call(event("rows_filtered", rawPath=path(compared)))
    assert answer.status == 200
    assert settled(answer.json, compared) == text("rows_filtered.response")


def test_flips_are_answered_with_both_sides(compared: Evaluation, event: Any, call: Any) -> None:
    answer = call(event("rows_flips", rawPath=path(compared)))
    assert answer.status == 200
    assert settled(answer.json, compared) == text("rows_flips.response")


def test_filters_that_exclude_each_other_are_refused(compared: Evaluation, event: Any, call: Any) -> None:
    answer = call(event("rows_two_filters", rawPath=path(compared)))
    assert (answer.status, answer.json["detail"][0]["loc"]) == (422, ["query"])


def test_rows_are_those_of_the_results_file(compared: Evaluation, event: Any, call: Any) -> None:
    document = json.loads(call(event("download", rawPath=path(compared).replace("rows", "download"))).content)
    for model in ("base_model", "eval_model"):
        query = {"model_id": document[model]["model_id"]}
        rows = call(event("rows_filtered", rawPath=path(compared), queryStringParameters=query)).json
        assert [row["answers"][0] for row in rows["rows"]] == document[model]["detailed_results"]


def test_more_than_a_function_may_answer_is_refused_with_what_to_do(
    compared: Evaluation, event: Any, call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.LARGEST_ANSWER_BYTES", 200)
    answer = call(event("rows_filtered", rawPath=path(compared)))
    assert answer.status == 413
    assert "limit" in answer.json["detail"]
