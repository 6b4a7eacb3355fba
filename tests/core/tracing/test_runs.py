"""Runs one by one: begun, listed, looked at, ended and deleted."""

from __future__ import annotations

from typing import Any

import pytest

from marksheet import aws, evaluations
from marksheet.application import Application
from marksheet.domain import CallEnd, Caller
from marksheet.errors import Conflict, NotFound
from marksheet.evaluations import CreateEvaluation
from marksheet.store.trace_deleting import TraceDeleter
from marksheet.tracing import runs
from marksheet.tracing.calls import take_in
from tests.deployment import TABLE, Execution
from tests.traces import MODEL, RUN, a_run, at

EVALUATION = "weave:///acme/p/object/nightly:e0"


@pytest.fixture
def logged(app: Application, caller: Caller) -> str:
    """A run that a client logged."""
    run, *rest = a_run(trials=1)
    take_in(app, caller, "p", starts=[run], completes=rest, ends=[CallEnd(RUN, at(9), {"mean": 1})])
    return RUN


def compared(app: Application, caller: Caller, deployment: Any) -> tuple[str, str]:
    """The two runs of an evaluation that Marksheet makes."""
    for name in ("one", "two"):
        deployment.recorded(name, {"q1": "1"})
    new = CreateEvaluation("one", deployment.benchmark(1).benchmark_id, model_id_2="two")
    first, second = evaluations.create(app, caller, new).runs
    return first.run_id, second.run_id


def test_a_run_is_begun_looked_at_and_ended(app: Application, caller: Caller) -> None:
    run_id = runs.begin(app, caller, "p", EVALUATION, MODEL, "earlier")
    found = runs.get(app, caller, "p", run_id)
    assert (found.evaluation_ref, found.model_ref, found.source_run_id) == (EVALUATION, MODEL, "earlier")
    assert (found.status, found.finished_at, found.summary) == ("running", None, None)
    runs.finish(app, caller, "p", run_id, {"mean": 0.5})
    found = runs.get(app, caller, "p", run_id)
    assert (found.status, found.summary) == ("completed", {"mean": 0.5})
    assert found.finished_at is not None
    assert evaluations.list_page(app, caller).total == 1


def test_a_run_that_a_client_logged_is_looked_at(app: Application, caller: Caller, logged: str) -> None:
    found = runs.get(app, caller, "p", logged)
    assert (found.evaluation_ref, found.model_ref) == (EVALUATION, MODEL)
    assert (found.status, found.started_at, found.finished_at) == ("completed", at(0), at(9))


def test_a_run_that_ended_in_an_exception_failed(app: Application, caller: Caller) -> None:
    take_in(app, caller, "p", starts=a_run()[:1], ends=[CallEnd(RUN, at(9), exception="ValueError")])
    assert runs.get(app, caller, "p", RUN).status == "failed"


def test_ending_a_run_that_nobody_knows_is_no_error(app: Application, caller: Caller) -> None:
    runs.finish(app, caller, "p", "nobody", None)
    with pytest.raises(NotFound):
        runs.get(app, caller, "p", "nobody")
    assert evaluations.list_page(app, caller).total == 0


def test_runs_are_listed_the_newest_first_whoever_made_them(
    app: Application, caller: Caller, deployment: Any, execution: Execution, logged: str
) -> None:
    deployment.recorded("model", {"q1": "1"})
    new = CreateEvaluation("model", deployment.benchmark(1).benchmark_id, project="p")
    made = evaluations.create(app, caller, new).runs[0].run_id
    begun = runs.begin(app, caller, "p", "weave:///acme/p/object/other:e1", MODEL)
    runs.begin(app, caller, "q", EVALUATION, MODEL)
    listed = [record.run_id for record in runs.list_records(app, caller, "p")]
    assert listed == [begun, made, logged]
    for offset in range(4):
        page = runs.list_records(app, caller, "p", offset=offset, limit=2)
        assert [record.run_id for record in page] == listed[offset : offset + 2]


def test_lists_are_of_some_runs_evaluations_or_models(app: Application, caller: Caller, logged: str) -> None:
    begun = runs.begin(app, caller, "p", "weave:///acme/p/object/other:e1", "weave:///acme/p/object/m:2")

    def listed(**chosen: Any) -> list[str]:
        return [record.run_id for record in runs.list_records(app, caller, "p", **chosen)]

    assert listed(evaluation_refs=[EVALUATION]) == [logged]
    assert listed(model_refs=["weave:///acme/p/object/m:2"]) == [begun]
    assert listed(run_ids=[begun, "nobody", logged, begun]) == [begun, logged]
    assert listed(run_ids=[logged], model_refs=["weave:///acme/p/object/m:2"]) == []
    assert listed(run_ids=[]) == []


def test_a_deleted_run_is_gone_with_its_evaluation(
    app: Application, caller: Caller, execution: Execution, logged: str
) -> None:
    (evaluation,) = evaluations.list_page(app, caller).evaluations
    execution.run(evaluation)
    assert runs.delete(app, caller, "p", [logged, "nobody"]) == 2
    assert evaluations.list_page(app, caller).total == 0
    assert runs.list_records(app, caller, "p") == []
    with pytest.raises(NotFound):
        runs.get(app, caller, "p", logged)
    assert runs.delete(app, caller, "p", [logged]) == 1


def test_a_run_is_gone_when_its_evaluation_was_deleted(app: Application, caller: Caller, logged: str) -> None:
    (evaluation,) = evaluations.list_page(app, caller).evaluations
    evaluations.delete(app, caller, evaluation.evaluation_id)
    assert runs.list_records(app, caller, "p") == []


@pytest.mark.parametrize("way", ["run", "evaluation"])
def test_a_deletion_that_was_cut_short_is_repeated(
    way: str, app: Application, caller: Caller, logged: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (evaluation,) = evaluations.list_page(app, caller).evaluations

    def delete() -> None:
        if way == "run":
            runs.delete(app, caller, "p", [logged])
        else:
            evaluations.delete(app, caller, evaluation.evaluation_id)

    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(TraceDeleter, "delete_run", killed)
        with pytest.raises(KeyboardInterrupt):
            delete()
    assert evaluations.list_page(app, caller).total == 0
    assert runs.list_records(app, caller, "p") == []
    delete()
    left = aws.client("dynamodb").scan(TableName=TABLE)["Items"]
    assert [item["SK"]["S"] for item in left] == ["D"]


def test_a_run_that_marksheet_made_alone_is_deleted_with_its_evaluation(
    app: Application, caller: Caller, deployment: Any
) -> None:
    deployment.recorded("model", {"q1": "1"})
    new = CreateEvaluation("model", deployment.benchmark(1).benchmark_id)
    run = evaluations.create(app, caller, new).runs[0]
    runs.delete(app, caller, "default", [run.run_id])
    assert evaluations.list_page(app, caller).total == 0


def test_one_of_two_runs_is_not_deleted_alone(
    app: Application, caller: Caller, deployment: Any, logged: str
) -> None:
    first, _ = compared(app, caller, deployment)
    with pytest.raises(Conflict):
        runs.delete(app, caller, "default", [first])
    assert evaluations.list_page(app, caller).total == 2


def test_runs_of_others_are_not_found(
    app: Application, caller: Caller, stranger: Caller, logged: str
) -> None:
    for who, project in ((stranger, "p"), (caller, "q")):
        with pytest.raises(NotFound):
            runs.get(app, who, project, logged)
        assert runs.list_records(app, who, project) == []
        runs.delete(app, who, project, [logged])
    assert runs.get(app, caller, "p", logged).status == "completed"
