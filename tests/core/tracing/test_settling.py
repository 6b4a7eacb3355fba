"""A logged run becomes an evaluation: when, of what, and again when more of it comes in."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from marksheet import evaluations
from marksheet.application import Application
from marksheet.domain import CallEnd, Caller, Evaluation, Status
from marksheet.errors import Conflict, InvalidRequest, NotFound
from marksheet.evaluations import CreateEvaluation
from marksheet.run_rows import open_rows, read_page
from marksheet.tracing.calls import take_in
from marksheet.tracing.settling import settle_all
from tests.deployment import Execution, RecordedWorkflow
from tests.traces import RUN, a_run, a_trial, at, run_call

END = CallEnd(RUN, at(30), {"exact": {"correct": {"true_count": 1}}})


def log(app: Application, caller: Caller, trials: int = 3, project: str = "p") -> None:
    """Hand in a whole run."""
    run, *rest = a_run(trials)
    take_in(app, caller, project, starts=[run], completes=rest, ends=[END])


def only(app: Application, caller: Caller) -> Evaluation:
    """The only evaluation there is."""
    (found,) = evaluations.list_page(app, caller).evaluations
    return evaluations.get(app, caller, found.evaluation_id)


def project_of(app: Application, evaluation_id: str) -> str:
    found = app.store.evaluations.find("acme", evaluation_id)
    assert found is not None
    return found.project


def downloaded(app: Application, caller: Caller) -> dict[str, Any]:
    """The results file of the only evaluation."""
    body = evaluations.download(app, caller, only(app, caller).evaluation_id).body
    found: dict[str, Any] = json.loads(body or b"")
    return found


def test_a_run_becomes_an_evaluation_when_it_is_over(
    app: Application, caller: Caller, workflow: RecordedWorkflow
) -> None:
    run, *rest = a_run(trials=3)
    take_in(app, caller, "p", starts=[run], completes=rest)
    assert evaluations.list_page(app, caller).total == 0
    take_in(app, caller, "p", ends=[END])
    evaluation = only(app, caller)
    assert workflow.started == [(evaluation.evaluation_id, 1)]
    assert (evaluation.status, evaluation.project, evaluation.name) == (Status.PROCESSING, "p", "one night")
    assert (evaluation.runs[0].run_id, evaluation.runs[0].model.model_id) == (RUN, "mirror")
    assert app.store.runs.find("acme", [RUN])[RUN].evaluation_id == evaluation.evaluation_id


def test_its_results_are_those_of_any_evaluation(
    app: Application, caller: Caller, execution: Execution
) -> None:
    log(app, caller)
    assert execution.run(only(app, caller)) is Status.READY
    file = downloaded(app, caller)
    assert (file["status"], file["model_id"], file["benchmark_name"]) == ("READY", "mirror", "nightly")
    assert (file["metrics"]["accuracy"], file["metrics"]["total_questions"]) == (0.6667, 3)
    told = [
        (row["question"], row["model_answer"], row["score"], row["outcome"])
        for row in file["detailed_results"]
    ]
    assert told == [
        ("Say 1", "answer 1", 1.0, "right"),
        ("Say 2", "answer 2", 0.0, "wrong"),
        ("Say 3", "answer 3", 1.0, "right"),
    ]
    # What the client paid, it did not say.
    assert (file["cost_usd"]["total"], file["cost_usd"]["unknown_trials"]) == (None, 3)
    assert evaluations.progress(only(app, caller), app.clock()).completed == 3


def test_its_rows_are_those_that_were_logged(app: Application, caller: Caller, execution: Execution) -> None:
    log(app, caller)
    execution.run(only(app, caller))
    evaluation = only(app, caller)
    page = read_page(app, "acme", [open_rows(app, evaluation, evaluation.runs[0])])
    logged = [trial.logged for _, runs in page.rows for row in runs[RUN] for trial in row.trials]
    told = {each.call_id: (each.output, each.scores, each.total_tokens) for each in logged if each}
    assert told == {
        f"trial-00{n}": (f"answer {n}", {"exact": {"correct": n % 2 == 1, "length": 3 + n}}, 10 * n)
        for n in (1, 2, 3)
    }
    assert app.store.calls.find_runs("acme", "p", [RUN])[RUN].settled


def test_a_run_that_never_ends_is_no_evaluation_and_counts_nowhere(app: Application, caller: Caller) -> None:
    run, *rest = a_run(trials=3)
    take_in(app, caller, "p", starts=[run], completes=rest)
    assert evaluations.list_page(app, caller).total == 0
    assert app.store.evaluations.count_running("acme", 50) == 0


def test_a_run_that_is_being_made_does_not_count_among_those_that_ask_models(
    app: Application, caller: Caller
) -> None:
    log(app, caller)
    assert only(app, caller).status is Status.PROCESSING
    assert app.store.evaluations.count_running("acme", 50) == 0


def test_the_end_of_a_run_that_comes_twice_makes_one_evaluation(
    app: Application, caller: Caller, workflow: RecordedWorkflow, execution: Execution
) -> None:
    log(app, caller)
    log(app, caller)
    evaluation = only(app, caller)
    assert set(workflow.started) == {(evaluation.evaluation_id, 1)}
    execution.run(evaluation)
    take_in(app, caller, "p", ends=[END])
    assert only(app, caller).status is Status.READY


def test_calls_that_come_late_are_settled_again(
    app: Application, caller: Caller, workflow: RecordedWorkflow, execution: Execution
) -> None:
    log(app, caller, trials=2)
    execution.run(only(app, caller))
    take_in(app, caller, "p", completes=a_trial(3))
    evaluation = only(app, caller)
    assert (evaluation.status, evaluation.attempt) == (Status.PROCESSING, 2)
    assert workflow.started == [(evaluation.evaluation_id, 1), (evaluation.evaluation_id, 2)]
    assert execution.run(evaluation) is Status.READY
    assert len(downloaded(app, caller)["detailed_results"]) == 3
    assert app.store.calls.find_runs("acme", "p", [RUN])[RUN].settled


def test_a_storm_of_late_batches_starts_one_execution(
    app: Application, caller: Caller, workflow: RecordedWorkflow, execution: Execution
) -> None:
    log(app, caller, trials=1)
    execution.run(only(app, caller))
    for number in range(2, 12):
        take_in(app, caller, "p", completes=a_trial(number))
    evaluation = only(app, caller)
    assert set(workflow.started) == {(evaluation.evaluation_id, 1), (evaluation.evaluation_id, 2)}
    execution.run(evaluation)
    assert len(downloaded(app, caller)["detailed_results"]) == 11


def test_what_comes_in_while_results_are_made_is_settled_after_them(
    app: Application, caller: Caller, workflow: RecordedWorkflow, execution: Execution
) -> None:
    log(app, caller, trials=2)
    evaluation = only(app, caller)
    execution.plan(evaluation)
    take_in(app, caller, "p", completes=a_trial(3))
    assert workflow.started == [(evaluation.evaluation_id, 1)]
    assert execution.finish(evaluation) is Status.READY
    # Found by the step that finished, since the batch left it to that.
    assert workflow.started == [(evaluation.evaluation_id, 1), (evaluation.evaluation_id, 2)]
    assert only(app, caller).attempt == 2
    execution.run(only(app, caller))
    assert len(downloaded(app, caller)["detailed_results"]) == 3
    assert len(workflow.started) == 2


def test_a_step_that_is_repeated_after_it_was_killed_settles_too(
    app: Application, caller: Caller, execution: Execution, monkeypatch: pytest.MonkeyPatch
) -> None:
    log(app, caller)
    evaluation = only(app, caller)
    execution.plan(evaluation)
    with monkeypatch.context() as patched:
        patched.setattr("marksheet.finishing._look_again", lambda app, evaluation: None)
        execution.finish(evaluation)
    assert not app.store.calls.find_runs("acme", "p", [RUN])[RUN].settled
    execution.finish(evaluation)
    assert app.store.calls.find_runs("acme", "p", [RUN])[RUN].settled


def test_an_end_whose_evaluation_was_not_stored_makes_it_when_it_comes_again(
    app: Application, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(app.store.evaluations, "add", killed)
        with pytest.raises(KeyboardInterrupt):
            log(app, caller)
    assert evaluations.list_page(app, caller).total == 0
    take_in(app, caller, "p", ends=[END])
    assert only(app, caller).runs[0].run_id == RUN


def test_an_execution_that_was_not_started_is_when_something_comes_again(
    app: Application, caller: Caller, workflow: RecordedWorkflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_evaluation: Evaluation) -> None:
        raise RuntimeError("no state machine")

    with monkeypatch.context() as patched:
        patched.setattr(workflow, "start", fails)
        with pytest.raises(RuntimeError):
            log(app, caller)
    assert only(app, caller).status is Status.FAILED
    take_in(app, caller, "p", ends=[END])
    assert workflow.started == [(only(app, caller).evaluation_id, 2)]


def test_a_run_id_of_another_project_is_refused(app: Application, caller: Caller) -> None:
    log(app, caller)
    with pytest.raises(Conflict, match="another run"):
        log(app, caller, project="q")


def test_an_id_that_was_taken_meanwhile_keeps_no_other_run_from_its_results(
    app: Application, caller: Caller, workflow: RecordedWorkflow
) -> None:
    log(app, caller)
    ended = replace(run_call(), ended_at=at(30))
    another = replace(ended, call_id="z-another", trace_id="z-another")
    # Past the check that is made before: both runs of the id came in at once.
    app.store.calls.add("acme", "q", starts=[], completes=[ended, another], ends=[])
    settle_all(app, "acme", "q", [RUN, "z-another"])
    assert [project_of(app, each) for each, _ in workflow.started] == ["p", "q"]


def test_a_run_without_trials_has_no_results(
    app: Application, caller: Caller, execution: Execution, workflow: RecordedWorkflow
) -> None:
    take_in(app, caller, "p", starts=[run_call()], ends=[END])
    with pytest.raises(Exception, match="cannot be made"):
        execution.plan(only(app, caller))
    failed = only(app, caller)
    assert (failed.status, failed.error) == (
        Status.FAILED,
        "the logged run has no results: no trial of it came in",
    )
    take_in(app, caller, "p", completes=a_trial(1))
    assert execution.run(only(app, caller)) is Status.READY


def test_a_cancelled_evaluation_is_left_alone_until_it_is_resumed(
    app: Application, caller: Caller, execution: Execution, workflow: RecordedWorkflow
) -> None:
    log(app, caller, trials=1)
    cancelled = evaluations.cancel(app, caller, only(app, caller).evaluation_id)
    take_in(app, caller, "p", completes=a_trial(2))
    assert only(app, caller).status is Status.CANCELLED
    resumed = evaluations.resume(app, caller, cancelled.evaluation_id)
    assert workflow.started[-1] == (cancelled.evaluation_id, 2)
    execution.run(resumed)
    assert len(downloaded(app, caller)["detailed_results"]) == 2


def test_what_failed_elsewhere_is_reported_and_not_judged(
    app: Application, caller: Caller, execution: Execution
) -> None:
    run, *rest = a_run(trials=3)
    broken = [
        replace(each, exception="ValueError: no", output=None) if each.is_trial else each for each in rest
    ]
    take_in(app, caller, "p", starts=[run], completes=broken, ends=[END])
    assert execution.run(only(app, caller)) is Status.READY
    file = downloaded(app, caller)
    assert [row["error"]["code"] for row in file["detailed_results"]] == ["exception"] * 3


def test_deleting_the_evaluation_deletes_the_run(
    app: Application, caller: Caller, execution: Execution
) -> None:
    log(app, caller)
    execution.run(only(app, caller))
    evaluations.delete(app, caller, only(app, caller).evaluation_id)
    assert list(app.store.calls.trials_of("acme", "p", RUN)) == []
    assert app.store.calls.find_runs("acme", "p", [RUN])[RUN].deleted
    assert app.store.runs.find("acme", [RUN]) == {}
    # What comes late brings nothing back.
    log(app, caller)
    assert evaluations.list_page(app, caller).total == 0


def test_a_run_that_is_deleted_while_it_is_planned_is_gone(
    app: Application, caller: Caller, execution: Execution, monkeypatch: pytest.MonkeyPatch
) -> None:
    log(app, caller)
    evaluation = only(app, caller)
    pin = app.store.evaluations.pin

    def deleted_before(pinned: Evaluation) -> None:
        evaluations.delete(app, caller, evaluation.evaluation_id)
        pin(pinned)

    monkeypatch.setattr(app.store.evaluations, "pin", deleted_before)
    with pytest.raises(Exception, match="deleted while"):
        execution.plan(evaluation)
    with pytest.raises(NotFound):
        evaluations.get(app, caller, evaluation.evaluation_id)


def test_answers_that_were_logged_are_not_marked_again(
    app: Application, caller: Caller, execution: Execution
) -> None:
    log(app, caller)
    execution.run(only(app, caller))
    with pytest.raises(InvalidRequest, match="was logged by a client"):
        evaluations.create(app, caller, CreateEvaluation(answers_from=only(app, caller).evaluation_id))
