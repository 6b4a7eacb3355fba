from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from marksheet import aws, benchmarks, evaluations, models
from marksheet.application import Application
from marksheet.domain import Caller, Counts, Evaluation, ProviderName, Status
from marksheet.errors import (
    Conflict,
    EvaluationStopped,
    IdempotencyMismatch,
    InvalidRequest,
    LimitExceeded,
    NotFinished,
    NotFound,
)
from marksheet.evaluations import CreateEvaluation, progress
from marksheet.models import NewModel
from marksheet.store import layout

ANSWERS = {f"q{n}": str(n) for n in range(1, 11)}


@pytest.fixture
def created(app: Application, caller: Caller, deployment: Any) -> Evaluation:
    """Ten questions, one recorded model that is always right."""
    deployment.recorded("right", ANSWERS)
    benchmark = deployment.benchmark(10)
    return evaluations.create(app, caller, CreateEvaluation("right", benchmark.benchmark_id))


def test_a_created_evaluation_is_processing_and_its_execution_started(
    created: Evaluation, workflow: Any
) -> None:
    assert created.status is Status.PROCESSING
    assert workflow.started == [(created.evaluation_id, 1)]


def test_an_evaluation_runs_to_ready(
    app: Application, caller: Caller, created: Evaluation, execution: Any
) -> None:
    assert execution.run(created) is Status.READY
    ready = evaluations.get(app, caller, created.evaluation_id)
    assert ready.runs[0].counts == Counts(right=10)
    assert ready.headline is not None
    assert ready.headline[0]["accuracy"] == 1
    assert ready.completed_at is not None


def test_results_and_download_are_there_once_ready(
    app: Application, caller: Caller, created: Evaluation, execution: Any
) -> None:
    with pytest.raises(NotFinished, match="not yet completed"):
        evaluations.results(app, caller, created.evaluation_id)
    execution.run(created)
    _, summary = evaluations.results(app, caller, created.evaluation_id)
    assert summary["runs"][0]["counts"] == {"right": 10, "wrong": 0, "unscored": 0, "errored": 0, "total": 10}
    body = evaluations.download(app, caller, created.evaluation_id).body
    assert body is not None
    assert len(json.loads(body)["detailed_results"]) == 10


def test_a_large_download_is_a_url(
    app: Application, caller: Caller, created: Evaluation, execution: Any
) -> None:
    execution.run(created)
    small = replace(app, settings=replace(app.settings, inline_download_bytes=10))
    download = evaluations.download(small, caller, created.evaluation_id)
    assert download.body is None
    assert download.url is not None
    assert created.evaluation_id in download.url


def test_an_evaluation_that_cannot_be_started_fails_and_can_be_resumed(
    app: Application, caller: Caller, created: Evaluation, workflow: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Evaluation) -> None:
        raise ConnectionError("no way there")

    with monkeypatch.context() as patched:
        patched.setattr(workflow, "start", refuse)
        with pytest.raises(ConnectionError):
            evaluations.create(app, caller, CreateEvaluation("right", created.benchmark.benchmark_id))
    (failed,) = evaluations.list_page(app, caller, status={Status.FAILED}).evaluations
    assert failed.error is not None
    assert "could not be started" in failed.error
    assert evaluations.resume(app, caller, failed.evaluation_id).status is Status.PROCESSING


def test_no_more_than_so_many_evaluations_run_at_once(
    app: Application, caller: Caller, stranger: Caller, created: Evaluation, execution: Any
) -> None:
    two = replace(app, settings=replace(app.settings, max_running=2))
    new = CreateEvaluation("right", created.benchmark.benchmark_id)
    evaluations.create(two, caller, new, idempotency_key="k", fingerprint="f")
    with pytest.raises(LimitExceeded, match="2 evaluations") as refused:
        evaluations.create(two, caller, new)
    assert refused.value.retry_after_seconds == 30
    evaluations.create(two, caller, new, idempotency_key="k", fingerprint="f")
    execution.run(created)
    evaluations.create(two, caller, new)


def test_one_idempotency_key_is_one_evaluation(
    app: Application, caller: Caller, created: Evaluation, workflow: Any
) -> None:
    new = CreateEvaluation("right", created.benchmark.benchmark_id)
    first = evaluations.create(app, caller, new, idempotency_key="k", fingerprint="f")
    second = evaluations.create(app, caller, new, idempotency_key="k", fingerprint="f")
    assert first.evaluation_id == second.evaluation_id
    assert evaluations.list_page(app, caller).total == 2
    with pytest.raises(IdempotencyMismatch):
        evaluations.create(app, caller, new, idempotency_key="k", fingerprint="other")


def test_a_repeated_create_is_answered_even_when_its_model_is_gone(
    app: Application, caller: Caller, created: Evaluation, execution: Any
) -> None:
    new = CreateEvaluation("right", created.benchmark.benchmark_id)
    first = evaluations.create(app, caller, new, idempotency_key="k", fingerprint="f")
    execution.run(first)
    execution.run(created)
    models.delete(app, caller, "right")
    again = evaluations.create(app, caller, new, idempotency_key="k", fingerprint="f")
    assert again.evaluation_id == first.evaluation_id


def test_an_idempotency_key_is_its_organizations_own_and_forgotten_after_a_day(
    app: Application, caller: Caller, created: Evaluation, clock: Any
) -> None:
    new = CreateEvaluation("right", created.benchmark.benchmark_id)
    first = evaluations.create(app, caller, new, idempotency_key="k", fingerprint="f")
    clock.at += timedelta(hours=25)
    later = evaluations.create(app, caller, new, idempotency_key="k", fingerprint="g")
    assert first.evaluation_id != later.evaluation_id


@pytest.mark.parametrize(
    ("change", "location"),
    [
        ({"model_id": "nobody"}, ("body", "model_id")),
        ({"model_id_2": "nobody"}, ("body", "model_id_2")),
        ({"benchmark_id": "bench-none"}, ("body", "benchmark_id")),
        ({"benchmark_version": 7}, ("body", "benchmark_id")),
    ],
)
def test_what_does_not_exist_is_named(
    app: Application, caller: Caller, created: Evaluation, change: dict[str, Any], location: tuple[str, ...]
) -> None:
    new = replace(CreateEvaluation("right", created.benchmark.benchmark_id), **change)
    with pytest.raises(InvalidRequest) as refused:
        evaluations.create(app, caller, new)
    assert refused.value.problems[0].location == location


def test_an_unknown_metric_says_what_there_is(app: Application, caller: Caller, created: Evaluation) -> None:
    new = CreateEvaluation("right", created.benchmark.benchmark_id, custom_metrics=["exact_mach"])
    with pytest.raises(InvalidRequest, match="exact_match"):
        evaluations.create(app, caller, new)


def test_a_model_without_its_answers_cannot_be_evaluated(
    app: Application, caller: Caller, created: Evaluation
) -> None:
    models.register(app, caller, NewModel("empty", ProviderName.RECORDED, {}))
    with pytest.raises(InvalidRequest, match="PROCESSING"):
        evaluations.create(app, caller, CreateEvaluation("empty", created.benchmark.benchmark_id))


def test_another_organizations_things_do_not_exist(
    app: Application, stranger: Caller, created: Evaluation
) -> None:
    for use in (
        evaluations.get,
        evaluations.results,
        evaluations.download,
        evaluations.cancel,
        evaluations.resume,
        evaluations.delete,
    ):
        with pytest.raises(NotFound):
            use(app, stranger, created.evaluation_id)
    assert evaluations.list_page(app, stranger).total == 0
    with pytest.raises(InvalidRequest):
        evaluations.create(app, stranger, CreateEvaluation("right", created.benchmark.benchmark_id))


def test_pages_are_newest_first_and_know_the_total(
    app: Application, caller: Caller, created: Evaluation
) -> None:
    new = CreateEvaluation("right", created.benchmark.benchmark_id)
    ids = [created.evaluation_id] + [evaluations.create(app, caller, new).evaluation_id for _ in range(4)]
    page = evaluations.list_page(app, caller, limit=2, offset=1)
    assert [found.evaluation_id for found in page.evaluations] == [ids[3], ids[2]]
    assert page.total == 5


def test_a_list_carries_counts_of_finished_and_of_running_evaluations(
    app: Application, caller: Caller, created: Evaluation, execution: Any
) -> None:
    new = CreateEvaluation("right", created.benchmark.benchmark_id)
    running = evaluations.create(app, caller, new)
    execution.run(created)
    execution.score(execution.plan(running)[:1])
    listed = evaluations.list_page(app, caller).evaluations
    assert [found.runs[0].counts for found in listed] == [Counts(right=5), Counts(right=10)]


def test_an_idempotency_key_whose_evaluation_was_deleted_says_so(
    app: Application, caller: Caller, created: Evaluation
) -> None:
    new = CreateEvaluation("right", created.benchmark.benchmark_id)
    first = evaluations.create(app, caller, new, idempotency_key="k", fingerprint="f")
    evaluations.delete(app, caller, first.evaluation_id)
    with pytest.raises(Conflict, match="deleted"):
        evaluations.create(app, caller, new, idempotency_key="k", fingerprint="f")


def test_a_list_is_filtered_by_status_and_by_either_model(
    app: Application, caller: Caller, deployment: Any, created: Evaluation, execution: Any
) -> None:
    deployment.recorded("other", ANSWERS)
    new = CreateEvaluation("right", created.benchmark.benchmark_id, model_id_2="other")
    compared = evaluations.create(app, caller, new)
    execution.run(created)
    ready = evaluations.list_page(app, caller, status={Status.READY})
    assert [found.evaluation_id for found in ready.evaluations] == [created.evaluation_id]
    with_other = evaluations.list_page(app, caller, model_id="other")
    assert [found.evaluation_id for found in with_other.evaluations] == [compared.evaluation_id]


def test_a_list_is_filtered_by_project(app: Application, caller: Caller, created: Evaluation) -> None:
    new = CreateEvaluation("right", created.benchmark.benchmark_id, project="retrieval_v2")
    labelled = evaluations.create(app, caller, new)
    found = {
        project: [
            evaluation.evaluation_id
            for evaluation in evaluations.list_page(app, caller, project=project).evaluations
        ]
        for project in ("default", "retrieval_v2", "other")
    }
    assert found == {
        "default": [created.evaluation_id],
        "retrieval_v2": [labelled.evaluation_id],
        "other": [],
    }


def test_an_evaluation_of_before_there_were_projects_is_in_the_default_one(
    app: Application, caller: Caller, created: Evaluation
) -> None:
    aws.client("dynamodb").update_item(
        TableName=app.settings.table_name,
        Key={
            "PK": {"S": layout.evaluations(caller.organization)},
            "SK": {"S": created.evaluation_id},
        },
        UpdateExpression="REMOVE #project",
        ExpressionAttributeNames={"#project": "project"},
    )
    (found,) = evaluations.list_page(app, caller, project="default").evaluations
    assert (found.evaluation_id, found.project) == (created.evaluation_id, "default")
    assert evaluations.list_page(app, caller, project="other").total == 0


@pytest.mark.parametrize(("told", "project"), [(None, "retrieval_v2"), ("other", "other")])
def test_marking_again_stays_in_the_project_unless_it_names_another(
    told: str | None, project: str, app: Application, caller: Caller, created: Evaluation, execution: Any
) -> None:
    new = CreateEvaluation("right", created.benchmark.benchmark_id, project="retrieval_v2")
    first = evaluations.create(app, caller, new)
    execution.run(first)
    again = CreateEvaluation(answers_from=first.evaluation_id, project=told)
    assert evaluations.create(app, caller, again).project == project


def test_the_benchmark_version_is_pinned(
    app: Application, caller: Caller, deployment: Any, created: Evaluation, execution: Any
) -> None:
    newer = deployment.benchmark(12)
    assert (newer.benchmark_id, newer.version) == (created.benchmark.benchmark_id, 2)
    execution.run(created)
    _, summary = evaluations.results(app, caller, created.evaluation_id)
    assert summary["benchmark"]["version"] == 1
    assert summary["runs"][0]["counts"]["total"] == 10


def test_a_cancelled_evaluation_stays_cancelled(
    app: Application, caller: Caller, created: Evaluation, execution: Any, workflow: Any
) -> None:
    assert evaluations.cancel(app, caller, created.evaluation_id).status is Status.CANCELLED
    assert workflow.stopped == [created.evaluation_id]
    with pytest.raises(EvaluationStopped):
        execution.plan(created)
    assert execution.finish(created) is Status.CANCELLED
    assert evaluations.cancel(app, caller, created.evaluation_id).status is Status.CANCELLED


def test_a_finished_evaluation_cannot_be_cancelled_or_resumed(
    app: Application, caller: Caller, created: Evaluation, execution: Any
) -> None:
    execution.run(created)
    for use in (evaluations.cancel, evaluations.resume):
        with pytest.raises(Conflict, match="READY"):
            use(app, caller, created.evaluation_id)


def test_a_cancelled_evaluation_is_resumed_to_ready(
    app: Application, caller: Caller, created: Evaluation, execution: Any, workflow: Any
) -> None:
    evaluations.cancel(app, caller, created.evaluation_id)
    resumed = evaluations.resume(app, caller, created.evaluation_id)
    assert (resumed.status, resumed.attempt) == (Status.PROCESSING, 2)
    assert workflow.started[-1] == (created.evaluation_id, 2)
    assert execution.run(resumed) is Status.READY


def test_resuming_needs_the_benchmark(app: Application, caller: Caller, created: Evaluation) -> None:
    evaluations.cancel(app, caller, created.evaluation_id)
    benchmarks.delete(app, caller, created.benchmark.benchmark_id)
    with pytest.raises(Conflict, match="benchmark was deleted"):
        evaluations.resume(app, caller, created.evaluation_id)


def test_a_deleted_evaluation_leaves_nothing(
    app: Application, caller: Caller, created: Evaluation, execution: Any
) -> None:
    execution.run(created)
    evaluations.delete(app, caller, created.evaluation_id)
    with pytest.raises(NotFound):
        evaluations.get(app, caller, created.evaluation_id)
    with pytest.raises(NotFound):
        evaluations.delete(app, caller, created.evaluation_id)
    assert evaluations.list_page(app, caller).total == 0
    assert app.store.objects.find(f"orgs/acme/evaluations/{created.evaluation_id}/results.json") is None


def test_deleting_a_running_evaluation_stops_it(
    app: Application, caller: Caller, created: Evaluation, execution: Any, workflow: Any
) -> None:
    evaluations.delete(app, caller, created.evaluation_id)
    assert workflow.stopped == [created.evaluation_id]
    with pytest.raises(EvaluationStopped):
        execution.finish(created)


def at(evaluation: Evaluation, seconds: float) -> tuple[Evaluation, datetime]:
    started = datetime(2026, 1, 1, tzinfo=UTC)
    return replace(evaluation, started_at="2026-01-01T00:00:00.000Z"), started + timedelta(seconds=seconds)


def test_progress_before_the_first_question_promises_nothing(created: Evaluation) -> None:
    assert progress(created, datetime(2026, 1, 1, tzinfo=UTC)) == evaluations.Progress(0, 10, None, None)


def test_progress_half_way_extrapolates_in_whole_seconds(created: Evaluation) -> None:
    half = replace(created, runs=(replace(created.runs[0], counts=Counts(right=5)),))
    evaluation, now = at(half, 62.5)
    assert progress(evaluation, now) == evaluations.Progress(5, 10, 12.5, 62)


def test_progress_of_a_comparison_is_that_of_its_slower_run(created: Evaluation) -> None:
    run = created.runs[0]
    both = (replace(run, counts=Counts(right=8)), replace(run, position=1, counts=Counts(wrong=3, errored=1)))
    evaluation, now = at(replace(created, runs=both), 8)
    assert progress(evaluation, now).completed == 4


def test_progress_counts_questions_not_trials(created: Evaluation) -> None:
    run = replace(created.runs[0], counts=Counts(right=15))
    evaluation, now = at(replace(created, trials=3, runs=(run,)), 10)
    assert progress(evaluation, now).completed == 5


def test_progress_of_a_finished_evaluation_has_no_eta(created: Evaluation) -> None:
    done = replace(
        created,
        status=Status.READY,
        started_at="2026-01-01T00:00:00.000Z",
        completed_at="2026-01-01T00:01:58.000Z",
    )
    now = datetime(2027, 1, 1, tzinfo=UTC)
    assert progress(done, now) == evaluations.Progress(10, 10, 11.8, None)
