"""StartScheduled: a schedule's tick -> its evaluation, once however often the tick is delivered."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from marksheet import evaluations
from marksheet.assembling import CreateEvaluation
from marksheet.dialects import nugen
from marksheet.domain import Caller, Schedule
from marksheet.errors import Conflict, LimitExceeded, MarksheetError
from marksheet.identifiers import timestamp
from marksheet.scheduler import SCHEDULED_TIME

if TYPE_CHECKING:
    from marksheet.application import Application

LONGEST_NAME = 200
"""Of an evaluation."""


def start_scheduled(app: Application, organization: str, schedule_id: str, scheduled_time: str) -> str | None:
    """Start the evaluation of one tick and give its id; None when there is nothing to start.

    `scheduled_time` is what EventBridge Scheduler says: ISO 8601 with an offset. What the schedule asks for
    may have become impossible; that is noted with the schedule, and another try would not help. Raises
    `LimitExceeded` while too many evaluations run, which another try may find otherwise.
    """
    schedule = app.store.schedules.find(organization, schedule_id)
    if schedule is None or not schedule.enabled:
        return None
    tick = _time_of(app, scheduled_time)
    try:
        evaluation_id = _start(app, schedule, tick)
    except LimitExceeded as error:
        app.store.schedules.note_failure(organization, schedule_id, tick, error.message)
        raise
    except MarksheetError as error:
        app.store.schedules.note_failure(organization, schedule_id, tick, error.message)
        return None
    if evaluation_id is not None:
        app.store.schedules.note_start(organization, schedule_id, tick, evaluation_id)
    return evaluation_id


def _start(app: Application, schedule: Schedule, tick: str) -> str | None:
    # The space keeps it apart from what a caller can send as a key, which has visible characters only.
    key = f"schedule {schedule.schedule_id} {tick}"
    new = CreateEvaluation.from_request(nugen.decode_create_evaluation(schedule.request.encode()))
    try:
        evaluation = evaluations.create(
            app,
            Caller(schedule.organization, schedule.key_id, frozenset()),
            replace(new, name=_name(new.name or schedule.name or schedule.schedule_id, tick)),
            idempotency_key=key,
            fingerprint=schedule.schedule_id,
        )
    except Conflict:
        now = int(app.clock().timestamp())
        if app.store.idempotency.find(schedule.organization, key, now) is None:
            raise
        # It was started by an earlier delivery, and somebody has deleted it since.
        return None
    return evaluation.evaluation_id


def _time_of(app: Application, scheduled_time: str) -> str:
    """The tick's time in the form that is stored: what its deliveries have in common."""
    if scheduled_time == SCHEDULED_TIME:
        # The emulator hands the placeholder on. A schedule ticks once a minute at most, so that the minute
        # tells its ticks apart. On AWS, where a delivery may be hours late, it never comes.
        return timestamp(app.clock().replace(second=0, microsecond=0))
    moment = datetime.fromisoformat(scheduled_time)
    if moment.tzinfo is None:
        raise ValueError("the scheduled time has no offset from UTC")
    return timestamp(moment)


def _name(label: str, tick: str) -> str:
    """What the evaluation is called: the schedule, and the tick to the second."""
    told = f" {tick[:19]}Z"
    return label[: LONGEST_NAME - len(told)] + told
