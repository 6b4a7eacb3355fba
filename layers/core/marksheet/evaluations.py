"""Evaluations as their callers handle them: create, list, look at, download, cancel, resume, delete.

What happens in between is in `planning`, `worker.lanes` and `finishing`, a module for each step of the state
machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson

from marksheet.assembling import CreateEvaluation, assemble
from marksheet.dialects import nugen
from marksheet.domain import Caller, Evaluation, Status
from marksheet.errors import (
    Conflict,
    IdempotencyMismatch,
    InvalidRequest,
    LimitExceeded,
    NotFinished,
    NotFound,
    Problem,
)
from marksheet.store import layout
from marksheet.store.idempotency import IdempotencyKeyUsed, IdempotencyRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from decimal import Decimal

    from marksheet.application import Application

NOUN = "Evaluation"
"""What is not found; grading jobs, which are evaluations too, have one of their own and are told apart by
it.
"""
IDEMPOTENCY_WINDOW = timedelta(hours=24)
MAXIMUM_IDEMPOTENCY_KEY = 255


@dataclass(frozen=True, slots=True)
class Page:
    """Some evaluations, newest first, of so many in all."""

    evaluations: list[Evaluation]
    total: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an evaluation is, in questions answered by every run."""

    completed: int
    total: int
    average_seconds: float | None
    """Wall time a completed question took so far, over all workers; None before the first."""
    eta_seconds: int | None
    """Whole seconds until done at that rate; None before the first, and once there is nothing left."""


@dataclass(frozen=True, slots=True)
class Download:
    """The results file: its content while it is small enough for a response, else a URL that gets it."""

    evaluation: Evaluation
    body: bytes | None
    url: str | None


def create(
    app: Application,
    caller: Caller,
    new: CreateEvaluation,
    *,
    idempotency_key: str | None = None,
    fingerprint: str = "",
) -> Evaluation:
    """Store an evaluation and start its execution.

    With an `idempotency_key` the same request (`fingerprint`, a digest of its body) gives the evaluation that
    was created first, for 24 hours; another body under that key raises `IdempotencyMismatch`. Raises
    `InvalidRequest` when a model or the benchmark is not there or not ready.
    """
    return create_once(
        app,
        caller,
        lambda: assemble(app, caller, new),
        idempotency_key=idempotency_key,
        fingerprint=fingerprint,
    )


def create_once(
    app: Application,
    caller: Caller,
    assemble: Callable[[], Evaluation],
    *,
    idempotency_key: str | None,
    fingerprint: str,
    noun: str = NOUN,
    window: timedelta = IDEMPOTENCY_WINDOW,
) -> Evaluation:
    """As `create`, for whatever makes the evaluation, and for as long as `window` says."""
    record = idempotency_record(app, idempotency_key, fingerprint, window)
    # Looked up first, since what the first request named may have been deleted meanwhile.
    used = app.store.idempotency.find(caller.organization, record.key, record.now) if record else None
    if used is None:
        check_running(app, caller)
        evaluation = assemble()
        try:
            app.store.evaluations.add(evaluation, record)
        except IdempotencyKeyUsed as lost:
            used = lost
            # What it may have stored already: the rows of a grading job.
            app.store.objects.delete_prefix(
                layout.evaluation_prefix(caller.organization, evaluation.evaluation_id)
            )
    if used is not None:
        if used.fingerprint != fingerprint:
            raise IdempotencyMismatch("this Idempotency-Key was used with another request") from None
        evaluation = _created_before(app, caller, used.evaluation_id, noun)
    if not evaluation.status.terminal:
        # A repeated request starts it too: the first may have died between storing and starting. Starting is
        # idempotent.
        start(app, evaluation)
    return evaluation


def list_page(
    app: Application,
    caller: Caller,
    *,
    status: Collection[Status] | None = None,
    model_id: str | None = None,
    project: str | None = None,
    limit: int = 10,
    offset: int = 0,
) -> Page:
    """One page of the organization's evaluations, newest first."""
    found, total = app.store.evaluations.list_page(
        caller.organization,
        statuses=sorted(status) if status is not None else None,
        model_id=model_id,
        project=project,
        offset=offset,
        limit=limit,
    )
    return Page(found, total)


def get(app: Application, caller: Caller, evaluation_id: str, *, noun: str = NOUN) -> Evaluation:
    """An evaluation with its counts so far. Raises `NotFound`."""
    evaluation = app.store.evaluations.find(caller.organization, evaluation_id, counts=True)
    if evaluation is None or (evaluation.eval_spec is None) != (noun == NOUN):
        raise NotFound(noun, evaluation_id)
    return evaluation


def progress(evaluation: Evaluation, now: datetime) -> Progress:
    """How far an evaluation is at `now`, or was when it ended."""
    total = evaluation.total_questions
    # Trials that were not asked for want of money are counted as errored, but nothing was done about them.
    not_asked = {position: run.get("not_asked", 0) for position, run in (evaluation.headline or {}).items()}
    done = (run.counts.total - int(not_asked.get(run.position) or 0) for run in evaluation.runs)
    counted = min(done) // evaluation.trials
    completed = total if evaluation.status is Status.READY else min(counted, total)
    if evaluation.started_at is None or completed == 0:
        return Progress(completed, total, None, None)
    end = datetime.fromisoformat(evaluation.completed_at) if evaluation.completed_at else now
    elapsed = max(0.0, (end - datetime.fromisoformat(evaluation.started_at)).total_seconds())
    average = elapsed / completed
    running = not evaluation.status.terminal and completed < total
    return Progress(completed, total, average, int(average * (total - completed)) if running else None)


def finished(app: Application, caller: Caller, evaluation_id: str, *, partial: bool) -> Evaluation:
    """An evaluation that has results, on the conditions of `results`. Raises `NotFound` or `NotFinished`."""
    evaluation = app.store.evaluations.find(caller.organization, evaluation_id)
    if evaluation is None or evaluation.eval_spec is not None:
        raise NotFound(NOUN, evaluation_id)
    if evaluation.status is Status.READY:
        return evaluation
    if evaluation.status is Status.PROCESSING:
        raise NotFinished("Evaluation is not yet completed")
    if evaluation.results_bytes is None:
        raise NotFinished(f"Evaluation did not complete: {evaluation.error}")
    if not partial:
        raise NotFinished(
            f"Evaluation did not complete: {evaluation.error}. Ask with partial=true for the marks it has"
        )
    return evaluation


def results(
    app: Application, caller: Caller, evaluation_id: str, *, partial: bool = False
) -> tuple[Evaluation, dict[str, Any]]:
    """A READY evaluation and its summary; with `partial` also of one that ended before all was answered and
    kept its marks. Raises `NotFound` or `NotFinished`.
    """
    evaluation = finished(app, caller, evaluation_id, partial=partial)
    summary = app.store.objects.read(layout.summary(caller.organization, evaluation_id))
    return evaluation, orjson.loads(summary)


def download(app: Application, caller: Caller, evaluation_id: str, *, partial: bool = False) -> Download:
    """An evaluation's results file, on the conditions of `results`. Raises `NotFound` or `NotFinished`."""
    evaluation = finished(app, caller, evaluation_id, partial=partial)
    key = layout.results(caller.organization, evaluation_id)
    if (evaluation.results_bytes or 0) <= app.settings.inline_download_bytes:
        return Download(evaluation, app.store.objects.read(key), None)
    url = app.store.objects.presign_download(
        key,
        seconds=app.settings.presign_seconds,
        disposition=f"attachment; filename={nugen.download_file_name(evaluation)}",
        content_type="application/json",
    )
    return Download(evaluation, None, url)


def cancel(app: Application, caller: Caller, evaluation_id: str, *, noun: str = NOUN) -> Evaluation:
    """Stop an evaluation; its marks so far are kept, and it can be resumed. Raises `NotFound`, or `Conflict`
    when over.
    """
    evaluation = get(app, caller, evaluation_id, noun=noun)
    cancelled = app.store.evaluations.finish(
        evaluation, Status.CANCELLED, now=app.now(), error="cancelled by request"
    )
    if not cancelled:
        evaluation = get(app, caller, evaluation_id, noun=noun)
        if evaluation.status is Status.CANCELLED:
            return evaluation
        raise Conflict(f"the {noun.lower()} is {evaluation.status.value} and cannot be cancelled")
    app.workflow.stop(evaluation)
    app.announcements.evaluation_finished(evaluation, Status.CANCELLED)
    return get(app, caller, evaluation_id, noun=noun)


def resume(
    app: Application,
    caller: Caller,
    evaluation_id: str,
    *,
    max_cost_usd: Decimal | None = None,
    noun: str = NOUN,
) -> Evaluation:
    """Take up an evaluation that is FAILED, CANCELLED or STOPPED: unfinished and errored questions only,
    answered ones are kept. `max_cost_usd` is its new budget, for all attempts together.

    Raises `NotFound`, or `Conflict` when it is PROCESSING or READY, its benchmark was deleted, or its budget
    leaves nothing to go on with.
    """
    evaluation = get(app, caller, evaluation_id, noun=noun)
    if evaluation.status not in {Status.FAILED, Status.CANCELLED, Status.STOPPED}:
        raise Conflict(
            f"the {noun.lower()} is {evaluation.status.value}; "
            "only a failed, cancelled or stopped one can be resumed"
        )
    _check_budget(evaluation, max_cost_usd)
    pinned = evaluation.benchmark
    # A grading job keeps its rows itself, and those of a logged run are made of its calls.
    if (
        evaluation.eval_spec is None
        and not evaluation.logged
        and app.store.benchmarks.find(caller.organization, pinned.benchmark_id, pinned.version) is None
    ):
        raise Conflict("its benchmark was deleted, so its questions are gone")
    check_running(app, caller)
    if not app.store.evaluations.reopen(evaluation, max_cost_usd):
        raise Conflict(f"the {noun.lower()} has changed meanwhile, look again")
    resumed = get(app, caller, evaluation_id, noun=noun)
    start(app, resumed)
    return resumed


def delete(app: Application, caller: Caller, evaluation_id: str, *, noun: str = NOUN) -> None:
    """Delete an evaluation and everything of it for good; a running one is stopped. Raises `NotFound`.

    It is hidden first and emptied then, so a deletion cut short can be repeated.
    """
    evaluation = app.store.evaluations.find(caller.organization, evaluation_id)
    if evaluation is not None and (evaluation.eval_spec is None) != (noun == NOUN):
        raise NotFound(noun, evaluation_id)
    hidden = app.store.evaluations.mark_deleted(caller.organization, evaluation_id, app.now())
    if hidden is None:
        raise NotFound(noun, evaluation_id)
    if evaluation is not None and not evaluation.status.terminal:
        app.workflow.stop(evaluation)
    if hidden.get("logged"):
        for run_id in app.store.evaluations.run_ids(caller.organization, evaluation_id):
            now = int(app.clock().timestamp())
            app.store.calls.delete_run(caller.organization, hidden["project"], run_id, now=now)
    app.store.objects.delete_prefix(layout.evaluation_prefix(caller.organization, evaluation_id))
    app.store.evaluations.purge(caller.organization, evaluation_id)


def _check_budget(evaluation: Evaluation, max_cost_usd: Decimal | None) -> None:
    """Refuse a resume without money to go on with."""
    if evaluation.max_cost_usd is None:
        if max_cost_usd is None:
            return
        raise Conflict("the evaluation was created without a budget, so what it has spent was not counted")
    budget = evaluation.max_cost_usd if max_cost_usd is None else max_cost_usd
    spent = evaluation.spent_usd
    if budget <= spent or (max_cost_usd is None and evaluation.status is Status.STOPPED):
        raise Conflict(
            f"its budget of {evaluation.max_cost_usd:f} USD is used up ({spent:f} USD spent); "
            "send a larger max_cost_usd, for all attempts together"
        )


def _created_before(app: Application, caller: Caller, evaluation_id: str, noun: str) -> Evaluation:
    try:
        return get(app, caller, evaluation_id, noun=noun)
    except NotFound as gone:
        raise Conflict(f"the {noun.lower()} of this Idempotency-Key was deleted; use another key") from gone


def check_running(app: Application, caller: Caller) -> None:
    """Refuse one more evaluation than may run at once. Creates at the same moment may slip through
    together.
    """
    most = app.settings.max_running
    if app.store.evaluations.count_running(caller.organization, most) >= most:
        raise LimitExceeded(
            f"{most} evaluations are running, which is the most allowed at once; wait for one, or cancel one",
            retry_after_seconds=30,
        )


def start(app: Application, evaluation: Evaluation) -> None:
    """Start the execution; an evaluation that could not be started is FAILED, not PROCESSING for ever."""
    try:
        app.workflow.start(evaluation)
    except Exception:
        error = "its execution could not be started; resume the evaluation to try again"
        app.store.evaluations.finish(evaluation, Status.FAILED, now=app.now(), error=error)
        app.announcements.evaluation_finished(evaluation, Status.FAILED)
        raise


def idempotency_record(
    app: Application, key: str | None, fingerprint: str, window: timedelta = IDEMPOTENCY_WINDOW
) -> IdempotencyRecord | None:
    """What is to be remembered of a create with this key; None without one. Raises `InvalidRequest` for a key
    that is too long.
    """
    if key is None:
        return None
    if not 1 <= len(key) <= MAXIMUM_IDEMPOTENCY_KEY:
        raise InvalidRequest(
            Problem(("header", "idempotency-key"), f"use 1 to {MAXIMUM_IDEMPOTENCY_KEY} characters")
        )
    return IdempotencyRecord.of(key, fingerprint, app.clock(), window)
