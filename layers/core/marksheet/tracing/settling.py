"""A logged run that is over becomes an evaluation of its own, and again when more of it comes in.

At most one execution works on a run: whoever finds one at work leaves it to that, which looks again when it
is done. See docs/adr/0018-logged-runs.md.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from marksheet import evaluations
from marksheet.domain import Benchmark, Evaluation, Model, ProviderName, Run, Status
from marksheet.errors import Conflict
from marksheet.identifiers import new_id
from marksheet.store.table import ConditionFailed
from marksheet.tracing.logged_metrics import NO_METRIC
from marksheet.tracing.references import read_reference

if TYPE_CHECKING:
    from collections.abc import Iterable

    from marksheet.application import Application
    from marksheet.domain import Call, LoggedRun

PART_QUESTIONS = 200
"""Of a logged run; nobody works on its shards, so they only have to be of a good size to read."""
_UNNAMED = "(logged)"
"""Stands where a run does not say which model it asks, or by which evaluation. No model can be called so."""


def settle_all(app: Application, organization: str, project: str, run_ids: Iterable[str]) -> None:
    """Settle runs that are over, as far as they are not."""
    for run_id in sorted(run_ids):
        # One that got its id at the same time as a run of another project, and later: it stays what was
        # logged, as all of the batch does, and has no evaluation.
        with suppress(Conflict):
            settle(app, organization, project, run_id)


def settle(app: Application, organization: str, project: str, run_id: str) -> None:
    """Have what came in of a run made into its evaluation's results, unless it is in them, or is being made.

    Nothing happens to a run that is not over, was deleted, or whose evaluation somebody cancelled. Raises
    `Conflict` where a run of another project has the id.
    """
    run = app.store.calls.find_runs(organization, project, [run_id]).get(run_id)
    if run is None or run.deleted or run.call is None or run.call.ended_at is None or run.settled:
        return
    evaluation = _evaluation_of(app, organization, project, run, run.call)
    if evaluation is None or evaluation.status is Status.CANCELLED:
        return
    if evaluation.status.terminal:
        if not app.store.evaluations.reopen(evaluation):
            return
        evaluation = app.store.evaluations.find(organization, evaluation.evaluation_id)
        if evaluation is None:
            return
    if run.planned != evaluation.attempt:
        # It may have been started already, in vain then: an execution's name runs once.
        evaluations.start(app, evaluation)


def look_again(app: Application, evaluation: Evaluation) -> None:
    """Note that an attempt's results are there, and settle what came in since they were planned."""
    organization, project, run_id = evaluation.organization, evaluation.project, evaluation.runs[0].run_id
    app.store.calls.settle(organization, project, run_id, evaluation.attempt)
    settle(app, organization, project, run_id)


def _evaluation_of(
    app: Application, organization: str, project: str, run: LoggedRun, call: Call
) -> Evaluation | None:
    """The evaluation of a run, which is made if there is none; None where it was deleted meanwhile."""
    evaluation_id = run.evaluation_id or app.store.calls.claim(
        organization, project, run.run_id, new_id("eval", app.clock())
    )
    there = app.store.evaluations.find(organization, evaluation_id)
    if there is not None:
        return there
    made = _assemble(app, organization, project, evaluation_id, call)
    try:
        app.store.evaluations.add(made)
    except ConditionFailed as lost:
        there = app.store.evaluations.find(organization, evaluation_id)
        place = app.store.runs.find(organization, [run.run_id]).get(run.run_id)
        if there is None and place is not None and place.evaluation_id != evaluation_id:
            raise Conflict(f"there is another run {run.run_id!r}; a run has an id of its own") from lost
        return there
    return made


def _assemble(
    app: Application, organization: str, project: str, evaluation_id: str, call: Call
) -> Evaluation:
    """What is known of a run before its calls are read; PlanEvaluation does that, and pins the rest."""
    now = app.now()
    asked = Model(
        organization, _named(call.inputs.get("model")), ProviderName.RECORDED, {}, Status.READY, now
    )
    rows = Benchmark(
        organization=organization,
        benchmark_id=evaluation_id,
        version=1,
        name=_named(call.evaluated_by),
        status=Status.READY,
        question_count=0,
        sha256="",
        questions_key="",
        scorers=(),
        created_at=now,
    )
    return Evaluation(
        organization=organization,
        evaluation_id=evaluation_id,
        status=Status.PROCESSING,
        benchmark=rows,
        runs=(Run(call.call_id, 0, asked),),
        scorers=(NO_METRIC,),
        created_at=now,
        # Whatever became of it elsewhere, it is reported, and not judged by how much of it failed.
        max_error_share=1.0,
        shard_size=PART_QUESTIONS,
        name=call.display_name,
        project=project,
        logged=True,
    )


def _named(told: object) -> str:
    """The name within a reference to a model or an evaluation."""
    reference = read_reference(told)
    return reference.name if reference and reference.name else _UNNAMED
