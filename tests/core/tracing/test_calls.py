"""Taking calls in: the ids of those that have none."""

from __future__ import annotations

from dataclasses import replace

from marksheet.application import Application
from marksheet.domain import Caller
from marksheet.tracing.calls import take_in
from tests.traces import RUN, TRACE, a_trial, run_call


def test_a_call_without_ids_gets_them(app: Application, caller: Caller) -> None:
    (begun,) = take_in(app, caller, "p", starts=[replace(run_call(), call_id="", trace_id="")])
    assert begun.call_id
    assert begun.trace_id == begun.call_id
    assert app.store.calls.find_runs("acme", "p", [begun.call_id])[begun.call_id].call == begun


def test_a_call_without_a_trace_joins_that_of_the_call_above(app: Application, caller: Caller) -> None:
    take_in(app, caller, "p", starts=[run_call()])
    trial, below, _ = (replace(each, trace_id="", ended_at=None, output=None) for each in a_trial(1))
    begun = take_in(app, caller, "p", starts=[trial, below])
    assert [call.trace_id for call in begun] == [TRACE, TRACE]
    (later,) = take_in(app, caller, "p", starts=[replace(below, call_id="later")])
    assert later.trace_id == TRACE
    ((_, children),) = app.store.calls.trials_of("acme", "p", RUN)
    assert {call.call_id for call in children} == {"trial-001-p", "later"}
