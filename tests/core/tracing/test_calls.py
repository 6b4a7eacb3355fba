"""Taking calls in: the ids of those that have none, and ids that are taken."""

from __future__ import annotations

from dataclasses import replace

import pytest

from marksheet import evaluations
from marksheet.application import Application
from marksheet.domain import Caller
from marksheet.errors import Conflict
from marksheet.evaluations import CreateEvaluation
from marksheet.tracing.calls import take_in
from tests.deployment import Deployment
from tests.traces import RUN, TRACE, a_run, a_trial, run_call


def test_a_call_without_ids_gets_them(app: Application, caller: Caller) -> None:
    (begun,) = take_in(app, caller, "p", starts=[replace(run_call(), call_id="", trace_id="")])
    assert begun.call_id
    assert begun.trace_id == begun.call_id
    assert app.store.calls.find_runs("acme", "p", [begun.call_id])[begun.call_id].call == begun


def test_a_batch_with_a_run_of_another_project_is_not_stored(app: Application, caller: Caller) -> None:
    run, *trial = a_run(1)
    ended = replace(run, ended_at=trial[0].ended_at)
    take_in(app, caller, "p", completes=[ended, *trial])
    another = replace(ended, call_id="another", trace_id="another")
    with pytest.raises(Conflict, match=f"another run '{RUN}'"):
        take_in(app, caller, "q", completes=[ended, *trial, another])
    assert app.store.calls.find_runs("acme", "q", [RUN, "another"]) == {}


def test_a_run_that_marksheet_makes_is_not_logged(
    app: Application, caller: Caller, deployment: Deployment
) -> None:
    deployment.recorded("m", {"q1": "1"})
    new = CreateEvaluation("m", deployment.benchmark(1).benchmark_id)
    run_id = evaluations.create(app, caller, new).runs[0].run_id
    for project in ("default", "q"):
        with pytest.raises(Conflict, match="another run"):
            take_in(app, caller, project, starts=[replace(run_call(), call_id=run_id)])


def test_a_run_that_is_over_may_come_in_again(app: Application, caller: Caller) -> None:
    run, *trial = a_run(1)
    ended = replace(run, ended_at=trial[0].ended_at)
    for _ in range(2):
        take_in(app, caller, "p", completes=[ended, *trial])
    assert evaluations.list_page(app, caller).total == 1


def test_a_call_without_a_trace_joins_that_of_the_call_above(app: Application, caller: Caller) -> None:
    take_in(app, caller, "p", starts=[run_call()])
    trial, below, _ = (replace(each, trace_id="", ended_at=None, output=None) for each in a_trial(1))
    begun = take_in(app, caller, "p", starts=[trial, below])
    assert [call.trace_id for call in begun] == [TRACE, TRACE]
    (later,) = take_in(app, caller, "p", starts=[replace(below, call_id="later")])
    assert later.trace_id == TRACE
    ((_, children),) = app.store.calls.trials_of("acme", "p", RUN)
    assert {call.call_id for call in children} == {"trial-001-p", "later"}
