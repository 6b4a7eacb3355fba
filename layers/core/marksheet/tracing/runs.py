"""Runs as they are handled one by one: begun, listed, looked at, ended, deleted, whoever made them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice, starmap
from typing import TYPE_CHECKING, Any, Literal

from marksheet import evaluations
from marksheet.domain import RUN_OPERATION, Call, CallEnd, Status
from marksheet.errors import Conflict, NotFound
from marksheet.identifiers import new_uuid
from marksheet.row_results.known_runs import facts_of_made, find_made_runs
from marksheet.tracing.calls import take_in
from marksheet.tracing.trials import when

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from marksheet.application import Application
    from marksheet.domain import Caller, Evaluation, LoggedRun, Run

SOURCE = "source_evaluation_run_id"
"""Attribute of a run that was made from another one."""
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What is known of a run without its trials."""

    run_id: str
    evaluation_ref: str
    """Empty where its client said none."""
    model_ref: str
    status: Literal["running", "completed", "failed"]
    started_at: str | None
    finished_at: str | None
    summary: Mapping[str, Any] | None
    source_run_id: str | None = None


def begin(
    app: Application, caller: Caller, project: str, evaluation: str, model: str, source: str | None = None
) -> str:
    """Begin a run of a model, both named by references; gives its id."""
    run_id = new_uuid(app.clock())
    call = Call(
        call_id=run_id,
        # Whoever knows the run knows its trace.
        trace_id=run_id,
        parent_id=None,
        op_name=RUN_OPERATION,
        started_at=app.now(),
        inputs={"self": evaluation, "model": model},
        attributes={} if source is None else {SOURCE: source},
    )
    take_in(app, caller, project, starts=[call])
    return run_id


def get(app: Application, caller: Caller, project: str, run_id: str) -> RunRecord:
    """A run. Raises `NotFound`, also for one of which only trials came in."""
    for record in _find(app, caller, project, [run_id]):
        return record
    raise NotFound("Evaluation run", run_id)


def list_records(
    app: Application,
    caller: Caller,
    project: str,
    *,
    run_ids: Collection[str] | None = None,
    evaluation_refs: Collection[str] | None = None,
    model_refs: Collection[str] | None = None,
    offset: int = 0,
    limit: int | None = None,
) -> list[RunRecord]:
    """The runs of a project that were logged, and those that Marksheet made, the newest first."""
    found = (
        record
        for record in _records(app, caller, project, run_ids)
        if (evaluation_refs is None or record.evaluation_ref in evaluation_refs)
        and (model_refs is None or record.model_ref in model_refs)
    )
    return list(islice(found, offset, None if limit is None else offset + limit))


def finish(
    app: Application, caller: Caller, project: str, run_id: str, summary: Mapping[str, Any] | None
) -> None:
    """End a logged run, which is made into an evaluation then; ending one that nobody knows is no error, for
    its begin may follow. Raises `Conflict` for a run that Marksheet makes and has not finished.
    """
    made = find_made(app, caller, project, run_id)
    if made is None:
        take_in(
            app,
            caller,
            project,
            ends=[CallEnd(run_id, app.now(), None if summary is None else dict(summary))],
        )
    elif not made[0].status.terminal:
        raise Conflict("Marksheet makes this run, and ends it itself")


def delete(app: Application, caller: Caller, project: str, run_ids: Sequence[str]) -> int:
    """Delete runs for good, with their trials and the evaluations that were made of them; gives how many ids
    were named. One that is not there is no error.

    Raises `Conflict` for a run that Marksheet made beside another one, before anything is deleted.
    """
    made = find_made_runs(app, caller.organization, project, run_ids)
    for run_id, (evaluation, _) in made.items():
        if evaluation.comparison:
            raise Conflict(
                f"run {run_id!r} is one of the two of evaluation {evaluation.evaluation_id!r}; delete that"
            )
    others = [run_id for run_id in run_ids if run_id not in made]
    logged = app.store.calls.find_runs(caller.organization, project, others)
    for evaluation, _ in made.values():
        evaluations.delete(app, caller, evaluation.evaluation_id)
    for run in logged.values():
        delete_logged(app, caller, project, run)
    return len(run_ids)


def delete_logged(app: Application, caller: Caller, project: str, run: LoggedRun) -> None:
    """Delete a logged run, and its evaluation if there is one. A deletion cut short can be repeated."""
    now = int(app.clock().timestamp())
    # First, so that nothing which comes in now makes an evaluation again.
    app.store.calls.hide_run(caller.organization, project, run.run_id, now=now)
    if run.evaluation_id is not None:
        with suppress(NotFound):
            evaluations.delete(app, caller, run.evaluation_id)
    app.store.calls.delete_run(caller.organization, project, run.run_id, now=now)


def find_made(app: Application, caller: Caller, project: str, run_id: str) -> tuple[Evaluation, Run] | None:
    """A run of the project that Marksheet makes or made."""
    return find_made_runs(app, caller.organization, project, [run_id]).get(run_id)


def _records(
    app: Application, caller: Caller, project: str, run_ids: Collection[str] | None
) -> Iterator[RunRecord]:
    """Runs of the project, the newest first, and some fifty read at a time."""
    organization = caller.organization
    if run_ids is not None:
        found = _find(app, caller, project, list(dict.fromkeys(run_ids)))
        yield from sorted(found, key=lambda record: when(record.started_at), reverse=True)
        return
    made = (
        (when(at), evaluation_id, False)
        for evaluation_id, at in app.store.evaluations.made_in(organization, project)
    )
    logged = ((when(at), run_id, True) for run_id, at in app.store.calls.list_runs(organization, project))
    newest_first = iter(sorted(chain(made, logged), reverse=True))
    while some := list(islice(newest_first, _AT_ONCE)):
        evaluations_there = app.store.evaluations.find_many(
            organization, [each for _, each, is_logged in some if not is_logged]
        )
        by_id = {evaluation.evaluation_id: evaluation for evaluation in evaluations_there}
        runs = app.store.calls.find_runs(
            organization, project, [each for _, each, is_logged in some if is_logged]
        )
        for _, each, is_logged in some:
            if not is_logged and each in by_id:
                yield from (_of_made(by_id[each], run) for run in by_id[each].runs)
            elif each in runs and (record := _of_logged(runs[each])):
                yield record


def _find(app: Application, caller: Caller, project: str, run_ids: Sequence[str]) -> list[RunRecord]:
    """Those of the runs that there are, whoever made them."""
    made = find_made_runs(app, caller.organization, project, run_ids)
    others = [run_id for run_id in run_ids if run_id not in made]
    logged = app.store.calls.find_runs(caller.organization, project, others).values()
    return [*starmap(_of_made, made.values()), *filter(None, map(_of_logged, logged))]


def _of_made(evaluation: Evaluation, run: Run) -> RunRecord:
    facts = facts_of_made(evaluation, run)
    ended: dict[Status, Literal["running", "completed", "failed"]] = {
        Status.PROCESSING: "running",
        Status.READY: "completed",
    }
    return RunRecord(
        run_id=run.run_id,
        evaluation_ref=facts.evaluation_ref or "",
        model_ref=facts.model_ref or "",
        status=ended.get(evaluation.status, "failed"),
        started_at=facts.started_at,
        finished_at=evaluation.completed_at,
        summary=(evaluation.headline or {}).get(run.position),
    )


def _of_logged(run: LoggedRun) -> RunRecord | None:
    """None where nothing is known but trials, or the run is deleted."""
    call = run.call
    if call is None or run.deleted:
        return None
    source = call.attributes.get(SOURCE)
    return RunRecord(
        run_id=run.run_id,
        evaluation_ref=_text(call.evaluated_by),
        model_ref=_text(call.inputs.get("model")),
        status="running" if call.ended_at is None else "failed" if call.exception else "completed",
        started_at=call.started_at,
        finished_at=call.ended_at,
        summary=call.output if isinstance(call.output, dict) else None,
        source_run_id=source if isinstance(source, str) else None,
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
