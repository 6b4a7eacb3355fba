"""Trials of a run: priced, judged, marked again, and within a budget; each over plan, lanes and finish."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from marksheet import benchmarks, evaluations, models
from marksheet.application import Application
from marksheet.domain import BUDGET_REACHED, Caller, Counts, Evaluation, Outcome, Status, Trial
from marksheet.errors import Conflict, InvalidRequest, NotFinished, TooLarge
from marksheet.evaluations import CreateEvaluation
from marksheet.prices import COMPLETION_PRICE, PROMPT_PRICE
from marksheet.rows import decode_part
from marksheet.store import layout
from tests.scripted import Messages, ScriptedModel

PRICES = {PROMPT_PRICE: "1", COMPLETION_PRICE: "10"}
TRIAL_COST = Decimal("0.0002")
"""100 tokens at 1 USD and 10 at 10 USD a million."""
JUDGED = [{"name": "llm_judge", "options": {"model": "judge", "rubric": "Is it right?"}}]


def told(verdict: str) -> Any:
    """A judge that gives this verdict in the form it is asked for."""

    def answer(messages: Messages) -> str:
        anchors = re.findall(r"VERDICT-\w+", messages[-1]["content"])
        return f"It is what it is.\n{anchors[-1]}: {verdict}"

    return answer


@pytest.fixture
def registered(deployment: Any) -> None:
    deployment.endpoint("asked", "http://127.0.0.1:1/v1", max_in_flight=1, max_attempts=1, **PRICES)
    deployment.endpoint("judge", "http://127.0.0.1:1/v1", max_in_flight=2, max_attempts=1, **PRICES)


@pytest.fixture
def create(app: Application, caller: Caller, deployment: Any, registered: None) -> Any:
    benchmark = deployment.benchmark(20)

    def creating(**wishes: Any) -> Evaluation:
        new = {"model_id": "asked", "benchmark_id": benchmark.benchmark_id, "shard_size": 5} | wishes
        return evaluations.create(app, caller, CreateEvaluation(**new))

    return creating


def trials(app: Application, evaluation: Evaluation, generation: int = 1) -> Iterator[Trial]:
    organization, evaluation_id = evaluation.organization, evaluation.evaluation_id
    for run in evaluation.runs:
        for shard in app.store.shards.list_all(organization, evaluation_id, run.position):
            key = layout.part(organization, evaluation_id, run.run_id, shard.number, shard.generation)
            yield from decode_part(app.store.objects.read(key))


def summary_of(app: Application, caller: Caller, evaluation: Evaluation) -> dict[str, Any]:
    return evaluations.results(app, caller, evaluation.evaluation_id, partial=True)[1]


def test_an_answer_carries_what_it_cost_by_the_models_prices(
    app: Application, create: Any, execution: Any, scripted: ScriptedModel
) -> None:
    evaluation = create()
    execution.run(evaluation)
    assert {trial.cost_usd for trial in trials(app, evaluation)} == {TRIAL_COST}


def test_a_judge_marks_and_what_it_used_is_kept_apart(
    app: Application, caller: Caller, create: Any, execution: Any, scripted: ScriptedModel
) -> None:
    scripted.verdict = told("CORRECT")
    evaluation = create(custom_metrics=JUDGED)
    assert execution.run(evaluation) is Status.READY
    assert {
        (t.outcome, t.judging.calls, t.judging.cost_usd) for t in trials(app, evaluation) if t.judging
    } == {(Outcome.RIGHT, 1, TRIAL_COST)}
    assert len(scripted.chats) == 20


def test_a_judge_nobody_understands_leaves_the_answer_unscored_with_what_it_said(
    app: Application, caller: Caller, create: Any, execution: Any, scripted: ScriptedModel
) -> None:
    scripted.verdict = lambda messages: "I would give it a ten"
    evaluation = create(custom_metrics=JUDGED)
    assert execution.run(evaluation) is Status.READY
    assert evaluations.get(app, caller, evaluation.evaluation_id).runs[0].counts == Counts(unscored=20)
    assert all("give it a ten" in (t.scores["llm_judge"].raw or "") for t in trials(app, evaluation))
    assert len(scripted.chats) == 40  # each with one try to repair it


def test_the_judge_is_pinned_when_the_evaluation_is_created(create: Any, scripted: ScriptedModel) -> None:
    assert list(create(custom_metrics=JUDGED).judges) == ["judge"]


def test_every_lane_gets_its_share_of_what_a_judge_takes(
    create: Any, execution: Any, scripted: ScriptedModel, deployment: Any
) -> None:
    deployment.endpoint("wide", "http://127.0.0.1:1/v1", max_in_flight=100)
    lanes = execution.plan(create(model_id="wide", custom_metrics=JUDGED))
    assert sum(lane.judges_in_flight["judge"] for lane in lanes) == 2


def test_a_budget_stops_the_evaluation_near_its_end_and_keeps_the_marks(
    app: Application, caller: Caller, create: Any, execution: Any, scripted: ScriptedModel
) -> None:
    evaluation = create(max_cost_usd=10 * TRIAL_COST)
    assert execution.run(evaluation) is Status.STOPPED
    stopped = evaluations.get(app, caller, evaluation.evaluation_id)
    assert stopped.runs[0].counts == Counts(right=10, errored=10)
    assert stopped.spent_usd == 10 * TRIAL_COST
    assert scripted.asked.total() == 10
    assert stopped.error is not None
    assert "10 trials were not asked" in stopped.error
    summary = summary_of(app, caller, evaluation)
    assert summary["status"] == "STOPPED"
    assert summary["runs"][0]["errors"] == {BUDGET_REACHED: 10}
    assert summary["runs"][0]["metrics"]["accuracy"]["n"] == 10


def test_a_list_tells_what_was_spent_as_a_single_look_does(
    app: Application, caller: Caller, create: Any, execution: Any, scripted: ScriptedModel
) -> None:
    ready, stopped = create(max_cost_usd=Decimal(1)), create(max_cost_usd=10 * TRIAL_COST)
    for evaluation in (ready, stopped):
        execution.run(evaluation)
    listed = evaluations.list_page(app, caller).evaluations
    assert [each.spent_usd for each in listed] == [10 * TRIAL_COST, 20 * TRIAL_COST]


def test_several_workers_on_a_budget_below_the_first_guess_use_all_of_it(
    app: Application, caller: Caller, create: Any, deployment: Any, execution: Any, scripted: ScriptedModel
) -> None:
    deployment.endpoint("quick", "http://127.0.0.1:1/v1", max_in_flight=20, **PRICES)
    evaluation = create(model_id="quick", max_cost_usd=12 * TRIAL_COST)
    lanes = execution.plan(evaluation)
    workers = [threading.Thread(target=execution.score, args=([lane],)) for lane in lanes]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(lanes) == 4
    assert execution.finish(evaluation) is Status.STOPPED
    assert scripted.asked.total() == 12
    assert evaluations.get(app, caller, evaluation.evaluation_id).spent_usd == 12 * TRIAL_COST


def test_a_resume_with_a_new_budget_finishes_without_asking_anything_twice(
    app: Application, caller: Caller, create: Any, execution: Any, scripted: ScriptedModel
) -> None:
    evaluation = create(max_cost_usd=10 * TRIAL_COST)
    execution.run(evaluation)
    resumed = evaluations.resume(app, caller, evaluation.evaluation_id, max_cost_usd=Decimal(1))
    assert execution.run(resumed) is Status.READY
    assert set(scripted.asked.values()) == {1}
    assert len(scripted.asked) == 20
    ready = evaluations.get(app, caller, evaluation.evaluation_id)
    assert ready.runs[0].counts == Counts(right=20)
    assert ready.spent_usd == 20 * TRIAL_COST


def test_a_resume_without_money_is_refused(
    app: Application, caller: Caller, create: Any, execution: Any, scripted: ScriptedModel
) -> None:
    evaluation = create(max_cost_usd=10 * TRIAL_COST)
    execution.run(evaluation)
    for budget in (None, 10 * TRIAL_COST, TRIAL_COST):
        with pytest.raises(Conflict, match="is used up"):
            evaluations.resume(app, caller, evaluation.evaluation_id, max_cost_usd=budget)


def test_what_was_not_asked_is_not_shown_as_done(
    app: Application, caller: Caller, create: Any, execution: Any, scripted: ScriptedModel
) -> None:
    evaluation = create(max_cost_usd=10 * TRIAL_COST)
    execution.run(evaluation)
    stopped = evaluations.get(app, caller, evaluation.evaluation_id)
    assert evaluations.progress(stopped, app.clock()).completed == 10


def test_a_judge_at_work_cannot_be_deleted(
    app: Application, caller: Caller, create: Any, execution: Any, scripted: ScriptedModel
) -> None:
    scripted.verdict = told("CORRECT")
    evaluation = create(custom_metrics=JUDGED)
    with pytest.raises(Conflict, match="as model or as judge"):
        models.delete(app, caller, "judge")
    execution.run(evaluation)
    models.delete(app, caller, "judge")


def test_partial_marks_are_given_to_those_who_ask_for_them(
    app: Application, caller: Caller, create: Any, execution: Any, scripted: ScriptedModel
) -> None:
    evaluation = create(max_cost_usd=10 * TRIAL_COST)
    execution.run(evaluation)
    with pytest.raises(NotFinished, match="partial=true"):
        evaluations.results(app, caller, evaluation.evaluation_id)
    with pytest.raises(NotFinished, match="partial=true"):
        evaluations.download(app, caller, evaluation.evaluation_id)
    assert evaluations.download(app, caller, evaluation.evaluation_id, partial=True).body


def test_judges_count_against_the_budget(
    app: Application, create: Any, execution: Any, scripted: ScriptedModel
) -> None:
    scripted.verdict = told("CORRECT")
    assert execution.run(create(custom_metrics=JUDGED, max_cost_usd=10 * TRIAL_COST)) is Status.STOPPED
    assert scripted.asked.total() == 5
    assert len(scripted.chats) == 5


def test_a_budget_without_prices_is_refused(create: Any, deployment: Any) -> None:
    deployment.endpoint("unpriced", "http://127.0.0.1:1/v1")
    with pytest.raises(InvalidRequest, match="'unpriced' has none"):
        create(model_id="unpriced", max_cost_usd=Decimal(1))


def test_earlier_answers_are_marked_again_without_calling_their_model(
    app: Application, caller: Caller, create: Any, execution: Any, scripted: ScriptedModel
) -> None:
    scripted.reply = lambda question, trial: f"It is {question.expected_answer}"
    first = create()
    execution.run(first)
    scripted.asked.clear()
    new = CreateEvaluation(answers_from=first.evaluation_id, custom_metrics=["includes"])
    second = evaluations.create(app, caller, new)
    assert execution.run(second) is Status.READY
    assert scripted.asked.total() == 0
    before, after = (evaluations.get(app, caller, e.evaluation_id).runs[0].counts for e in (first, second))
    assert (before, after) == (Counts(wrong=20), Counts(right=20))
    assert {trial.latency_seconds for trial in trials(app, second)} == {0.01}


def test_one_model_of_a_comparison_can_be_marked_again_alone(
    app: Application, caller: Caller, create: Any, execution: Any, scripted: ScriptedModel, deployment: Any
) -> None:
    deployment.recorded("brought", {f"q{n}": "7" for n in range(1, 21)})
    first = create(model_id_2="brought")
    execution.run(first)
    new = CreateEvaluation(answers_from=first.evaluation_id, model_id="brought")
    second = evaluations.create(app, caller, new)
    execution.run(second)
    assert {trial.output for trial in trials(app, second)} == {"7"}


def test_an_answer_that_errored_before_errors_again_with_its_reason(
    app: Application, caller: Caller, create: Any, execution: Any, scripted: ScriptedModel
) -> None:
    first = create(max_cost_usd=10 * TRIAL_COST)
    execution.run(first)
    second = evaluations.create(app, caller, CreateEvaluation(answers_from=first.evaluation_id))
    assert execution.run(second) is Status.READY
    errors = [trial.error for trial in trials(app, second) if trial.error]
    assert [(error.code, BUDGET_REACHED in error.message) for error in errors] == [
        ("no_earlier_answer", True)
    ] * 10


def test_answers_of_a_deleted_evaluation_are_errors_not_a_crash(
    app: Application, caller: Caller, create: Any, execution: Any, scripted: ScriptedModel
) -> None:
    first = create()
    execution.run(first)
    second = evaluations.create(app, caller, CreateEvaluation(answers_from=first.evaluation_id))
    evaluations.delete(app, caller, first.evaluation_id)
    assert execution.run(second) is Status.FAILED
    assert {trial.error.code for trial in trials(app, second) if trial.error} == {"no_earlier_answer"}


@pytest.mark.parametrize(
    ("wishes", "field", "reason"),
    [
        ({"model_id": "other"}, "model_id", "no answers of model 'other'"),
        ({"benchmark_id": "bench-other"}, "benchmark_id", "leave it out"),
        ({"trials": 3}, "trials", "leave it out"),
        ({"shard_size": 7}, "shard_size", "leave it out"),
        (
            {"custom_metrics": JUDGED, "answers_from": "eval-unknown"},
            "answers_from",
            "there is no evaluation",
        ),
    ],
)
def test_what_does_not_fit_the_earlier_evaluation_is_refused(
    app: Application,
    caller: Caller,
    create: Any,
    execution: Any,
    scripted: ScriptedModel,
    wishes: dict[str, Any],
    field: str,
    reason: str,
) -> None:
    first = create()
    execution.run(first)
    with pytest.raises(InvalidRequest, match=reason) as refused:
        evaluations.create(app, caller, CreateEvaluation(**{"answers_from": first.evaluation_id} | wishes))
    assert refused.value.problems[0].location == ("body", field)


def test_an_evaluation_that_runs_has_no_answers_to_give(
    app: Application, caller: Caller, create: Any, scripted: ScriptedModel
) -> None:
    first = create()
    with pytest.raises(InvalidRequest, match="is PROCESSING"):
        evaluations.create(app, caller, CreateEvaluation(answers_from=first.evaluation_id))


def test_answers_to_questions_that_are_gone_cannot_be_marked(
    app: Application, caller: Caller, create: Any, execution: Any, scripted: ScriptedModel
) -> None:
    first = create()
    execution.run(first)
    benchmarks.delete(app, caller, first.benchmark.benchmark_id)
    with pytest.raises(InvalidRequest, match="its questions are gone"):
        evaluations.create(app, caller, CreateEvaluation(answers_from=first.evaluation_id))


def test_a_stranger_cannot_have_our_answers_marked(
    app: Application, stranger: Caller, create: Any, execution: Any, scripted: ScriptedModel
) -> None:
    first = create()
    execution.run(first)
    with pytest.raises(InvalidRequest, match="there is no evaluation"):
        evaluations.create(app, stranger, CreateEvaluation(answers_from=first.evaluation_id))


def test_what_does_not_fit_an_item_of_the_table_is_refused_before_anything_is_stored(
    app: Application, caller: Caller, create: Any, scripted: ScriptedModel, deployment: Any
) -> None:
    judges = []
    for n in range(6):
        deployment.endpoint(f"judge-{n}", "http://127.0.0.1:1/v1", system_prompt="x" * 65_000)
        options = {"model": f"judge-{n}", "rubric": "Is it right?"}
        judges.append({"name": "llm_judge", "label": f"judge-{n}", "options": options})
    with pytest.raises(TooLarge, match="bytes together"):
        create(custom_metrics=judges)
    assert evaluations.list_page(app, caller).total == 0


def test_an_embedding_model_needs_no_price_for_completions(
    create: Any, scripted: ScriptedModel, deployment: Any
) -> None:
    deployment.endpoint("vectors", "http://127.0.0.1:1/v1", **{PROMPT_PRICE: "0.02"})
    similar = {"name": "semantic_similarity", "options": {"model": "vectors"}}
    create(custom_metrics=[similar], max_cost_usd=Decimal(1))
    judge = {"name": "llm_judge", "options": {"model": "vectors", "rubric": "Is it?"}}
    with pytest.raises(InvalidRequest, match="'vectors' has none"):
        create(custom_metrics=[judge], max_cost_usd=Decimal(1))
