from __future__ import annotations

import json
import re
import threading
from dataclasses import replace
from typing import Any

import pytest

from marksheet import evaluations
from marksheet.application import Application
from marksheet.domain import Caller, Evaluation, Pairwise, Question, Stage, Status
from marksheet.errors import InvalidRequest, PermanentModelError
from marksheet.evaluations import CreateEvaluation
from marksheet.planning import plan_evaluation
from marksheet.store.shards import Holder
from tests.scripted import Messages, ScriptedModel


@pytest.fixture
def compared(app: Application, caller: Caller, deployment: Any) -> Evaluation:
    """Two recorded models, ten questions, and a judge for the pairs; `eval` has no answer to q10."""
    deployment.recorded("base", {f"q{n}": "the worse answer" for n in range(1, 11)})
    deployment.recorded("eval", {f"q{n}": "the better answer" for n in range(1, 10)})
    deployment.endpoint("judge", "http://127.0.0.1:1/v1", max_in_flight=4)
    benchmark = deployment.benchmark(10)
    new = CreateEvaluation(
        "base", benchmark.benchmark_id, model_id_2="eval", pairwise=Pairwise("judge", "Which is better?")
    )
    return evaluations.create(app, caller, new)


def choose(position: str | None) -> Any:
    """A judge that always takes a position, or with None the answer that says it is better."""

    def verdict(messages: Messages) -> str:
        text = messages[-1]["content"]
        anchor = re.findall(r"VERDICT-\w+", text)[-1]
        first_is_better = text.index("the better answer") < text.index("the worse answer")
        return f"So be it.\n{anchor}: {position or ('FIRST' if first_is_better else 'SECOND')}"

    return verdict


def pairwise(app: Application, caller: Caller, evaluation: Evaluation) -> dict[str, Any]:
    found: dict[str, Any] = evaluations.results(app, caller, evaluation.evaluation_id)[1]["comparison"]
    told: dict[str, Any] = found["pairwise"]
    return told


def test_a_judge_that_looks_at_the_answers_finds_the_better_model(
    app: Application, caller: Caller, compared: Evaluation, execution: Any, scripted: ScriptedModel
) -> None:
    scripted.verdict = choose(None)
    assert execution.run(compared) is Status.READY
    found = pairwise(app, caller, compared)
    assert (found["judge"], found["eval_wins"], found["base_wins"]) == ("judge", 9, 0)
    assert found["errored"] == 1  # q10 has one answer only
    assert found["position_bias"]["first_share"] == 0.5


def test_a_judge_that_looks_at_positions_is_told_on(
    app: Application, caller: Caller, compared: Evaluation, execution: Any, scripted: ScriptedModel
) -> None:
    scripted.verdict = choose("FIRST")
    execution.run(compared)
    found = pairwise(app, caller, compared)
    assert (found["eval_wins"], found["base_wins"], found["contradictory"]) == (0, 0, 9)
    assert found["position_bias"]["first_share"] == 1.0


def test_every_pair_is_asked_in_both_orders_and_once(
    compared: Evaluation, execution: Any, scripted: ScriptedModel
) -> None:
    scripted.verdict = choose(None)
    execution.run(compared)
    assert len(scripted.chats) == 18


def test_the_pairs_are_planned_after_the_answers(app: Application, compared: Evaluation) -> None:
    plan = plan_evaluation(app, "acme", compared.evaluation_id, 1)
    assert plan.next_stage is Stage.PAIRS
    plan = plan_evaluation(app, "acme", compared.evaluation_id, 1, Stage.PAIRS)
    assert plan.next_stage is None


def test_a_pairwise_comparison_needs_two_models(
    app: Application, caller: Caller, compared: Evaluation
) -> None:
    new = CreateEvaluation("base", compared.benchmark.benchmark_id, pairwise=Pairwise("judge"))
    with pytest.raises(InvalidRequest, match="send model_id_2 too"):
        evaluations.create(app, caller, new)


def test_a_recorded_model_is_no_judge(app: Application, caller: Caller, compared: Evaluation) -> None:
    new = CreateEvaluation(
        "base", compared.benchmark.benchmark_id, model_id_2="eval", pairwise=Pairwise("base")
    )
    with pytest.raises(InvalidRequest, match="cannot be asked to judge"):
        evaluations.create(app, caller, new)


def test_the_results_file_says_of_every_pair_who_won_and_why(
    app: Application, caller: Caller, compared: Evaluation, execution: Any, scripted: ScriptedModel
) -> None:
    scripted.verdict = choose(None)
    execution.run(compared)
    body = evaluations.download(app, caller, compared.evaluation_id).body or b""
    document = json.loads(body)
    rows = document["eval_model"]["detailed_results"]
    assert [row["preference"]["score"] for row in rows] == [1.0] * 9 + [None]
    assert rows[0]["preference"]["base_first"] == rows[0]["preference"]["eval_first"] == "eval"
    assert rows[9]["preference"]["error"]["code"] == "no_earlier_answer"
    assert "preference" not in document["base_model"]["detailed_results"][0]


def test_what_the_judge_used_is_told_with_the_pairs(
    app: Application, caller: Caller, compared: Evaluation, execution: Any, scripted: ScriptedModel
) -> None:
    scripted.verdict = choose(None)
    execution.run(compared)
    found = pairwise(app, caller, compared)
    assert found["judging"] == {"calls": 18, "prompt_tokens": 1800, "completion_tokens": 180}
    assert found["cost_usd"] is None  # the judge has no price


def test_a_second_delivery_of_the_pairs_asks_and_counts_nothing_twice(
    app: Application, caller: Caller, compared: Evaluation, execution: Any, scripted: ScriptedModel
) -> None:
    scripted.verdict = choose(None)
    execution.score(execution.plan(compared))
    lanes = execution.plan(compared, Stage.PAIRS)
    again = [replace(lane, holder=Holder("another delivery", 0)) for lane in lanes]
    workers = [threading.Thread(target=execution.score, args=(each,)) for each in (lanes, again)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert execution.finish(compared) is Status.READY
    assert len(scripted.chats) == 18
    assert pairwise(app, caller, compared)["eval_wins"] == 9


def test_a_resume_judges_the_pairs_of_answers_that_were_missing_and_no_others(
    app: Application, caller: Caller, deployment: Any, execution: Any, scripted: ScriptedModel
) -> None:
    def fail_on_evens(question: Question, trial: int) -> str:
        if question.ordinal % 2 == 0:
            raise PermanentModelError("the endpoint answered 400", code="http_400")
        return "the better answer"

    deployment.recorded("base", {f"q{n}": "the worse answer" for n in range(1, 11)})
    for model_id in ("asked", "judge"):
        deployment.endpoint(model_id, "http://127.0.0.1:1/v1", max_in_flight=4, max_attempts=1)
    new = CreateEvaluation(
        "base",
        deployment.benchmark(10).benchmark_id,
        model_id_2="asked",
        pairwise=Pairwise("judge"),
        max_error_share=0.1,
    )
    evaluation = evaluations.create(app, caller, new)
    scripted.reply, scripted.verdict = fail_on_evens, choose(None)
    assert execution.run(evaluation) is Status.FAILED
    assert len(scripted.chats) == 10
    scripted.reply = lambda question, trial: "the better answer"
    assert execution.run(evaluations.resume(app, caller, evaluation.evaluation_id)) is Status.READY
    found = pairwise(app, caller, evaluation)
    assert (found["eval_wins"], found["errored"]) == (10, 0)
    assert len(scripted.chats) == 20


def test_a_judge_of_pairs_does_not_slow_the_answers_down(
    app: Application, caller: Caller, deployment: Any, execution: Any
) -> None:
    for model_id in ("one", "other"):
        deployment.endpoint(model_id, "http://127.0.0.1:1/v1", max_in_flight=40)
    deployment.endpoint("slow-judge", "http://127.0.0.1:1/v1", max_in_flight=2)
    wanted = {
        "model_id": "one",
        "benchmark_id": deployment.benchmark(40).benchmark_id,
        "model_id_2": "other",
        "shard_size": 5,
    }
    alone = evaluations.create(app, caller, CreateEvaluation(**wanted))
    judged = evaluations.create(app, caller, CreateEvaluation(**wanted, pairwise=Pairwise("slow-judge")))
    assert len(execution.plan(judged)) == len(execution.plan(alone)) == 4
    assert {tuple(lane.judges_in_flight) for lane in execution.plan(judged)} == {()}
    assert sum(lane.judges_in_flight["slow-judge"] for lane in execution.plan(judged, Stage.PAIRS)) == 2
