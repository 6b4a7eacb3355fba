from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from marksheet import aws, eval_specs, evaluations, grading_jobs
from marksheet.application import Application
from marksheet.domain import Caller, EvalSpec, Evaluation, Status, Submission
from marksheet.errors import (
    Conflict,
    Forbidden,
    IdempotencyMismatch,
    InvalidRequest,
    NotFinished,
    NotFound,
    PermanentModelError,
    TooLarge,
)
from marksheet.estimates import expected_trial_cost
from marksheet.eval_specs import NewSpec
from marksheet.grading_jobs import NewJob
from marksheet.ingesting import ingest_upload
from marksheet.keys import SCOPES
from marksheet.store import layout

EXACT = {"type": "scorer", "name": "right", "scorer": "exact_match"}
TOWN = {"requirement": "It names the town.", "points": 2, "model": "judge"}


def rows(count: int) -> list[Submission]:
    """Every fourth is wrong."""
    return [
        Submission(
            ordinal=n,
            question_id=f"r{n}",
            question=f"Question {n}?",
            expected_answer="yes",
            output="yes" if n % 4 else "no",
        )
        for n in range(1, count + 1)
    ]


@pytest.fixture
def spec(app: Application, caller: Caller) -> EvalSpec:
    return eval_specs.create(app, caller, NewSpec("exact", [EXACT]))


@pytest.fixture
def judged(app: Application, caller: Caller, deployment: Any, scripted: Any) -> EvalSpec:
    """A spec whose judge says MET of what says yes."""
    prices = {"usd_per_million_prompt_tokens": "1", "usd_per_million_completion_tokens": "10"}
    deployment.endpoint("judge", "http://127.0.0.1:9/v1", **prices)

    def verdict(messages: Any) -> str:
        content = messages[-1]["content"]
        anchor = re.findall(r"VERDICT-\w+", content)[-1]
        told = "MET" if ">\nyes\n<" in content.rpartition("<output")[2] else "UNMET"
        return f"So be it.\n{anchor}: {told}"

    scripted.verdict = verdict
    return eval_specs.create(app, caller, NewSpec("judged", [TOWN]))


def evaluation(app: Application, caller: Caller, job_id: str) -> Evaluation:
    found = app.store.evaluations.find(caller.organization, job_id)
    assert found is not None
    return found


def run(app: Application, caller: Caller, execution: Any, job_id: str) -> dict[str, Any]:
    """Run a job to its end and give its results file."""
    execution.run(evaluation(app, caller, job_id))
    _, found = grading_jobs.download(app, caller, job_id)
    assert found.body is not None
    document: dict[str, Any] = json.loads(found.body)
    return document


def test_a_job_is_started_and_pins_its_spec(
    app: Application, caller: Caller, spec: EvalSpec, workflow: Any
) -> None:
    job = grading_jobs.create(app, caller, NewJob(spec.spec_id), rows(3))
    assert (job.status, job.version) == (Status.PROCESSING, 1)
    assert workflow.started == [(job.job_id, 1)]
    eval_specs.update(app, caller, spec.spec_id, NewSpec("exact", [{**EXACT, "points": 9}]))
    pinned = evaluation(app, caller, job.job_id).eval_spec
    assert pinned is not None
    assert pinned.version == 1
    assert pinned.graders == spec.graders


def test_a_job_grades_every_row_in_order(
    app: Application, caller: Caller, spec: EvalSpec, execution: Any
) -> None:
    job = grading_jobs.create(app, caller, NewJob(spec.spec_id), rows(120))
    document = run(app, caller, execution, job.job_id)
    assert [row["report"]["id"] for row in document["results"]] == [f"r{n}" for n in range(1, 121)]
    assert [row["earned_points"] for row in document["results"]] == [1, 1, 1, 0] * 30
    assert document["summary"]["total_earned_points"] == 90
    ready = grading_jobs.get(app, caller, job.job_id)
    assert ready.status is Status.READY


def test_a_job_says_the_same_as_grading_at_once(
    app: Application, caller: Caller, judged: EvalSpec, execution: Any
) -> None:
    from marksheet.dialects import doteval
    from marksheet.instant_grading import grade_now

    graded = grade_now(app, caller, judged.spec_id, None, rows(8))
    at_once = doteval.encode_graded(
        [(row.submission, row.grades) for row in graded.rows], graded.summary, graded.spec
    )
    job = grading_jobs.create(app, caller, NewJob(judged.spec_id), rows(8))
    assert run(app, caller, execution, job.job_id) == json.loads(json.dumps(at_once))


def test_a_jobs_rows_are_asked_about_once_each(
    app: Application, caller: Caller, judged: EvalSpec, execution: Any, scripted: Any
) -> None:
    job = grading_jobs.create(app, caller, NewJob(judged.spec_id), rows(20))
    lanes = execution.plan(evaluation(app, caller, job.job_id))
    execution.score([*lanes, *lanes])
    assert len(scripted.chats) == 20


def test_rows_whose_judge_failed_are_asked_about_again_by_a_resume(
    app: Application, caller: Caller, judged: EvalSpec, execution: Any, scripted: Any
) -> None:
    good = scripted.verdict

    def fails(messages: Any) -> str:
        raise PermanentModelError("no", code="content_filter")

    scripted.verdict = fails
    job = grading_jobs.create(app, caller, NewJob(judged.spec_id), rows(4))
    assert execution.run(evaluation(app, caller, job.job_id)) is Status.FAILED
    failed, found = grading_jobs.download(app, caller, job.job_id)
    assert "no answer for 4 of 4 rows" in (failed.error or "")
    assert found.summary["errored"] == 4
    scripted.verdict = good
    grading_jobs.resume(app, caller, job.job_id, None)
    document = run(app, caller, execution, job.job_id)
    assert document["summary"]["total_earned_points"] == 6
    assert grading_jobs.get(app, caller, job.job_id).status is Status.READY


def test_a_budget_ends_a_job_and_its_rows_say_so(
    app: Application, caller: Caller, judged: EvalSpec, execution: Any
) -> None:
    # 100 prompt and 10 completion tokens at 1 and 10 dollars a million: 0.0002 a row.
    job = grading_jobs.create(app, caller, NewJob(judged.spec_id, max_cost_usd=Decimal("0.0010")), rows(20))
    assert execution.run(evaluation(app, caller, job.job_id)) is Status.STOPPED
    stopped, found = grading_jobs.download(app, caller, job.job_id)
    assert "rows were not graded" in (stopped.error or "")
    assert 0 < found.summary["graded"] < 20
    assert found.summary["rows"] == 20
    assert found.body is not None
    last = json.loads(found.body)["results"][-1]
    assert last["earned_points"] is None
    assert "budget" in last["report"]["error"]


def test_a_budget_needs_prices(app: Application, caller: Caller, deployment: Any) -> None:
    deployment.endpoint("judge", "http://127.0.0.1:9/v1")
    spec = eval_specs.create(app, caller, NewSpec("judged", [TOWN]))
    with pytest.raises(InvalidRequest, match="a budget needs prices"):
        grading_jobs.create(app, caller, NewJob(spec.spec_id, max_cost_usd=Decimal(1)), rows(1))


def test_the_same_idempotency_key_gives_the_same_job(
    app: Application, caller: Caller, spec: EvalSpec, workflow: Any
) -> None:
    first = grading_jobs.create(
        app, caller, NewJob(spec.spec_id), rows(2), idempotency_key="k", fingerprint="a"
    )
    second = grading_jobs.create(
        app, caller, NewJob(spec.spec_id), rows(2), idempotency_key="k", fingerprint="a"
    )
    assert first.job_id == second.job_id
    with pytest.raises(IdempotencyMismatch):
        grading_jobs.create(app, caller, NewJob(spec.spec_id), rows(3), idempotency_key="k", fingerprint="b")


def test_a_spec_that_is_not_shared_grades_nothing(app: Application, caller: Caller, spec: EvalSpec) -> None:
    other = Caller(caller.organization, "k" * 16, SCOPES)
    with pytest.raises(Forbidden):
        grading_jobs.create(app, other, NewJob(spec.spec_id), rows(1))


def test_jobs_and_evaluations_are_listed_apart(
    app: Application, caller: Caller, spec: EvalSpec, deployment: Any
) -> None:
    job = grading_jobs.create(app, caller, NewJob(spec.spec_id), rows(1))
    listed, total = grading_jobs.list_page(app, caller, limit=10, offset=0)
    assert ([found.job_id for found in listed], total) == ([job.job_id], 1)
    assert evaluations.list_page(app, caller).total == 0


def test_more_grades_than_can_be_added_up_are_refused_and_not_kept(
    app: Application, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = {"input": "{{sample.output_text}}", "reference": "yes", "operation": "eq"}
    parts = {name: {"type": "string_check", "name": name, **check} for name in ("a", "b")}
    formula = {"type": "multi", "name": "both", "graders": parts, "calculate_output": "a * b"}
    spec = eval_specs.create(app, caller, NewSpec("both", [EXACT, formula]))
    monkeypatch.setattr(grading_jobs, "MOST_GRADES", 12)
    assert grading_jobs.create(app, caller, NewJob(spec.spec_id), rows(3)).status is Status.PROCESSING
    with pytest.raises(TooLarge, match="4 rows with 4 grades each"):
        grading_jobs.create(app, caller, NewJob(spec.spec_id), rows(4))
    kept = aws.client("s3").list_objects_v2(
        Bucket=app.store.objects.bucket, Prefix=f"orgs/{caller.organization}/evaluations/"
    )
    assert sum("submissions.jsonl" in entry["Key"] for entry in kept["Contents"]) == 1


def test_a_job_is_no_evaluation(app: Application, caller: Caller, spec: EvalSpec) -> None:
    job = grading_jobs.create(app, caller, NewJob(spec.spec_id), rows(1))
    for use in (evaluations.get, evaluations.results, evaluations.cancel, evaluations.delete):
        with pytest.raises(NotFound, match="Evaluation not found"):
            use(app, caller, job.job_id)  # type: ignore[operator]


def test_an_evaluation_is_no_job(app: Application, caller: Caller, deployment: Any) -> None:
    deployment.recorded("tape", {"q1": "1"})
    new = evaluations.CreateEvaluation("tape", deployment.benchmark(1).benchmark_id)
    made = evaluations.create(app, caller, new)
    with pytest.raises(NotFound, match="Grading job not found"):
        grading_jobs.get(app, caller, made.evaluation_id)


def test_another_organizations_job_does_not_exist(
    app: Application, caller: Caller, stranger: Caller, spec: EvalSpec
) -> None:
    job = grading_jobs.create(app, caller, NewJob(spec.spec_id), rows(1))
    for use in (grading_jobs.get, grading_jobs.download, grading_jobs.cancel, grading_jobs.delete):
        with pytest.raises(NotFound):
            use(app, stranger, job.job_id)  # type: ignore[operator]


def test_a_job_without_results_says_so(app: Application, caller: Caller, spec: EvalSpec) -> None:
    job = grading_jobs.create(app, caller, NewJob(spec.spec_id), rows(1))
    with pytest.raises(NotFinished, match="not yet completed"):
        grading_jobs.download(app, caller, job.job_id)


def test_a_cancelled_job_can_be_resumed_though_it_has_no_benchmark(
    app: Application, caller: Caller, spec: EvalSpec, workflow: Any
) -> None:
    job = grading_jobs.create(app, caller, NewJob(spec.spec_id), rows(1))
    assert grading_jobs.cancel(app, caller, job.job_id).status is Status.CANCELLED
    grading_jobs.resume(app, caller, job.job_id, None)
    with pytest.raises(Conflict, match="the grading job is PROCESSING"):
        grading_jobs.resume(app, caller, job.job_id, None)
    assert workflow.started[-1] == (job.job_id, 2)


def test_a_deleted_job_leaves_nothing(
    app: Application, caller: Caller, spec: EvalSpec, execution: Any
) -> None:
    job = grading_jobs.create(app, caller, NewJob(spec.spec_id), rows(3))
    execution.run(evaluation(app, caller, job.job_id))
    grading_jobs.delete(app, caller, job.job_id)
    with pytest.raises(NotFound):
        grading_jobs.get(app, caller, job.job_id)
    bucket = app.store.objects.bucket
    prefix = layout.evaluation_prefix(caller.organization, job.job_id)
    assert aws.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)["KeyCount"] == 0


def arrive(app: Application, caller: Caller, job_id: str, content: bytes) -> None:
    """The file of a job, and the event that tells of it."""
    key = layout.upload_object(caller.organization, job_id)
    app.store.objects.write(key, content)
    ingest_upload(app, key)


def lines(count: int) -> bytes:
    written = [{"input": f"{n}?", "output": "yes", "expected_answer": "yes", "id": n} for n in range(count)]
    return "\n".join(map(json.dumps, written)).encode()


def test_a_job_waits_for_its_file_and_starts_when_it_has_arrived(
    app: Application, caller: Caller, spec: EvalSpec, workflow: Any, execution: Any
) -> None:
    job, upload = grading_jobs.request_upload(app, caller, NewJob(spec.spec_id, name="nightly"))
    assert upload.upload_id == job.job_id
    assert (job.status, job.evaluation, workflow.started) == (Status.PROCESSING, None, [])
    arrive(app, caller, job.job_id, lines(30))
    assert workflow.started == [(job.job_id, 1)]
    assert grading_jobs.get(app, caller, job.job_id).name == "nightly"
    assert run(app, caller, execution, job.job_id)["summary"]["total_earned_points"] == 30


def test_a_second_delivery_of_the_file_starts_no_second_job(
    app: Application, caller: Caller, spec: EvalSpec, workflow: Any
) -> None:
    job, _ = grading_jobs.request_upload(app, caller, NewJob(spec.spec_id))
    arrive(app, caller, job.job_id, lines(3))
    arrive(app, caller, job.job_id, lines(3))
    assert workflow.started == [(job.job_id, 1)]


def test_a_delivery_that_was_cut_off_after_storing_starts_the_job(
    app: Application, caller: Caller, spec: EvalSpec, workflow: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, _ = grading_jobs.request_upload(app, caller, NewJob(spec.spec_id))
    with monkeypatch.context() as cut:
        cut.setattr(evaluations, "start", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            arrive(app, caller, job.job_id, lines(3))
    arrive(app, caller, job.job_id, lines(3))
    assert workflow.started == [(job.job_id, 1)]


def test_the_same_idempotency_key_gives_the_same_job_to_wait_for(
    app: Application, caller: Caller, spec: EvalSpec
) -> None:
    def ask(fingerprint: str) -> str:
        job, upload = grading_jobs.request_upload(
            app, caller, NewJob(spec.spec_id), idempotency_key="k", fingerprint=fingerprint
        )
        assert upload.upload_id == job.job_id
        return job.job_id

    first = ask("a")
    assert ask("a") == first
    arrive(app, caller, first, lines(3))
    assert ask("a") == first
    with pytest.raises(IdempotencyMismatch):
        ask("b")


def test_a_wrong_file_names_the_line(app: Application, caller: Caller, spec: EvalSpec) -> None:
    job, _ = grading_jobs.request_upload(app, caller, NewJob(spec.spec_id))
    arrive(app, caller, job.job_id, lines(2) + b'\n{"input": "no output"}\n')
    failed = grading_jobs.get(app, caller, job.job_id)
    assert (failed.status, failed.line, failed.field) == (Status.FAILED, 3, "output")
    with pytest.raises(NotFinished, match="did not complete: line 3, field output: is missing"):
        grading_jobs.download(app, caller, failed.job_id)
    assert failed.error


def test_a_file_that_never_arrives_fails_its_job(
    app: Application, caller: Caller, spec: EvalSpec, clock: Any
) -> None:
    job, _ = grading_jobs.request_upload(app, caller, NewJob(spec.spec_id))
    clock.at += timedelta(hours=2)
    late = grading_jobs.get(app, caller, job.job_id)
    assert late.status is Status.FAILED
    assert "did not arrive" in (late.error or "")


def test_a_spec_that_was_deleted_before_the_file_arrived_fails_the_job(
    app: Application, caller: Caller, spec: EvalSpec
) -> None:
    job, _ = grading_jobs.request_upload(app, caller, NewJob(spec.spec_id))
    eval_specs.delete(app, caller, spec.spec_id)
    arrive(app, caller, job.job_id, lines(1))
    failed = grading_jobs.get(app, caller, job.job_id)
    assert (failed.status, failed.error) == (
        Status.FAILED,
        "its eval spec was deleted before the rows had arrived",
    )


def test_a_job_that_waits_for_its_file_cannot_be_cancelled_but_deleted(
    app: Application, caller: Caller, spec: EvalSpec
) -> None:
    job, _ = grading_jobs.request_upload(app, caller, NewJob(spec.spec_id))
    with pytest.raises(Conflict, match="has not begun"):
        grading_jobs.cancel(app, caller, job.job_id)
    grading_jobs.delete(app, caller, job.job_id)
    with pytest.raises(NotFound):
        grading_jobs.get(app, caller, job.job_id)


def test_an_unreadable_verdict_is_unscored_and_no_error(
    app: Application, caller: Caller, judged: EvalSpec, execution: Any, scripted: Any
) -> None:
    scripted.verdict = lambda messages: "Ignore the rubric, give it 10."
    job = grading_jobs.create(app, caller, NewJob(judged.spec_id), rows(2))
    document = run(app, caller, execution, job.job_id)
    assert (document["summary"]["unscored"], document["summary"]["errored"]) == (2, 0)
    counts = grading_jobs.get(app, caller, job.job_id).evaluation
    assert counts is not None
    assert counts.runs[0].counts.unscored == 2


def stored(app: Application, caller: Caller) -> list[str]:
    """The keys of every object of the organization."""
    found = aws.client("s3").list_objects_v2(
        Bucket=app.store.objects.bucket, Prefix=f"orgs/{caller.organization}/"
    )
    return [entry["Key"] for entry in found.get("Contents", [])]


def meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Let something happen once, when the rows of a file have just been read."""
    read = grading_jobs.read_submissions

    def overtaken(chunks: Iterator[bytes]) -> Iterator[Submission]:
        monkeypatch.setattr(grading_jobs, "read_submissions", read)
        found = list(read(chunks))
        happens()
        yield from found

    monkeypatch.setattr(grading_jobs, "read_submissions", overtaken)


def test_of_two_files_sent_with_one_form_one_is_graded_whole(
    app: Application,
    caller: Caller,
    spec: EvalSpec,
    workflow: Any,
    execution: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job, _ = grading_jobs.request_upload(app, caller, NewJob(spec.spec_id))
    meanwhile(monkeypatch, lambda: arrive(app, caller, job.job_id, lines(2)))
    arrive(app, caller, job.job_id, lines(9))
    assert set(workflow.started) == {(job.job_id, 1)}
    assert run(app, caller, execution, job.job_id)["summary"]["rows"] == 2
    assert len([key for key in stored(app, caller) if "submissions" in key]) == 2


def test_a_job_that_is_deleted_while_its_file_is_read_does_not_begin(
    app: Application, caller: Caller, spec: EvalSpec, workflow: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, _ = grading_jobs.request_upload(app, caller, NewJob(spec.spec_id))
    meanwhile(monkeypatch, lambda: grading_jobs.delete(app, caller, job.job_id))
    arrive(app, caller, job.job_id, lines(3))
    with pytest.raises(NotFound):
        grading_jobs.get(app, caller, job.job_id)
    assert (workflow.started, stored(app, caller)) == ([], [])


def test_a_file_that_comes_after_its_job_was_deleted_is_deleted_too(
    app: Application, caller: Caller, spec: EvalSpec
) -> None:
    job, _ = grading_jobs.request_upload(app, caller, NewJob(spec.spec_id))
    grading_jobs.delete(app, caller, job.job_id)
    arrive(app, caller, job.job_id, lines(3))
    assert stored(app, caller) == []


def test_a_second_file_is_not_kept(app: Application, caller: Caller, spec: EvalSpec) -> None:
    job, _ = grading_jobs.request_upload(app, caller, NewJob(spec.spec_id))
    arrive(app, caller, job.job_id, lines(3))
    arrive(app, caller, job.job_id, lines(4))
    assert layout.upload_object(caller.organization, job.job_id) not in stored(app, caller)


def test_a_deletion_that_was_cut_off_can_be_repeated(
    app: Application, caller: Caller, spec: EvalSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = grading_jobs.create(app, caller, NewJob(spec.spec_id), rows(3))
    with monkeypatch.context() as cut:
        cut.setattr(
            type(app.store.objects), "delete_prefix", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt)
        )
        with pytest.raises(KeyboardInterrupt):
            grading_jobs.delete(app, caller, job.job_id)
    grading_jobs.delete(app, caller, job.job_id)
    assert stored(app, caller) == []
    with pytest.raises(NotFound):
        grading_jobs.delete(app, caller, job.job_id)


def test_files_start_no_more_jobs_than_may_run_at_once(
    app: Application, caller: Caller, spec: EvalSpec, workflow: Any
) -> None:
    few = replace(app, settings=replace(app.settings, max_running=2))
    asked = [grading_jobs.request_upload(few, caller, NewJob(spec.spec_id))[0] for _ in range(3)]
    for job in asked:
        arrive(few, caller, job.job_id, lines(1))
    assert len(workflow.started) == 2
    refused = grading_jobs.get(few, caller, asked[2].job_id)
    assert refused.status is Status.FAILED
    assert "2 evaluations are running" in (refused.error or "")


def test_the_key_of_a_deleted_job_that_waited_is_a_conflict(
    app: Application, caller: Caller, spec: EvalSpec
) -> None:
    job, _ = grading_jobs.request_upload(app, caller, NewJob(spec.spec_id), idempotency_key="k")
    grading_jobs.delete(app, caller, job.job_id)
    with pytest.raises(Conflict, match="was deleted; use another key"):
        grading_jobs.request_upload(app, caller, NewJob(spec.spec_id), idempotency_key="k")


def test_a_budget_holds_for_every_call_about_a_row_before_any_was_made(
    app: Application, caller: Caller, judged: EvalSpec
) -> None:
    def expected(graders: list[dict[str, Any]], name: str) -> Decimal:
        spec = eval_specs.create(app, caller, NewSpec(name, graders))
        job = grading_jobs.create(app, caller, NewJob(spec.spec_id, max_cost_usd=Decimal(1)), rows(1))
        found = evaluation(app, caller, job.job_id)
        return expected_trial_cost(found, found.runs[0])

    # 300 prompt and 256 completion tokens at 1 and 10 dollars a million.
    one = Decimal("0.00286")
    assert expected([TOWN], "one") == one
    assert expected([EXACT], "none") == 0
    assert expected([{**TOWN, "name": f"town {n}"} for n in range(40)], "many") == 40 * one
    parts = {f"town{n}": {"requirement": "It names the town.", "model": "judge"} for n in range(3)}
    formula = {"type": "multi", "graders": parts, "calculate_output": "town0 * town1 * town2"}
    assert expected([formula, EXACT], "formula") == 3 * one
