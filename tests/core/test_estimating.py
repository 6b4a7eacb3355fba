from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from marksheet import evaluations
from marksheet.application import Application
from marksheet.domain import Caller, Pairwise
from marksheet.errors import InvalidRequest
from marksheet.estimates import USUAL_COMPLETION_TOKENS, USUAL_LATENCY_SECONDS
from marksheet.estimating import estimate
from marksheet.evaluations import CreateEvaluation
from marksheet.prices import COMPLETION_PRICE, PROMPT_PRICE
from tests.scripted import ScriptedModel

URL = "http://127.0.0.1:1/v1"
PRICES = {PROMPT_PRICE: "1", COMPLETION_PRICE: "10"}
JUDGED = [{"name": "llm_judge", "options": {"model": "judge", "rubric": "Is it right?"}}]


@pytest.fixture
def wanted(deployment: Any) -> dict[str, Any]:
    """Forty questions of some six characters each, and a model that takes ten at once."""
    deployment.endpoint("asked", URL, max_in_flight=10, **PRICES)
    return {"model_id": "asked", "benchmark_id": deployment.benchmark(40).benchmark_id}


def test_calls_tokens_money_and_time_follow_from_questions_and_settings(
    app: Application, caller: Caller, wanted: dict[str, Any]
) -> None:
    _, found = estimate(app, caller, CreateEvaluation(**wanted, trials=2))
    (model,) = found.models
    assert model.calls == 80
    assert model.prompt_tokens == pytest.approx(80 * 6 / 4, rel=0.1)
    assert model.completion_tokens == 80 * USUAL_COMPLETION_TOKENS
    assert model.cost_usd == (model.prompt_tokens + 10 * Decimal(model.completion_tokens)) / 1_000_000
    assert found.seconds == 8 * USUAL_LATENCY_SECONDS
    assert (found.cost_usd, found.unpriced) == (model.cost_usd, [])


def test_nothing_is_created_and_nothing_asked(
    app: Application, caller: Caller, wanted: dict[str, Any], workflow: Any, scripted: ScriptedModel
) -> None:
    estimate(app, caller, CreateEvaluation(**wanted))
    assert evaluations.list_page(app, caller).total == 0
    assert workflow.started == []
    assert scripted.asked.total() == 0


def test_max_tokens_bounds_the_answers(app: Application, caller: Caller, deployment: Any) -> None:
    deployment.endpoint("terse", URL, max_tokens=5)
    new = CreateEvaluation("terse", deployment.benchmark(10).benchmark_id)
    assert estimate(app, caller, new)[1].models[0].completion_tokens == 50


def test_an_earlier_evaluation_of_the_model_says_how_it_answers(
    app: Application, caller: Caller, wanted: dict[str, Any], execution: Any, scripted: ScriptedModel
) -> None:
    earlier = evaluations.create(app, caller, CreateEvaluation(**wanted))
    execution.run(earlier)
    (model,) = estimate(app, caller, CreateEvaluation(**wanted))[1].models
    assert model.based_on == earlier.evaluation_id
    assert model.completion_tokens == 40 * 10
    assert model.seconds == pytest.approx(4 * 0.01)


def test_a_model_without_a_price_is_named_and_never_free(
    app: Application, caller: Caller, wanted: dict[str, Any], deployment: Any
) -> None:
    deployment.endpoint("unpriced", URL)
    new = CreateEvaluation(**wanted, model_id_2="unpriced")
    _, found = estimate(app, caller, new)
    assert (found.cost_usd, found.unpriced) == (None, ["unpriced"])


def test_judges_are_counted_per_answer_and_pairs_in_both_orders(
    app: Application, caller: Caller, wanted: dict[str, Any], deployment: Any
) -> None:
    deployment.endpoint("judge", URL, **PRICES)
    deployment.recorded("brought", {"q1": "1"})
    new = CreateEvaluation(**wanted, model_id_2="brought", custom_metrics=JUDGED, pairwise=Pairwise("judge"))
    _, found = estimate(app, caller, new)
    assert {(m.model_id, m.role, m.calls) for m in found.models} == {
        ("asked", "answers", 40),
        ("judge", "judges", 2 * 40 + 2 * 40),
    }


def test_recorded_answers_take_no_calls(app: Application, caller: Caller, deployment: Any) -> None:
    deployment.recorded("brought", {"q1": "1"})
    new = CreateEvaluation("brought", deployment.benchmark(3).benchmark_id)
    _, found = estimate(app, caller, new)
    assert (found.models, found.cost_usd, found.seconds) == ((), 0, 0)


def test_what_a_create_refuses_an_estimate_refuses_too(
    app: Application, caller: Caller, wanted: dict[str, Any]
) -> None:
    with pytest.raises(InvalidRequest, match="there is no model"):
        estimate(app, caller, CreateEvaluation(**{**wanted, "model_id": "unknown"}))
