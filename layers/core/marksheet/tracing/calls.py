"""Taking in the calls that clients hand in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from marksheet.errors import Conflict
from marksheet.identifiers import new_uuid
from marksheet.tracing.settling import settle_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marksheet.application import Application
    from marksheet.domain import Call, CallEnd, Caller


def take_in(
    app: Application,
    caller: Caller,
    project: str,
    *,
    starts: Sequence[Call] = (),
    completes: Sequence[Call] = (),
    ends: Sequence[CallEnd] = (),
    found_by_id: bool = False,
) -> list[Call]:
    """Store calls of a project, in any order and any number of times; gives the starts with their ids. Runs
    that are over with these calls, or were, become evaluations.

    A start without an id gets one. Without a trace it joins that of the call it is below, if that is known,
    else it begins one. Raises `Conflict`, and stores nothing, where they are a run, or trials of one, with
    the id of a run of another project or of one that Marksheet makes.
    """
    begun = _with_ids(app, caller, project, starts)
    _refuse_taken(app, caller.organization, project, [*begun, *completes])
    over = app.store.calls.add(
        caller.organization,
        project,
        starts=begun,
        completes=completes,
        ends=ends,
        found_by_id=found_by_id,
    )
    settle_all(app, caller.organization, project, over)
    return begun


def _refuse_taken(app: Application, organization: str, project: str, calls: Sequence[Call]) -> None:
    runs = {call.call_id for call in calls if call.is_run}
    run_ids = sorted(runs | {call.parent_id for call in calls if call.is_trial and call.parent_id})
    places = app.store.runs.find(organization, run_ids) if run_ids else {}
    here = app.store.calls.find_runs(organization, project, list(places)) if places else {}
    for run_id, place in places.items():
        run = here.get(run_id)
        if run is None or run.evaluation_id != place.evaluation_id:
            raise Conflict(f"there is another run {run_id!r}; a run has an id of its own")


def _with_ids(app: Application, caller: Caller, project: str, starts: Sequence[Call]) -> list[Call]:
    named = [call if call.call_id else replace(call, call_id=new_uuid(app.clock())) for call in starts]
    traces = {call.call_id: call.trace_id for call in named}
    complete = []
    for call in named:
        trace_id: str | None = call.trace_id
        if not trace_id and call.parent_id is not None:
            above = call.parent_id
            trace_id = traces.get(above) or app.store.calls.find_trace(caller.organization, project, above)
        traces[call.call_id] = trace_id or call.call_id
        complete.append(replace(call, trace_id=traces[call.call_id]))
    return complete
