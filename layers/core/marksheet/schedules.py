"""Schedules: make, list, look at, pause, resume, delete. What a tick does is in `ticks`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from marksheet.assembling import CreateEvaluation, assemble
from marksheet.domain import Caller, Schedule
from marksheet.errors import (
    Conflict,
    IdempotencyMismatch,
    InvalidRequest,
    LimitExceeded,
    NotFound,
    Problem,
)
from marksheet.identifiers import derived_id, new_id, timestamp
from marksheet.scheduler import SchedulerRefused
from marksheet.store.table import ConditionFailed

if TYPE_CHECKING:
    from datetime import datetime

    from marksheet.application import Application


@dataclass(frozen=True, slots=True)
class NewSchedule:
    """A schedule as somebody wants to have it."""

    expression: str
    request: str
    """The body of a create, as JSON."""
    evaluation: CreateEvaluation
    """What it means."""
    timezone: str = "UTC"
    name: str | None = None
    enabled: bool = True
    start: datetime | None = None
    end: datetime | None = None


def create(
    app: Application,
    caller: Caller,
    new: NewSchedule,
    *,
    idempotency_key: str | None = None,
    fingerprint: str = "",
) -> Schedule:
    """Make a schedule, and let EventBridge Scheduler keep it.

    With an `idempotency_key` the same request (`fingerprint`, a digest of its body) gives the schedule that
    was made first, for as long as it exists; another body under that key raises `IdempotencyMismatch`. Raises
    `InvalidRequest` for an expression, time zone or times that mean nothing, and for an evaluation that could
    not be created now; `LimitExceeded` when there are too many.
    """
    schedule_id = new_id("sched", app.clock())
    schedule = None
    if idempotency_key is not None:
        # So a repeated create finds its schedule, and needs no record of its own.
        schedule_id = derived_id("sched", f"{caller.organization} {idempotency_key}")
        schedule = app.store.schedules.find(caller.organization, schedule_id)
    if schedule is None:
        schedule = _assemble(app, caller, new, schedule_id, fingerprint)
        try:
            # Before EventBridge Scheduler hears of it: what is in the table can be seen and deleted, whatever
            # happens in between.
            app.store.schedules.add(schedule)
        except ConditionFailed:
            schedule = get(app, caller, schedule_id)
    if schedule.fingerprint != fingerprint:
        raise IdempotencyMismatch("this Idempotency-Key was used with another request")
    return schedule if schedule.armed else _arm(app, schedule)


def list_all(app: Application, caller: Caller) -> list[Schedule]:
    """The organization's schedules, oldest first."""
    return sorted(app.store.schedules.list_all(caller.organization), key=lambda found: found.created_at)


def get(app: Application, caller: Caller, schedule_id: str) -> Schedule:
    """Raises `NotFound`."""
    schedule = app.store.schedules.find(caller.organization, schedule_id)
    if schedule is None:
        raise NotFound("Schedule", schedule_id)
    return schedule


def set_enabled(app: Application, caller: Caller, schedule_id: str, *, enabled: bool) -> Schedule:
    """Pause a schedule, or let it go on. Raises `NotFound`, or `Conflict` when it is over."""
    schedule = get(app, caller, schedule_id)
    if schedule.is_over(app.clock()):
        raise Conflict("the schedule is over; make another one")
    changed = replace(schedule, enabled=enabled)
    app.scheduler.keep(changed, app.clock())
    kept = app.store.schedules.set_armed(changed)
    if kept is None:
        app.scheduler.remove(changed)
        raise NotFound("Schedule", schedule_id)
    return kept


def delete(app: Application, caller: Caller, schedule_id: str) -> None:
    """Delete a schedule; evaluations it has started stay. Raises `NotFound`.

    EventBridge Scheduler forgets it first, so a deletion cut short can be repeated.
    """
    schedule = get(app, caller, schedule_id)
    app.scheduler.remove(schedule)
    app.store.schedules.delete(caller.organization, schedule_id)


def _assemble(
    app: Application, caller: Caller, new: NewSchedule, schedule_id: str, fingerprint: str
) -> Schedule:
    """The schedule a request means; nothing is stored."""
    from marksheet.schedule_expressions import parse_expression, parse_timezone

    now = app.clock()
    zone = parse_timezone(new.timezone)
    expression = parse_expression(new.expression, zone)
    ends_at = expression.once_at or new.end
    _check_times(new, once_at=expression.once_at, now=now)
    _check_room(app, caller, now)
    try:
        assemble(app, caller, new.evaluation)
    except InvalidRequest as error:
        raise error.within("evaluation") from error
    return Schedule(
        organization=caller.organization,
        schedule_id=schedule_id,
        expression=expression.text,
        timezone=new.timezone,
        request=new.request,
        fingerprint=fingerprint,
        created_at=timestamp(now),
        key_id=caller.key_id,
        name=new.name,
        enabled=new.enabled,
        starts_at=timestamp(new.start) if new.start else None,
        ends_at=timestamp(ends_at) if ends_at else None,
    )


def _check_times(new: NewSchedule, *, once_at: datetime | None, now: datetime) -> None:
    def refused(field: str, message: str) -> InvalidRequest:
        return InvalidRequest(Problem(("body", field), message))

    if once_at is not None:
        for field, value in (("start", new.start), ("end", new.end)):
            if value is not None:
                raise refused(field, "a one-time schedule has its moment in at(), leave it out")
        if once_at <= now:
            raise refused("expression", "the moment is past; use one that is to come")
    if new.end is not None and new.end <= now:
        raise refused("end", "is past; use a time that is to come")
    if new.start is not None and new.end is not None and new.start >= new.end:
        raise refused("end", "comes before start, or with it")


def _check_room(app: Application, caller: Caller, now: datetime) -> None:
    """Refuse one more schedule than there may be. Creates at the same moment may slip through together."""
    most = app.settings.max_schedules
    there = app.store.schedules.list_all(caller.organization)
    if sum(1 for schedule in there if not schedule.is_over(now)) >= most:
        raise LimitExceeded(
            f"there are {most} schedules, which is the most allowed; delete one", retry_after_seconds=5
        )


def _arm(app: Application, schedule: Schedule) -> Schedule:
    """Let EventBridge Scheduler keep it; of a schedule that it refuses nothing is left."""
    try:
        app.scheduler.keep(schedule, app.clock())
    except (InvalidRequest, LimitExceeded, SchedulerRefused):
        app.store.schedules.delete(schedule.organization, schedule.schedule_id)
        raise
    armed = app.store.schedules.set_armed(schedule)
    if armed is None:
        app.scheduler.remove(schedule)
        raise Conflict("the schedule was deleted while it was being made")
    return armed
