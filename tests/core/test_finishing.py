from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from marksheet import benchmarks, evaluations
from marksheet.announcements import Announcements
from marksheet.application import Application
from marksheet.benchmarks import NewBenchmark
from marksheet.domain import Caller, Evaluation, Status
from marksheet.errors import EvaluationStopped
from marksheet.evaluations import CreateEvaluation
from marksheet.finishing import fail_evaluation, finish_evaluation
from marksheet.worker.lanes import score_lane


@pytest.fixture
def announced(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Status, Mapping[int, Any] | None]]:
    """What was announced on the bus: status and headline."""
    heard: list[tuple[Status, Mapping[int, Any] | None]] = []

    def hear(
        self: Announcements, evaluation: Evaluation, status: Status, headline: Mapping[int, Any] | None = None
    ) -> None:
        heard.append((status, headline))

    monkeypatch.setattr(Announcements, "evaluation_finished", hear)
    return heard


@pytest.fixture
def compared(app: Application, caller: Caller, deployment: Any) -> Evaluation:
    """20 questions; the base model knows 5 of them and skips 3, the other one knows 15."""
    deployment.recorded("base", {f"q{n}": str(n) if n <= 5 else "?" for n in range(1, 18)})
    deployment.recorded("new", {f"q{n}": str(n) if n <= 15 else "?" for n in range(1, 21)})
    benchmark = deployment.benchmark(20)
    new = CreateEvaluation("base", benchmark.benchmark_id, model_id_2="new", name="nightly")
    return evaluations.create(app, caller, new)


def test_a_comparison_is_summed_up_paired(
    app: Application, caller: Caller, compared: Evaluation, execution: Any
) -> None:
    assert execution.run(compared) is Status.READY
    _, summary = evaluations.results(app, caller, compared.evaluation_id)
    assert [run["counts"] for run in summary["runs"]] == [
        {"right": 5, "wrong": 12, "unscored": 0, "errored": 3, "total": 20},
        {"right": 15, "wrong": 5, "unscored": 0, "errored": 0, "total": 20},
    ]
    assert summary["runs"][0]["errors"] == {"no_recorded_answer": 3}
    assert summary["comparison"]["better_model"] == "new"
    accuracy = summary["comparison"]["metrics"]["accuracy"]
    assert (accuracy["n"], accuracy["gained"], accuracy["lost"]) == (17, 10, 0)


def test_the_results_file_is_whole_json_in_question_order(
    app: Application, caller: Caller, compared: Evaluation, execution: Any
) -> None:
    execution.run(compared)
    body = evaluations.download(app, caller, compared.evaluation_id).body
    assert body is not None
    document = json.loads(body)
    assert json.dumps(document, indent=2, ensure_ascii=False).encode() == body
    for model in ("base_model", "eval_model"):
        rows = document[model]["detailed_results"]
        assert [row["question_id"] for row in rows] == [f"q{n}" for n in range(1, 21)]


def test_the_rows_of_both_models_tell_what_each_used_of_the_context(
    app: Application, caller: Caller, deployment: Any, execution: Any
) -> None:
    context = ["Ada Holm keeps it.", "It has three bells."]
    row = {"question_id": "q1", "question": "Who keeps Neris?", "answer": "Ada Holm", "context": context}
    benchmark, _ = benchmarks.upload(app, caller, NewBenchmark("Neris"), json.dumps([row]).encode(), "json")
    for model_id, output in (("base", "Three?"), ("new", "Ada Holm")):
        deployment.recorded(model_id, {"q1": output})
    request = CreateEvaluation("base", benchmark.benchmark_id, model_id_2="new", trials=2)
    evaluation = evaluations.create(app, caller, request)
    execution.run(evaluation)
    body = evaluations.download(app, caller, evaluation.evaluation_id).body
    assert body is not None
    document = json.loads(body)
    used = {
        model: [
            [chunk["chunk_used"] for chunk in row["context"]] for row in document[model]["detailed_results"]
        ]
        for model in ("base_model", "eval_model")
    }
    assert used == {"base_model": [[False, True]] * 2, "eval_model": [[True, False]] * 2}


def test_unfinished_shards_fail_the_evaluation_and_a_resume_finishes_it(
    app: Application,
    caller: Caller,
    compared: Evaluation,
    execution: Any,
    announced: list[tuple[Status, Any]],
) -> None:
    lanes = execution.plan(compared)
    score_lane(app, lanes[0], seconds_left=60)
    assert execution.finish(compared) is Status.FAILED
    failed = evaluations.get(app, caller, compared.evaluation_id)
    assert failed.error is not None
    assert "shards" in failed.error
    resumed = evaluations.resume(app, caller, compared.evaluation_id)
    assert execution.run(resumed) is Status.READY
    assert [status for status, _ in announced] == [Status.FAILED, Status.READY]


def test_the_error_threshold_is_exact(
    app: Application, caller: Caller, compared: Evaluation, execution: Any
) -> None:
    def create(share: float) -> Evaluation:
        benchmark_id = compared.benchmark.benchmark_id
        return evaluations.create(app, caller, CreateEvaluation("base", benchmark_id, max_error_share=share))

    assert execution.run(create(3 / 20)) is Status.READY
    too_many = create(0.149)
    assert execution.run(too_many) is Status.FAILED
    error = evaluations.get(app, caller, too_many.evaluation_id).error
    assert error is not None
    assert "3 of 20" in error
    assert "no_recorded_answer (3)" in error


def test_finishing_twice_gives_the_same_and_announces_again(
    app: Application,
    caller: Caller,
    compared: Evaluation,
    execution: Any,
    announced: list[tuple[Status, Mapping[int, Any] | None]],
) -> None:
    execution.run(compared)
    before = evaluations.download(app, caller, compared.evaluation_id).body
    assert execution.finish(compared) is Status.READY
    assert evaluations.download(app, caller, compared.evaluation_id).body == before
    assert [status for status, _ in announced] == [Status.READY, Status.READY]
    headline = announced[0][1]
    assert headline is not None
    assert headline[1]["accuracy"] == 0.75


def test_a_terminal_status_is_never_overwritten(
    app: Application, caller: Caller, compared: Evaluation, execution: Any
) -> None:
    execution.run(compared)
    status = fail_evaluation(app, "acme", compared.evaluation_id, 1, error="ABORTED")
    assert status is Status.READY
    assert evaluations.get(app, caller, compared.evaluation_id).status is Status.READY


def test_a_late_finish_loses_against_a_cancel(
    app: Application, caller: Caller, compared: Evaluation, execution: Any
) -> None:
    for lane in execution.plan(compared):
        score_lane(app, lane, seconds_left=60)
    evaluations.cancel(app, caller, compared.evaluation_id)
    assert execution.finish(compared) is Status.CANCELLED
    assert evaluations.get(app, caller, compared.evaluation_id).status is Status.CANCELLED


@pytest.mark.parametrize("error", ["ABORTED", "TIMED_OUT", "States.Timeout", "KeyError"])
def test_a_failure_is_explained_in_words(
    app: Application, caller: Caller, compared: Evaluation, error: str
) -> None:
    status = fail_evaluation(app, "acme", compared.evaluation_id, 1, error=error)
    assert status is Status.FAILED
    told = evaluations.get(app, caller, compared.evaluation_id).error
    assert told is not None
    assert "resume" in told
    assert error not in told


def test_the_failure_of_an_older_attempt_is_not_this_ones(
    app: Application, caller: Caller, compared: Evaluation
) -> None:
    evaluations.cancel(app, caller, compared.evaluation_id)
    evaluations.resume(app, caller, compared.evaluation_id)
    status = fail_evaluation(app, "acme", compared.evaluation_id, 1, error="ABORTED")
    assert status is Status.PROCESSING
    with pytest.raises(EvaluationStopped):
        finish_evaluation(app, "acme", compared.evaluation_id, 1)


def test_a_deleted_evaluation_cannot_fail(app: Application, caller: Caller, compared: Evaluation) -> None:
    evaluations.delete(app, caller, compared.evaluation_id)
    assert fail_evaluation(app, "acme", compared.evaluation_id, 1, error="ABORTED") is None
